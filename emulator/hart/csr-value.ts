// What a CSR reads as, for an observer between two instructions: csr-code.ts says the same in generated code.
import type { CsrRow } from './csrs.js';
import type { Hart } from './hart.js';
import { cyclesPerTimeUnit } from './csr-code.js';

/** The value of a CSR of a stopped hart at a cycle, whatever may be read in its present mode. */
export function csrValue(row: CsrRow, hart: Hart, cycle: number): bigint {
  const seen = (unmasked(row, hart, cycle) >> (row.shift ?? 0n)) & (row.readable ?? -1n);
  return row.delegated ? seen & hart.read('mideleg') : seen;
}

function unmasked(row: CsrRow, hart: Hart, cycle: number): bigint {
  if (row.source === 'cycle') return BigInt(cycle);
  if (row.source === 'time') return BigInt(cycle) / cyclesPerTimeUnit;
  if (row.source === 'pending') return hart.read('mip') | hart.read('lines');
  if (row.source === 'instret') return hart.read('instret');
  return row.state ? hart.read(row.state) : (row.value ?? 0n);
}
