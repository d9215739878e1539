// What the code of a function reads, writes and calls, as far as the code itself tells the addresses.
import { decode } from '../../../emulator/index.js';
import type { DebugInfo, NamedRange } from '../../symbols/index.js';
import { HeldValues, type Held } from './held-values.js';

/** A load or store. */
export interface MemoryStep {
  readonly kind: 'load' | 'store';
  readonly bytes: number;
  /** What the base register holds, before `offset` is added. */
  readonly base: Held | undefined;
  readonly offset: number;
  /** What is stored. */
  readonly value?: Held | undefined;
}

/** A call, or a jump out of the function, to a known place. */
export interface CallStep {
  readonly kind: 'call';
  readonly target: number;
}

/** An address is made: it may be that of an array, handed to or returned by a function. */
export interface AddressStep {
  readonly kind: 'address';
  readonly address: number;
}

/** The steps of a function in the order of its code. */
export function* memorySteps(
  debug: DebugInfo,
  { address, size }: Pick<NamedRange, 'address' | 'size'>,
): Iterable<MemoryStep | CallStep | AddressStep> {
  const start = Number(address);
  const held = new HeldValues();
  for (const { pc, decoded } of instructionsOf(debug, { address, size })) {
    const step = stepOf(decoded, held, pc);
    if (step && (step.kind !== 'call' || step.target < start || step.target >= start + size)) yield step;
    held.step(decoded, pc);
    const made = decoded.instruction.name === 'addi' ? held.of(decoded.rd) : undefined;
    if (made?.is === 'address') yield { kind: 'address', address: made.address };
  }
}

type Decoded = NonNullable<ReturnType<typeof decode>>;

/** The instructions of a function in the order of its code; what is none is passed over. */
export function* instructionsOf(
  debug: DebugInfo,
  { address, size }: Pick<NamedRange, 'address' | 'size'>,
): Iterable<{ readonly pc: number; readonly decoded: Decoded }> {
  const bytes = debug.code({ low: address, high: address + BigInt(size) });
  const words = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 0; at + 2 <= bytes.length;) {
    const half = words.getUint16(at, true);
    const isWide = (half & 3) === 3;
    if (isWide && at + 4 > bytes.length) return;
    const decoded = decode(isWide ? words.getUint32(at, true) : half);
    if (decoded) yield { pc: Number(address) + at, decoded };
    at += isWide ? 4 : 2;
  }
}

function stepOf(decoded: Decoded, held: HeldValues, pc: number): MemoryStep | CallStep | undefined {
  const { instruction, rs1, rs2, imm } = decoded;
  const { effect } = instruction;
  const base = held.of(rs1);
  switch (effect.kind) {
    case 'load':
      return { kind: 'load', bytes: effect.bytes, base, offset: imm };
    case 'store':
      return { kind: 'store', bytes: effect.bytes, base, offset: imm, value: held.of(rs2) };
    case 'amo':
      return { kind: 'store', bytes: effect.bytes, base, offset: 0 };
    case 'jump':
      return { kind: 'call', target: pc + imm };
    case 'jump_register':
      return base?.is === 'address' && !base.isIndexed
        ? { kind: 'call', target: base.address + imm }
        : undefined;
    default:
      return undefined;
  }
}
