// Where control can leave a piece of code: so that stepping through a loop need not go instruction by instruction.
import { decode, type Machine } from '../../emulator/index.js';
import { readVirtual } from '../moment/index.js';
import type { StepRange } from './resumption.js';

/** Longer ranges are no line of a program. */
const rangeBytesMaximum = 4096n;

/**
 * Addresses one of which is executed before, or as soon as, a hart leaves a range: what branches and traps lead to,
 * what follows the range, and the instructions whose targets only their execution tells. Undefined when the range is
 * not plain code.
 */
export function rangeExits({ low, high }: StepRange, machine: Machine, hart: number): bigint[] | undefined {
  if (high <= low || high - low > rangeBytesMaximum) return undefined;
  const bytes = readVirtual(machine, (at) => machine.translate(hart, at), low, Number(high - low) + 2);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const { harts } = machine;
  const vectors = [harts[hart].read('stvec') & ~3n, harts[hart].read('mtvec') & ~3n];
  const exits = new Set<bigint>([high, ...vectors]);
  for (let at = low; at < high;) {
    const offset = Number(at - low);
    if (offset + 4 > view.byteLength) return undefined;
    const first = view.getUint16(offset, true);
    const decoded = decode((first & 3) === 3 ? view.getUint32(offset, true) : first);
    if (!decoded) return undefined;
    const { kind } = decoded.instruction.effect;
    if (kind === 'jump_register' || kind === 'system') exits.add(at);
    if (kind === 'branch' || kind === 'jump') {
      const target = BigInt.asUintN(64, at + BigInt(decoded.imm));
      if (target < low || target >= high) exits.add(target);
    }
    at += BigInt(decoded.length);
  }
  return [...exits];
}
