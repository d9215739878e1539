// Generated code that looks at whole pages. The hash is 64-bit words folded by multiply and xor-shift: a digest, not
// cryptography.
import { control, pageBytes } from '../memory-layout.js';
import type { FunctionBuilder } from '../wasm/function-builder.js';
import { i32, i64, type I32, type I64 } from '../wasm/expression.js';

/** Pages hashed at a time: each step of a hash waits for the one before, so several take as long as one. */
export const pagesHashed = 4;

/** Body of `hash(address)`: hashes as many pages from a linear address on; results go to `control.hashes`. */
export function buildHash(f: FunctionBuilder): void {
  const at = f.parameter('i32', 0);
  const end = f.local('i32', i32.add(at, i32.const(pageBytes)));
  const pages = Array.from({ length: pagesHashed }, (_, index) => index);
  const hashes = pages.map(() => f.local('i64', i64.const(0x6a09e667f3bcc909n)));
  f.loop((again) => {
    hashes.forEach((hash, page) => {
      const word = i64.load(at, page * pageBytes);
      f.set(hash, i64.mul(i64.xor(hash, word), i64.const(-0x61c8864680b583ebn)));
    });
    for (const hash of hashes) f.set(hash, i64.xor(hash, i64.shrU(hash, i64.const(29n))));
    f.set(at, i32.add(at, i32.const(8)));
    f.branchIf(i32.ltU(at, end), again);
  });
  hashes.forEach((hash, page) => f.do(i64.store(i32.const(0), hash, control.hashes + 8 * page)));
}

/**
 * Body of `repeats(address)`: 1 when all words of the page but the first and the last are equal, as in pages that were
 * filled and then linked into a list, or written at their ends by a program that asks for its pages back.
 */
export function buildRepeats(f: FunctionBuilder): void {
  const page = f.parameter('i32', 0);
  const second = f.local('i64', i64.load(page, 8));
  // The words that are left over by steps of eight come first: they tell most pages that do not repeat.
  const differs = (at: I32, first: number, count: number): I64 => {
    const all = Array.from({ length: count }, (_, index) =>
      i64.xor(i64.load(at, 8 * (first + index)), second),
    );
    return all.reduce((one, other) => i64.or(one, other));
  };
  f.if(i64.ne(differs(page, 2, 5), i64.const(0n)), () => f.return(i32.const(0)));
  const at = f.local('i32', i32.add(page, i32.const(56)));
  const end = f.local('i32', i32.add(page, i32.const(pageBytes - 8)));
  f.loop((again) => {
    f.if(i64.ne(differs(at, 0, 8), i64.const(0n)), () => f.return(i32.const(0)));
    f.set(at, i32.add(at, i32.const(64)));
    f.branchIf(i32.ltU(at, end), again);
  });
  f.return(i32.const(1));
}
