// A moment of a replayed run as a person wants to see it: who runs, where in the source, how it came there, what is
// mapped, and what has just happened.
import type { Machine } from '../../emulator/index.js';
import { hex } from '../../text/index.js';
import type { OpenedTrace } from '../directory/index.js';
import type { Replayer } from '../replay/index.js';
import { stacksOf, registersOf, type Stack } from './backtrace.js';
import { instructionsFrom, type InstructionLine } from './disassembly.js';
import { readVirtual, type Translate } from './memory.js';
import { mappingAt, mappingsOf, rangesOf, translateBy, type MappedRange } from './page-table.js';
import { currentProcess, processesOf, type LiveProcess } from './process-table.js';
import { countBefore, eventsBefore, type EventLine } from './recent-events.js';
import type { UserPrograms } from './user-programs.js';

/** A hart's registers, the integer ones by number, and the CSRs that tell of traps and translation by name. */
export interface Registers {
  readonly pc: bigint;
  readonly x: readonly bigint[];
  readonly csrs: Readonly<Record<string, bigint>>;
}

/** A process that maps the frame in question. */
export interface Sharer {
  readonly pid: number;
  /** Raw guest text. */
  readonly process: string;
  readonly va: bigint;
  readonly entry: bigint;
}

/** The frame that a moment is about. */
export interface FrameView {
  /** Physical address. */
  readonly frame: bigint;
  /** Why it is this one, in a clause. */
  readonly why: string;
  readonly sharers: readonly Sharer[];
  /** Its reference count by the last change in the trace; undefined when none was recorded. */
  readonly count: number | undefined;
}

/** What one hart is about to do. */
export interface HartView {
  readonly hart: number;
  readonly mode: 'user' | 'supervisor' | 'machine';
  /** It sleeps in wfi. */
  readonly waits: boolean;
  readonly process: LiveProcess | undefined;
  readonly stacks: readonly Stack[];
}

/** All of it. */
export interface Moment {
  readonly cycle: number;
  readonly end: number;
  /** The hart that executes the next step; the last one that did when all wait. */
  readonly present: HartView;
  readonly allWait: boolean;
  readonly others: readonly HartView[];
  readonly registers: Registers;
  readonly pagetable: readonly MappedRange[];
  readonly frame: FrameView | undefined;
  readonly events: readonly EventLine[];
}

/** What a moment is described from. */
export interface MomentSource {
  readonly replay: Replayer;
  readonly trace: OpenedTrace;
  readonly programs: UserPrograms;
}

/** What is asked of a moment beside the moment itself. */
export interface MomentOptions {
  /** The frame, or the page of the current process, that it is about, where the position named one. */
  readonly frame?: bigint | undefined;
  readonly va?: bigint | undefined;
  /** Events to show (default 12). */
  readonly events?: number;
}

const modeNames = new Map([
  [0n, 'user'],
  [1n, 'supervisor'],
  [3n, 'machine'],
] as const);
const shownCsrs = ['satp', 'sstatus', 'scause', 'stval', 'sepc', 'stvec', 'sscratch'] as const;
/** The bits of mstatus that sstatus shows (privileged specification, "Supervisor Status Register"). */
const sstatusBits = 0x8000_0003_000d_e762n;
const pageFaults = new Set([12n, 13n, 15n]);
const eventsShown = 12;
const pageMask = 0xfffn;

/** Describes the replay's present position. */
export function describeMoment(source: MomentSource, options: MomentOptions = {}): Moment {
  const { replay, trace } = source;
  const turn = replay.currentHart;
  const { machine, cycle, end } = replay;
  const hart = turn ?? machine.currentHart;
  const present = describeHart(source, hart);
  const others = machine.harts.filter(({ number }) => number !== hart);
  const root = present.process?.root ?? 0;
  return {
    cycle,
    end,
    present,
    allWait: turn === undefined,
    others: others.map(({ number }) => describeHart(source, number)),
    registers: { ...registersOf(machine, hart), csrs: csrsOf(machine, hart) },
    pagetable: root === 0 ? [] : rangesOf(mappingsOf(machine, root)),
    frame: frameView(source, present, options),
    events: eventsBefore(trace, cycle, options.events ?? eventsShown),
  };
}

