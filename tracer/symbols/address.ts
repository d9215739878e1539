// How addresses are held inside this folder: as the signed 64-bit value in a double. Every canonical
// Sv39/Sv48 address is exact in that form (kernel halves are small negative numbers), so tables are
// Float64Arrays and need no bigint arithmetic. The public faces take and give bigint, as the rest of the
// project does for virtual addresses.

/** Virtual address to its internal form. */
export function toAddress(virtualAddress: bigint): number {
  return Number(BigInt.asIntN(64, virtualAddress));
}

/** Internal form to the virtual address, 0 … 2^64-1. */
export function fromAddress(address: number): bigint {
  return BigInt.asUintN(64, BigInt(address));
}

/**
 * Index of the last element that is at most `key` among the first `length` ascending ones; -1 when all are
 * greater.
 */
export function lastAtMost(
  ascending: { readonly [index: number]: number },
  length: number,
  key: number,
): number {
  let low = 0;
  let high = length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (ascending[middle] <= key) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
