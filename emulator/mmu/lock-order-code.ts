// Generated code that tells which locks are taken while others are held: of the first locks that the observer named,
// and once for each pair, since a kernel takes them millions of times.
import { control } from '../memory-layout.js';
import { holderWord } from '../ring/held-locks-code.js';
import { RecordKind } from '../ring/records.js';
import { call, i32, i64, type I32, type I64, type Local } from '../wasm/expression.js';
import type { FunctionBuilder } from '../wasm/function-builder.js';
import type { Parts } from './access-parts.js';

const at0 = i32.const(0);
const none = i32.const(-1);

/** Number of the lock whose order is told and whose holder word is at the linear address; -1 for none. */
export function orderedLockAt(f: FunctionBuilder, at: I32): Local<'i32'> {
  const found = f.local('i32', none);
  const number = f.local('i32', i32.load(at0, control.lockOrdered));
  f.if(number, () =>
    f.loop((again) => {
      f.set(number, i32.sub(number, i32.const(1)));
      const word = i32.load(i32.shl(number, i32.const(2)), control.lockWords);
      f.if(i32.eq(word, at), () => f.set(found, number));
      f.branchIf(number, again);
    }),
  );
  return found;
}

/** After `now` went to the holder word of a lock: `append` a record if it was taken, and with others than before. */
export function tellOrder(
  parts: Parts,
  number: Local<'i32'>,
  now: I64,
  append: (kind: I32, held: I32) => void,
): void {
  const { f, h, helpers, layout } = parts;
  // Half of these stores give a lock back.
  f.if(i64.ne(now, holderWord(h, layout)), () => f.return());
  const held = f.local('i32', call(helpers.heldLocks, h));
  const bit = i32.shl(i32.const(1), number);
  const seen = i32.shl(number, i32.const(2));
  const others = f.local('i32', i32.and(held, i32.xor(bit, none)));
  const news = i32.and(others, i32.xor(i32.load(seen, control.lockOrders), none));
  // What has no number is in no pair.
  const named = i32.and(news, i32.const((1 << 30) - 1));
  f.if(i32.and(i32.ne(i32.and(held, bit), at0), i32.ne(named, at0)), () => {
    f.do(i32.store(seen, i32.or(i32.load(seen, control.lockOrders), others), control.lockOrders));
    append(i32.or(i32.const(RecordKind.lockTaken), i32.shl(number, i32.const(16))), held);
  });
}
