// All vectors, by what they need: rows alone, or a whole hart.
import { atomicVectors } from './atomic.vectors.js';
import { csrVectors } from './csr.vectors.js';
import { doubleVectors } from './double.vectors.js';
import { floatVectors } from './float.vectors.js';
import { integerVectors } from './integer.vectors.js';
import { multiplyVectors } from './multiply.vectors.js';
import { systemVectors } from './system.vectors.js';
import type { Vector } from './vector.js';

/** What one instruction does by its row alone. */
export const rowVectors: Readonly<Record<string, readonly Vector[]>> = {
  integer: integerVectors,
  multiply: multiplyVectors,
  atomic: atomicVectors,
  csr: csrVectors,
  float: floatVectors,
  double: doubleVectors,
};

/** Everything, for engines. */
export const allVectors: Readonly<Record<string, readonly Vector[]>> = {
  ...rowVectors,
  system: systemVectors,
};
