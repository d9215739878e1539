// Accesses of a block to the stack, taken together: one look into the TLB for all that are relative to the same value.
// Which instructions these are is found before code is generated.
import type { AccessBytes } from '../isa/instruction.js';
import type { CodeInstruction } from './window-code.js';

/** Registers that point into the stack when a block begins: sp, and s0 as frame pointer. */
const stackRegisters = [2, 8] as const;
/** Frames that are larger are likely to cross pages. */
const spanMaximum = 1024;

/** Accesses relative to the value that one register had when the block began. */
export interface StackFrame {
  /** Range of bytes from that value that they touch; both ends are multiples of 8. */
  low: number;
  high: number;
  stores: boolean;
  accesses: number;
}

/** An access that belongs to a frame. */
export interface FrameAccess {
  readonly frame: StackFrame;
  /** Bytes from the frame's low end. */
  readonly offset: number;
  readonly bytes: AccessBytes;
}

interface Value {
  readonly frame: StackFrame;
  readonly delta: number;
}

/** Accesses of the block that are worth taking together, by instruction. */
export function findStackAccesses(block: readonly CodeInstruction[]): Map<CodeInstruction, FrameAccess> {
  const found: { one: CodeInstruction; frame: StackFrame; from: number; bytes: AccessBytes }[] = [];
  const values = new Map<number, Value>();
  for (const register of stackRegisters)
    values.set(register, { frame: { low: 0, high: 0, stores: false, accesses: 0 }, delta: 0 });
  for (const one of block) {
    const { instruction, rd, rs1, imm } = one.decoded;
    const { effect, registers } = instruction;
    const base = registers.rs1 === 'x' ? values.get(rs1) : undefined;
    if (base && (effect.kind === 'load' || effect.kind === 'store')) {
      const from = base.delta + imm;
      if (widen(base.frame, from, effect.bytes, effect.kind === 'store'))
        found.push({ one, frame: base.frame, from, bytes: effect.bytes });
    }
    if (registers.rd !== 'x' || rd === 0) continue;
    values.delete(rd);
    if (base && instruction.name === 'addi') values.set(rd, { frame: base.frame, delta: base.delta + imm });
  }
  const together = found.filter(({ frame }) => frame.accesses > 1);
  return new Map(
    together.map(({ one, frame, from, bytes }) => [one, { frame, offset: from - frame.low, bytes }]),
  );
}

/** Lets a frame hold an access as well; false when that is none to be taken together. */
function widen(frame: StackFrame, from: number, bytes: number, isStore: boolean): boolean {
  const [first, end] = [from & -8, (from + bytes + 7) & -8];
  const low = frame.accesses === 0 ? first : Math.min(frame.low, first);
  const high = frame.accesses === 0 ? end : Math.max(frame.high, end);
  if (from % bytes !== 0 || high - low > spanMaximum) return false;
  Object.assign(frame, { low, high, stores: frame.stores || isStore, accesses: frame.accesses + 1 });
  return true;
}
