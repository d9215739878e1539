// The process table of a stopped machine, read from the kernel's own memory.
import type { Machine } from '../../emulator/index.js';
import type { ProcessFacts } from '../probes/index.js';
import type { HartRegisters } from '../symbols/index.js';
import { intAt, wordAt } from './memory.js';

/** A slot of the table that is in use. */
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

/** Every process in use, in order of the table. */
export function processesOf(machine: Machine, facts: ProcessFacts): LiveProcess[] {
  const slots = Array.from({ length: facts.count }, (_, index) => facts.table + index * facts.stride);
  return slots.flatMap((slot) => processAt(machine, facts, slot) ?? []);
}

/** The process that a hart runs; undefined for none. */
export function currentProcess(machine: Machine, facts: ProcessFacts, hart: number): LiveProcess | undefined {
  const slot = Number(wordAt(machine, facts.current + hart * facts.currentStride) ?? 0n);
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
