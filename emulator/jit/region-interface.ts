// What regions and the core module agree on: how a region is called, and which functions of the core it calls.
import type { ValueType } from '../wasm/expression.js';

type Parameters = readonly ValueType[];

/** (hart, budget, block, base va, TLB): the budget left. State holds the pc at which to go on. */
export const regionSignature = {
  parameters: ['i32', 'i32', 'i32', 'i64', 'i32'] satisfies Parameters as Parameters,
  result: 'i32',
} as const;

/** Exports of the core module that region modules import, as (parameters, result). */
export const regionImportSignatures = {
  load: [['i32', 'i64', 'i32'], 'i64'],
  store: [['i32', 'i64', 'i32', 'i64'], 'void'],
  writable: [['i32', 'i64'], 'i32'],
  written: [['i32', 'i32', 'i64'], 'void'],
  trap: [['i32', 'i64', 'i64'], 'void'],
  illegal: [['i32', 'i32'], 'void'],
  csr: [['i32', 'i32', 'i32', 'i64', 'i32'], 'i64'],
  float: [['i32', 'i32', 'i64', 'i64', 'i64'], 'i64'],
  mulHighU: [['i64', 'i64'], 'i64'],
} as const satisfies Record<string, readonly [Parameters, ValueType | 'void']>;

export type RegionImport = keyof typeof regionImportSignatures;
export const regionImports = Object.keys(regionImportSignatures) as readonly RegionImport[];

/** Regions that may exist at once; number 0 is none. */
export const regionsMaximum = 512;
