// The processes of a stopped machine, read from the kernel's own memory.
import type { Machine } from '../../emulator/index.js';
import { tableElements, type ProcessFacts } from '../probes/index.js';
import type { HartRegisters } from '../symbols/index.js';
import { intAt, wordAt } from './memory.js';

/** A process, or an element of the table that is in use. */
export interface LiveProcess {
  readonly pid: number;
  /** Raw guest text. */
  readonly name: string;
  readonly state: string;
  /** Physical address of the page-table root; 0 when it has none. */
  readonly root: number;
  readonly parent: number | undefined;
  /** The program's registers while the kernel serves it; undefined where they cannot be found. */
  readonly userRegisters: HartRegisters | undefined;
}

const registersCount = 32;

/** Every process in use, in order of the table; without a table those that harts run, and their ancestors. */
export function processesOf(machine: Machine, facts: ProcessFacts): LiveProcess[] {
  const slots = facts.maker ? knownStructs(machine, facts) : tableElements(facts);
  return slots.flatMap((slot) => processAt(machine, facts, slot) ?? []);
}

/** Structs that pointers at known places lead to. */
function knownStructs(machine: Machine, facts: ProcessFacts): number[] {
  const { current, currentStride, harts, offsets } = facts;
  const known = new Set<number>();
  for (let hart = 0; hart < harts; hart++) {
    let at = pointerAt(machine, current + hart * currentStride);
    while (at !== 0 && !known.has(at)) {
      known.add(at);
      at = offsets.parent === undefined ? 0 : pointerAt(machine, at + offsets.parent);
    }
  }
  return [...known];
}

function pointerAt(machine: Machine, address: number): number {
  return Number(wordAt(machine, address) ?? 0n);
}

/** The process that a hart runs; undefined for none. */
export function currentProcess(machine: Machine, facts: ProcessFacts, hart: number): LiveProcess | undefined {
  const slot = pointerAt(machine, facts.current + hart * facts.currentStride);
  return slot === 0 ? undefined : processAt(machine, facts, slot);
}

function processAt(machine: Machine, facts: ProcessFacts, slot: number): LiveProcess | undefined {
  const { offsets, states, nameBytes } = facts;
  const state = intAt(machine, slot + offsets.state);
  const pid = intAt(machine, slot + offsets.pid);
  if (state === undefined || pid === undefined || state === states.unused) return undefined;
  const parent = offsets.parent === undefined ? 0 : Number(wordAt(machine, slot + offsets.parent) ?? 0n);
  return {
    pid,
    name: offsets.name === undefined ? '' : machine.ram.text(slot + offsets.name, nameBytes),
    state: Object.entries(states).find(([, value]) => value === state)?.[0] ?? 'being made',
    root: Number(wordAt(machine, slot + offsets.pagetable) ?? 0n),
    parent: parent === 0 ? undefined : intAt(machine, parent + offsets.pid),
    userRegisters: userRegisters(machine, facts, slot),
  };
}

function userRegisters(
  machine: Machine,
  { trapframe }: ProcessFacts,
  slot: number,
): HartRegisters | undefined {
  if (trapframe === undefined) return undefined;
  const at = Number(wordAt(machine, slot + trapframe.offset) ?? 0n);
  const pc = at === 0 ? undefined : wordAt(machine, at + trapframe.pc);
  if (pc === undefined) return undefined;
  const x = Array.from({ length: registersCount }, (_, number) => {
    const offset = trapframe.registers.get(number);
    return offset === undefined ? 0n : (wordAt(machine, at + offset) ?? 0n);
  });
  return { pc, x };
}
