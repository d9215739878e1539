// Which functions of the core module compiled routines call.
import type { ValueType } from '../wasm/expression.js';

type Parameters = readonly ValueType[];

/** Exports of the core module that region modules import, as (parameters, result). */
export const regionImportSignatures = {
  load: [['i32', 'i64', 'i32'], 'i64'],
  store: [['i32', 'i32', 'i64', 'i32', 'i64'], 'void'],
  unwatched: [['i32', 'i64', 'i64'], 'i32'],
  writable: [['i32', 'i64'], 'i32'],
  written: [['i32', 'i32', 'i64'], 'void'],
  trap: [['i32', 'i64', 'i64'], 'void'],
  illegal: [['i32', 'i32'], 'void'],
  csr: [['i32', 'i32', 'i32', 'i64', 'i32'], 'i64'],
  mret: [['i32', 'i32'], 'void'],
  sret: [['i32', 'i32'], 'void'],
  float: [['i32', 'i32', 'i64', 'i64', 'i64'], 'i64'],
  loop: [['i32', 'i32', 'i32', 'i32', 'i64'], 'i32'],
  wait: [['i32', 'i32', 'i32', 'i32'], 'i32'],
  probe: [['i32'], 'i32'],
  append: [['i32', 'i32', 'i64', 'i64', 'i64', 'i64', 'i64', 'i64'], 'void'],
  mulHighU: [['i64', 'i64'], 'i64'],
} as const satisfies Record<string, readonly [Parameters, ValueType | 'void']>;

export type RegionImport = keyof typeof regionImportSignatures;
export const regionImports = Object.keys(regionImportSignatures) as readonly RegionImport[];
