// Zicsr and Zifencei by the specification, on mscratch, which holds any 64-bit value.
import type { Vector } from './vector.js';

const register = (name: string, old: bigint, rs1: bigint, after: bigint): Vector => ({
  name,
  csr: 'mscratch',
  rs1,
  csrs: { mscratch: old },
  expect: { rd: old, csrs: { mscratch: { value: after } } },
});

const immediate = (name: string, old: bigint, uimm: number, after: bigint): Vector => ({
  name,
  csr: 'mscratch',
  uimm,
  csrs: { mscratch: old },
  expect: { rd: old, csrs: { mscratch: { value: after } } },
});

export const csrVectors: readonly Vector[] = [
  register('csrrw', 0x1234_5678_9abc_def0n, 5n, 5n),
  register('csrrw', 0n, -1n, -1n),
  // x0 as source writes 0, as destination discards.
  { ...register('csrrw', 7n, 0n, 0n), registers: { rs1: 0 } },
  {
    name: 'csrrw',
    csr: 'mscratch',
    rs1: 9n,
    csrs: { mscratch: 7n },
    registers: { rd: 0 },
    expect: { csrs: { mscratch: { value: 9n } } },
  },
  register('csrrs', 0xf0n, 0x3cn, 0xfcn),
  register('csrrs', 1n, -1n << 63n, (-1n << 63n) | 1n),
  { ...register('csrrs', 0xf0n, 0n, 0xf0n), registers: { rs1: 0 } },
  register('csrrc', 0xffn, 0x3cn, 0xc3n),
  register('csrrc', -1n, -1n, 0n),
  { ...register('csrrc', 0xf0n, 0n, 0xf0n), registers: { rs1: 0 } },
  immediate('csrrwi', -1n, 31, 31n),
  immediate('csrrwi', 5n, 0, 0n),
  immediate('csrrsi', 0x100n, 0x15, 0x115n),
  immediate('csrrsi', -1n << 32n, 0, -1n << 32n),
  immediate('csrrci', -1n, 31, -32n),
  immediate('csrrci', 0xffn, 0, 0xffn),
  { name: 'fence.i', expect: {} },
  { name: 'fence.i', word: 0xfff8_9f8f, expect: {} },
];
