// Who called whom at a moment: through the kernel, through an interrupt it took on the way, and through the trap into
// the program.
import type { Machine } from '../../emulator/index.js';
import type { KernelCall } from '../probes/index.js';
import type {
  DebugInfo,
  HartRegisters,
  NamedRange,
  ReadWord,
  SourceFrame,
  StackFrame,
} from '../symbols/index.js';
import { instructionsFrom, type InstructionLine } from './disassembly.js';
import { interruptedRegisters } from './interrupted.js';
import { readVirtual, wordReader, type Translate } from './memory.js';
import { translateBy } from './page-table.js';
import type { LiveProcess } from './process-table.js';
import type { UserProgram, UserPrograms } from './user-programs.js';

/** A call, or a place in a function that was inlined into the one below it. */
export interface CallFrame extends SourceFrame {
  /** The stopped instruction, or the return address; the same for functions inlined there. */
  readonly pc: bigint;
  /** Whether this is an inlined function, with no frame of its own on the stack. */
  readonly inlined: boolean;
}

/** A stack, innermost call first, and what its frames belong to. */
export interface Stack {
  readonly of: 'kernel' | 'interrupted kernel' | 'program';
  /** Name of the program; empty when it is not known which, or for the kernel. */
  readonly program: string;
  readonly frames: readonly CallFrame[];
}

/** What a backtrace is made from. */
export interface StoppedHart {
  readonly machine: Machine;
  readonly hart: number;
  readonly kernel: DebugInfo;
  readonly programs: UserPrograms;
  readonly process: LiveProcess | undefined;
}

const mode = { user: 0n, supervisor: 1n, machine: 3n } as const;
const registersCount = 32;
/** Of code in memory, compared with a program's file. */
const comparedBytes = 32;

/** Registers of a hart as unwinding wants them. */
export function registersOf(machine: Machine, hart: number): HartRegisters {
  const state = machine.harts[hart];
  const x = Array.from({ length: registersCount }, (_, number) =>
    number === 0 ? 0n : state.register(number),
  );
  return { pc: state.read('pc'), x };
}

/** The stacks of a hart, innermost first. */
export function stacksOf(stopped: StoppedHart): Stack[] {
  const { machine, hart, process } = stopped;
  const registers = registersOf(machine, hart);
  if (machine.harts[hart].read('mode') === mode.user) return programStack(stopped, registers);
  const kernel = kernelStacks(stopped, registers);
  return process?.userRegisters ? [...kernel, ...programStack(stopped, process.userRegisters)] : kernel;
}

/** The kernel's stacks of a hart that is in the kernel, innermost first, without functions that were inlined. */
export function kernelCalls(machine: Machine, hart: number, kernel: DebugInfo): KernelCall[] {
  const stopped = { machine, hart, kernel, process: undefined };
  return kernelStacks(stopped, registersOf(machine, hart)).flatMap(({ frames }, stack) =>
    frames
      .filter(({ inlined }) => !inlined)
      .map(({ pc }, depth) => ({ pc, isInterrupted: stack > 0 && depth === 0 })),
  );
}

/** One stack, or two when the kernel was interrupted by a trap of its own. */
function kernelStacks(stopped: Omit<StoppedHart, 'programs'>, registers: HartRegisters): Stack[] {
  const { machine, hart, kernel } = stopped;
  const state = machine.harts[hart];
  const read = wordReader(machine, (address) => machine.translate(hart, address));
  const pcThere = linkedAddress(machine, hart, kernel, registers.pc);
  const inner = kernel.unwind({ pc: pcThere, x: registers.x }, read);
  const vector = kernel.symbols.functionAt(state.read('stvec') & ~3n);
  const trap = inner.findIndex((frame) => vector !== undefined && frame.function === vector.name);
  if (vector === undefined || trap < 0)
    return [{ of: 'kernel', program: '', frames: framesOf(kernel, inner) }];
  const pc = state.read('sepc');
  // In the vector itself hardly anything has changed yet.
  const before =
    trap === 0
      ? { pc, x: registers.x }
      : interruptedRegisters(pc, inner[trap - 1].frameAddress, codeReader(stopped, vector), read);
  return [
    { of: 'kernel', program: '', frames: framesOf(kernel, inner.slice(0, trap + 1)) },
    { of: 'interrupted kernel', program: '', frames: framesOf(kernel, kernel.unwind(before, read)) },
  ];
}

function codeReader(
  { kernel }: Pick<StoppedHart, 'kernel'>,
  { address, size }: NamedRange,
): readonly InstructionLine[] {
  const code = kernel.code({ low: address, high: address + BigInt(size) });
  return instructionsFrom(address, code.length / 2, (at, length) =>
    code.subarray(Number(at - address), Number(at - address) + length),
  );
}

/** Code that runs at another address than it was linked at (the trampoline) is known by its physical one. */
export function linkedAddress(machine: Machine, hart: number, kernel: DebugInfo, pc: bigint): bigint {
  if (kernel.symbols.functionAt(pc) !== undefined) return pc;
  const physical = machine.translate(hart, pc);
  return physical === undefined ? pc : BigInt(physical);
}

function programStack({ machine, process, programs }: StoppedHart, registers: HartRegisters): Stack[] {
  if (process === undefined || process.root === 0) return [];
  const translate: Translate = (address) => translateBy(machine, process.root, address);
  const code = readVirtual(machine, translate, registers.pc, comparedBytes);
  const program = programs.matching(process.name, registers.pc, code);
  const frames = program
    ? framesOf(program.debug, callsFromEntry(program, registers, wordReader(machine, translate)))
    : [unknownFrame(registers.pc)];
  return [{ of: 'program', program: program?.name ?? '', frames }];
}

/** Nobody calls the function that a program begins with: what its frame returns to is left from another program. */
function callsFromEntry({ debug, elf }: UserProgram, registers: HartRegisters, read: ReadWord): StackFrame[] {
  const frames = debug.unwind(registers, read);
  const entry = debug.symbols.functionAt(BigInt(elf.entry))?.name;
  const first = frames.findIndex((frame) => entry !== undefined && frame.function === entry);
  return first < 0 ? frames : frames.slice(0, first + 1);
}

function unknownFrame(pc: bigint): CallFrame {
  return { pc, inlined: false, function: '', file: '', line: 0 };
}

function framesOf(debug: DebugInfo, frames: readonly StackFrame[]): CallFrame[] {
  return frames.flatMap((frame): CallFrame[] => {
    const location = debug.locationOf(frame.at);
    if (location === undefined) return [{ ...unknownFrame(frame.pc), function: frame.function }];
    const { inlinedBy, function: name, file, line } = location;
    const places: SourceFrame[] = [{ function: name, file, line }, ...inlinedBy];
    return places.map((place, depth) => ({ ...place, pc: frame.pc, inlined: depth < places.length - 1 }));
  });
}
