// The permission bits of a page-table entry in words. Sv39: V R W X U in bits 0-4, bits 8-9 free for the kernel.

const named: readonly [bigint, string][] = [
  [1n << 1n, 'read'],
  [1n << 2n, 'write'],
  [1n << 3n, 'execute'],
];
const valid = 1n;
const user = 1n << 4n;
const softwareShift = 8n;

/** For example "read write", "read, bit 8 set", "not mapped" or "read execute, not for users". */
export function entryWords(entry: bigint): string {
  if ((entry & valid) === 0n) return 'not mapped';
  const rights = named.filter(([bit]) => (entry & bit) !== 0n).map(([, word]) => word);
  const software = [0n, 1n].filter((bit) => ((entry >> (softwareShift + bit)) & 1n) === 1n);
  return [
    rights.length === 0 ? 'no access' : rights.join(' '),
    ...((entry & user) === 0n ? ['not for users'] : []),
    ...software.map((bit) => `bit ${softwareShift + bit} set`),
  ].join(', ');
}
