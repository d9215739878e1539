// Sv39 page tables of a generated program (privileged specification, "Sv39"): RAM mapped onto itself, and a window of
// pages whose entries are random, valid or not.
import { hardOperands } from '../float/operands.js';
import type { Random } from '../support/random.js';
import type { Mode } from './harness.js';
import { bodyBase, codeBase, codePage, data, dataBase, pageBytes, tables, window } from './layout.js';

const V = 1n << 0n;
const R = 1n << 1n;
const W = 1n << 2n;
const X = 1n << 3n;
const U = 1n << 4n;
const A = 1n << 6n;
const D = 1n << 7n;
const entriesPerTable = 512;

function pointTo(address: number): bigint {
  return BigInt(address / pageBytes) << 10n;
}

function tableAddress(table: keyof typeof tables): number {
  return dataBase + data.tables + tables[table] * pageBytes;
}

/** Address of the page-table entry of a page of the window. */
export function entryAddress(page: number): number {
  return tableAddress('windowLower') + 8 * page;
}

function oftenSet(random: Random, bit: bigint, outOf: number): bigint {
  return random.oneIn(outOf) ? 0n : bit;
}

/** Random permissions, mostly valid; the reserved combinations occur too. */
function randomFlags(random: Random, mode: Mode): bigint {
  const suited = random.oneIn(6) !== (mode === 'user') ? U : 0n;
  const permissions = oftenSet(random, R, 5) | oftenSet(random, W, 3) | oftenSet(random, X, 2);
  const used = oftenSet(random, A, 2) | oftenSet(random, D, 2);
  const free = BigInt(random.below(16)) << 5n; // G, and two bits for software; A and D again
  const reservedBits = random.oneIn(16) ? 1n << BigInt(random.between(54, 63)) : 0n;
  return oftenSet(random, V, 16) | permissions | suited | used | (free & 0x320n) | reservedBits;
}

/** A random entry for a page of the window, for data or for code; `window.strayPage` may lead out of memory. */
export function randomEntry(random: Random, mode: Mode, page: number): bigint {
  const isData = page < window.dataPages;
  const frame = isData ? random.below(window.dataPages) : window.dataPages + random.below(window.codePages);
  const strays = page === window.strayPage && random.oneIn(8);
  const address = strays ? 0x1100_0000 : dataBase + data.frames + frame * pageBytes;
  return pointTo(address) | randomFlags(random, mode);
}

/** The page tables at reset. */
export function tableWords(random: Random, mode: Mode): bigint[] {
  const words = new Array<bigint>(Object.keys(tables).length * entriesPerTable).fill(0n);
  const set = (table: keyof typeof tables, index: number, entry: bigint) => {
    words[tables[table] * entriesPerTable + index] = entry;
  };
  const leaf = V | R | W | X | A | D;
  const own = mode === 'user' ? U : 0n;
  set('root', 2, pointTo(tableAddress('ramUpper')) | V);
  set('ramUpper', 0, pointTo(tableAddress('ramLower')) | V);
  for (let i = 0; i < entriesPerTable; i++) {
    const address = codeBase + i * pageBytes;
    const isPrivate = address < bodyBase || address >= dataBase + data.handler;
    set('ramLower', i, pointTo(address) | leaf | (isPrivate ? 0n : own));
  }
  set('root', 1, pointTo(tableAddress('windowUpper')) | V);
  set('windowUpper', 0, pointTo(tableAddress('windowLower')) | V);
  set('windowUpper', 1, pointTo(window.largeFrame) | randomFlags(random, mode));
  // A large page whose frame is not aligned, a pointer with bits that only leaves have, and a huge page likewise
  // misaligned: all of them fault. (A pointer to a table outside RAM is an access fault; QEMU says page fault.)
  set('windowUpper', 2, pointTo(window.largeFrame + pageBytes) | leaf | own);
  set('windowUpper', 3, pointTo(tableAddress('windowLower')) | V | A);
  set('root', 3, pointTo(window.largeFrame) | leaf | own);
  for (let page = 0; page < window.dataPages + window.codePages; page++) {
    set('windowLower', page, randomEntry(random, mode, page));
  }
  return words;
}

const jumpBack = 0x8182n; // c.jr x3
const longJumpBack = 0x0001_8067n; // jalr x0, 0(x3)

/** What the frames of the window hold at reset. */
export function frameWords(random: Random): bigint[] {
  const perPage = pageBytes / 8;
  const words = Array.from({ length: (window.dataPages + window.codePages) * perPage }, (_, i) => {
    const at = i % perPage;
    const isEdge = at < 2 * (window.edge / 8) || at >= perPage - window.edge / 8;
    return isEdge ? hardOperands(random, ['x'])[0] : 0n;
  });
  for (let page = window.dataPages; page < window.dataPages + window.codePages; page++) {
    const first = page * perPage;
    words[first] = (words[first] & ~0xffffn) | (longJumpBack >> 16n);
    words[first + codePage.jumpBack / 8] = jumpBack;
    const last = first + perPage - 1;
    words[last] = (words[last] & ~(0xffffn << 48n)) | ((longJumpBack & 0xffffn) << 48n);
  }
  return words;
}
