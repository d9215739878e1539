// How numbers of the machine are written wherever people read them.

/** An address or a word as people write it: 0x and as many lower-case digits as it needs. */
export function hex(value: bigint | number): string {
  return `0x${value.toString(16)}`;
}
