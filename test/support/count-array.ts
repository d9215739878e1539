// An array that counts references to frames, as discovery describes it, and stores to it.
import type { ReferenceCountFacts } from '../../tracer/probes/discovery/reference-count-facts.js';
import { given, store, type RecordInput } from './raw-records.js';

/** Where the free list begins. */
export const head = 0x80001000;
export const kernelBase = 0x80000000;
export const freeList = { heads: [head], finding: given };
export const firstFree = 0x80100000;
export const frame = (index: number): number => firstFree + index * 4096;

export function facts(over: Partial<ReferenceCountFacts>): ReferenceCountFacts {
  const elementBytes = over.elementBytes ?? 4;
  return {
    name: 'counts',
    address: 0x80010000,
    isPointer: false,
    elementBytes,
    stride: elementBytes,
    isSigned: false,
    count: 32768,
    firstFrame: kernelBase,
    isNamedSo: true,
    codeUse: 'none',
    finding: given,
    ...over,
  };
}

/** The store that changes the element of a frame, all other bytes of its word being 0. */
export function change(
  array: ReferenceCountFacts,
  base: number,
  of: number,
  before: number,
  after: number,
  spacing = 4096,
): RecordInput {
  const at = array.address + ((of - base) / spacing) * array.stride;
  const bits = BigInt((at % 8) * 8);
  const mask = (1n << BigInt(array.elementBytes * 8)) - 1n;
  const word = (value: number): bigint => (BigInt(value) & mask) << bits;
  return store(at - (at % 8), word(before), word(after));
}
