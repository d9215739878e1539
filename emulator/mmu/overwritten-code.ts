// Generated code of a store's effect on what is cached of the code it overwrites.
import { codePage, type MemoryMap } from '../memory-layout.js';
import { call, i32, i64, type I32 } from '../wasm/expression.js';
import type { FunctionBuilder } from '../wasm/function-builder.js';
import type { MemoryHost } from './access-parts.js';

/** Forgets the decoded operations that overlap the word, and one before it, which may reach into it. */
export function dropDecoded(
  f: FunctionBuilder,
  host: MemoryHost,
  layout: MemoryMap,
  at: I32,
  frame: I32,
): void {
  const codeMapEntry = i32.add(i32.const(layout.codeMap), i32.shl(frame, i32.const(2)));
  const page = f.local('i32', i32.load(codeMapEntry));
  const halfword = f.local('i32', i32.shrU(i32.and(at, i32.const(4095)), i32.const(1)));
  const slot = f.local('i32', i32.add(page, i32.shl(halfword, i32.const(3))));
  f.if(i32.load(page, codePage.compiled), () => dropCompiled(f, host, slot, halfword, frame));
  for (let index = 0; index < 4; index++) f.do(i64.store(slot, i64.const(0n), 8 * index));
  f.if(halfword, () => f.do(i64.store(i32.sub(slot, i32.const(8)), i64.const(0n))));
  const { overwritten, hasLoops } = codePage;
  f.if(i32.load(page, hasLoops), () => f.do(call(host.loopOverwritten, frame, i32.and(at, i32.const(4088)))));
  f.do(i32.store(page, i32.add(i32.load(page, overwritten), i32.const(1)), overwritten));
  f.if(i32.gtU(i32.load(page, overwritten), i32.const(64)), () => f.do(call(host.dropCode, frame)));
}

/** Only what has been executed is ever compiled: words without a decoded operation are data. */
function dropCompiled(f: FunctionBuilder, host: MemoryHost, slot: I32, halfword: I32, frame: I32): void {
  const decoded = f.local('i64', i64.const(0n));
  for (let index = 0; index < 4; index++) f.set(decoded, i64.or(decoded, i64.load(slot, 8 * index)));
  f.if(halfword, () => f.set(decoded, i64.or(decoded, i64.load(i32.sub(slot, i32.const(8))))));
  f.if(i64.ne(decoded, i64.const(0n)), () => f.do(call(host.regionOverwritten, frame)));
}
