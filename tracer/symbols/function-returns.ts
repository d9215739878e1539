// Where a function can be left: its return instructions, and jumps out of it (tail calls).
import { fromAddress, toAddress } from './address.js';
import type { CodeRange } from './function-info.js';
import { flowAt, indirectBase, pcRelativeBase } from './riscv-flow.js';

/** An instruction that leaves a function. */
export interface FunctionExit {
  /** Of the instruction that leaves. */
  readonly address: bigint;
  /**
   * `return` is ret; `tail_call` a jump to known code outside; `indirect` a jump through a register, which is
   * a tail call or stays inside by a jump table.
   */
  readonly kind: 'return' | 'tail_call' | 'indirect';
  /** Where a tail call goes. */
  readonly target?: bigint;
}

/**
 * The exits of a function in ascending order, by linear disassembly of its code.
 * @param low address of the first byte of `bytes`
 * @param inside further ranges of the same function: jumps into them do not leave it
 */
export function functionReturns(
  low: bigint,
  bytes: Uint8Array,
  inside: readonly CodeRange[] = [],
): FunctionExit[] {
  const start = toAddress(low);
  const ranges = [
    { low: start, high: start + bytes.length },
    ...inside.map((range) => ({ low: toAddress(range.low), high: toAddress(range.high) })),
  ];
  const staysInside = (target: number) => ranges.some((range) => range.low <= target && target < range.high);
  const exits: FunctionExit[] = [];
  let offset = 0;
  let previous = -1;
  for (let flow = flowAt(bytes, 0); flow !== undefined; flow = flowAt(bytes, offset)) {
    const address = fromAddress(start + offset);
    if (flow.kind === 'return') exits.push({ address, kind: 'return' });
    const target =
      flow.kind === 'jump'
        ? start + offset + flow.offset
        : flow.kind === 'indirect'
          ? farTarget(bytes, previous, offset, start, flow.offset)
          : undefined;
    if (flow.kind === 'indirect' && target === undefined) exits.push({ address, kind: 'indirect' });
    if (target !== undefined && !staysInside(target)) {
      exits.push({ address, kind: 'tail_call', target: fromAddress(target) });
    }
    previous = offset;
    offset += flow.length;
  }
  return exits;
}

/** Target of auipc + jalr, the far form of a tail call, when the instruction before is that auipc. */
function farTarget(
  bytes: Uint8Array,
  previous: number,
  offset: number,
  start: number,
  immediate: number,
): number | undefined {
  const base = pcRelativeBase(bytes, previous);
  if (base === undefined || base.register !== indirectBase(bytes, offset)) return undefined;
  return start + previous + base.offset + immediate;
}
