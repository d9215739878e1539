// The permission bits of a page-table entry in words; bits 8 and 9 are free for the kernel.
import { Pte } from '../../tracer/schema/index.js';

const named: readonly [bigint, string][] = [
  [Pte.r, 'read'],
  [Pte.w, 'write'],
  [Pte.x, 'execute'],
];
const softwareShift = 8n;

/** For example "read write", "read, bit 8 set", "not mapped" or "read execute, not for users". */
export function entryWords(entry: bigint): string {
  if ((entry & Pte.v) === 0n) return 'not mapped';
  const rights = named.filter(([bit]) => (entry & bit) !== 0n).map(([, word]) => word);
  const software = [0n, 1n].filter((bit) => ((entry >> (softwareShift + bit)) & 1n) === 1n);
  return [
    rights.length === 0 ? 'no access' : rights.join(' '),
    ...((entry & Pte.u) === 0n ? ['not for users'] : []),
    ...software.map((bit) => `bit ${softwareShift + bit} set`),
  ].join(', ');
}
