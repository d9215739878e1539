// Walks the stack of a stopped hart: by call frame information where there is some, else along the chain of
// frame pointers (s0: return address at s0-8, caller's s0 at s0-16).
import type { CallFrames } from './dwarf/call-frames.js';
import type { FrameRow, RegisterRule } from './dwarf/frame-row.js';
import { Register, type ReturnAddresses, callSiteOf } from './return-address.js';
import type { SymbolTable } from './symbol-table.js';

/** Integer registers x0 … x31 and the program counter. */
export interface HartRegisters {
  readonly pc: bigint;
  readonly x: readonly bigint[];
}

/** The eight bytes at a virtual address; undefined when it cannot be read. */
export type ReadWord = (virtualAddress: bigint) => bigint | undefined;

/** A function on the stack of a stopped hart. */
export interface StackFrame {
  /** The stopped instruction in the first frame, the return address in the others. */
  readonly pc: bigint;
  /**
   * An address inside the instruction that is executing: pc, or the call before it. Look up lines with this
   * one.
   */
  readonly at: bigint;
  /** Name of the function by the symbol table; '' when none. */
  readonly function: string;
  /** Value of sp before this function was called; undefined in the outermost frame. */
  readonly frameAddress: bigint | undefined;
}

const word = 8n;
const framesMaxDefault = 64;

/** Walks stacks of one program. */
export class Unwinder {
  constructor(
    private readonly frames: CallFrames,
    private readonly symbols: SymbolTable,
    private readonly returnAddresses: ReturnAddresses,
  ) {}

  /** Frames from the innermost; ends where the caller is unknown, is no code, or memory cannot be read. */
  unwind(registers: HartRegisters, readMemory: ReadWord, framesMax = framesMaxDefault): StackFrame[] {
    const frames: StackFrame[] = [];
    let current: HartRegisters | undefined = registers;
    while (current !== undefined && frames.length < framesMax) {
      const isInnermost = frames.length === 0;
      const at = isInnermost ? current.pc : callSiteOf(current.pc);
      const name = this.symbols.functionAt(at)?.name;
      if (name === undefined && !isInnermost) break;
      const caller: HartRegisters | undefined = this.callerOf(current, at, isInnermost, readMemory);
      frames.push({ pc: current.pc, at, function: name ?? '', frameAddress: caller?.x[Register.sp] });
      current = caller !== undefined && isProgress(current, caller) ? caller : undefined;
    }
    return frames;
  }

  private callerOf(
    registers: HartRegisters,
    at: bigint,
    isInnermost: boolean,
    readMemory: ReadWord,
  ): HartRegisters | undefined {
    const row = this.frames.rowAt(at);
    if (row !== undefined) return callerByRow(registers, row, isInnermost, readMemory);
    if (isInnermost && this.returnAddresses.rule(at) === 'ra') {
      return { pc: registers.x[Register.ra], x: registers.x };
    }
    return callerByFramePointer(registers, readMemory);
  }
}

/** The stack grows down: a caller further down, or the same frame again, is a loop. */
function isProgress(callee: HartRegisters, caller: HartRegisters): boolean {
  const [below, above] = [callee.x[Register.sp], caller.x[Register.sp]];
  return above > below || (above === below && caller.pc !== callee.pc);
}

function callerByRow(
  registers: HartRegisters,
  row: FrameRow,
  isInnermost: boolean,
  readMemory: ReadWord,
): HartRegisters | undefined {
  if (row.cfa === undefined) return undefined;
  const frameAddress = add(registers.x[row.cfa.register] ?? 0n, row.cfa.offset);
  const x = [...registers.x];
  x[Register.sp] = frameAddress;
  for (const [register, rule] of row.rules) {
    if (register >= x.length || rule.kind === 'same') continue;
    const value = recover(rule, frameAddress, registers, readMemory);
    if (value !== undefined) x[register] = value;
    else if (register === row.returnAddressRegister) return undefined;
  }
  // A caller has called, so its ra is gone unless it was saved.
  if (!isInnermost && !row.rules.has(row.returnAddressRegister)) return undefined;
  const pc = x[row.returnAddressRegister] ?? 0n;
  return pc === 0n ? undefined : { pc, x };
}

function recover(
  rule: RegisterRule,
  frameAddress: bigint,
  registers: HartRegisters,
  readMemory: ReadWord,
): bigint | undefined {
  switch (rule.kind) {
    case 'offset':
      return readMemory(add(frameAddress, rule.value));
    case 'valueOffset':
      return add(frameAddress, rule.value);
    case 'register':
      return registers.x[rule.value];
    default:
      return undefined;
  }
}

function callerByFramePointer(registers: HartRegisters, readMemory: ReadWord): HartRegisters | undefined {
  const framePointer = registers.x[Register.s0];
  if (framePointer === 0n || framePointer % word !== 0n) return undefined;
  const pc = readMemory(framePointer - word);
  const callersFrame = readMemory(framePointer - 2n * word);
  if (pc === undefined || callersFrame === undefined || pc === 0n) return undefined;
  const x = [...registers.x];
  x[Register.ra] = pc;
  x[Register.sp] = framePointer;
  x[Register.s0] = callersFrame;
  return { pc, x };
}

function add(address: bigint, offset: number): bigint {
  return BigInt.asUintN(64, address + BigInt(offset));
}