function describeHart({ replay, programs }: MomentSource, hart: number): HartView {
  const { machine, kernel } = replay;
  const { processes: facts } = kernel.profile;
  const state = machine.harts[hart];
  const process = facts && currentProcess(machine, facts, hart);
  return {
    hart,
    mode: modeNames.get(state.read('mode') as 0n) ?? 'machine',
    waits: state.read('waiting') !== 0n,
    process,
    stacks: stacksOf({ machine, hart, kernel: kernel.debug, programs, process }),
  };
}

function csrsOf(machine: Machine, hart: number): Record<string, bigint> {
  const state = machine.harts[hart];
  return Object.fromEntries(
    shownCsrs.map((name) => [
      name,
      name === 'sstatus' ? state.read('mstatus') & sstatusBits : state.read(name),
    ]),
  );
}

function frameView(source: MomentSource, present: HartView, options: MomentOptions): FrameView | undefined {
  const { machine, kernel } = source.replay;
  const found = concernedFrame(machine, present, options);
  if (found === undefined || kernel.profile.processes === undefined) return undefined;
  const frame = found.frame & ~pageMask;
  const sharers = processesOf(machine, kernel.profile.processes).flatMap((process) => {
    const root = process.root;
    return root === 0 ? [] : sharersOf(machine, process, Number(frame));
  });
  return { frame, why: found.why, sharers, count: countBefore(source.trace, frame, source.replay.cycle) };
}

function sharersOf(machine: Machine, { pid, name, root }: LiveProcess, frame: number): Sharer[] {
  const sharers: Sharer[] = [];
  for (const { va, physical, entry } of mappingsOf(machine, root))
    if (physical === frame) sharers.push({ pid, process: name, va, entry });
  return sharers;
}

function concernedFrame(
  machine: Machine,
  { hart, mode, process }: HartView,
  { frame, va }: MomentOptions,
): { readonly frame: bigint; readonly why: string } | undefined {
  if (frame !== undefined && frame !== 0n) return { frame, why: 'the position is about it' };
  const root = process?.root ?? 0;
  if (root === 0) return undefined;
  const at = (address: bigint, why: string) => {
    const mapping = mappingAt(machine, root, address);
    return mapping && { frame: BigInt(mapping.physical), why };
  };
  if (va !== undefined) return at(va, `it is mapped at ${hex(va)}, which the position is about`);
  const state = machine.harts[hart];
  const fault = state.read('stval');
  if (mode === 'supervisor' && pageFaults.has(state.read('scause')))
    return at(fault, `it is mapped at ${hex(fault)}, where the last page fault was`);
  return undefined;
}

/** Bytes at a virtual address as the hart that is shown sees them: the kernel's, or else the program's memory. */
export function readMemory(
  source: MomentSource,
  { present }: Moment,
  address: bigint,
  length: number,
): Uint8Array {
  const { machine } = source.replay;
  const root = present.process?.root ?? 0;
  const translate: Translate = (at) =>
    machine.translate(present.hart, at) ?? (root === 0 ? undefined : translateBy(machine, root, at));
  return readVirtual(machine, translate, address, length);
}

/** Instructions around the pc: from the beginning of its function when that is near, else from the pc on. */
export function disassembleMoment(source: MomentSource, moment: Moment, count: number): InstructionLine[] {
  const { pc } = moment.registers;
  const read = (address: bigint, length: number): Uint8Array => readMemory(source, moment, address, length);
  const start = functionStart(source, moment) ?? pc;
  const lines = instructionsFrom(start, Number(pc - start) / 2 + count, read);
  const here = lines.findIndex(({ address }) => address === pc);
  if (here < 0) return instructionsFrom(pc, count, read);
  const first = Math.max(0, here - Math.floor(count / 2));
  return lines.slice(first, first + count);
}

function functionStart(
  { replay, programs }: MomentSource,
  { present, registers }: Moment,
): bigint | undefined {
  const program = present.mode === 'user' ? programs.named(present.stacks[0]?.program ?? '') : undefined;
  const symbols = present.mode === 'user' ? program?.debug.symbols : replay.kernel.debug.symbols;
  return symbols?.functionAt(registers.pc)?.address;
}
