// Generated code that lets a recognised waiting loop wait for the rest of the slice at once. No other hart runs before
// its end, so that memory stays as the loop has found it.
import { workOffset, tlb } from '../hart/state.js';
import { tlbEntry } from '../mmu/tlb-code.js';
import type { FunctionBuilder, Label } from '../wasm/function-builder.js';
import { i32, i64, type I32, type I64, type Local } from '../wasm/expression.js';
import { waitField, waitAccessField } from './loop-table.js';
import { waitAccessesMaximum } from './wait-analysis.js';

interface Parts {
  readonly f: FunctionBuilder;
  readonly h: Local<'i32'>;
  readonly row: Local<'i32'>;
  readonly tlbAt: Local<'i32'>;
  /** Leaves with 0, and forgets that the loop was met. */
  readonly refuse: Label;
}

const register = (h: I32, number: I32): I64 => i64.load(i32.add(h, i32.shl(number, i32.const(3))));

/**
 * Body of `wait(hart, row, budget, tlb)`, called when the loop's branch is about to go back: how many steps pass at
 * once. That is none the first time. The second time in a row, the iteration between has found what the first call
 * found and has changed nothing, and so will all that follow.
 */
export function buildWait(f: FunctionBuilder): void {
  const h = f.parameter('i32', 0);
  const row = f.parameter('i32', 1);
  const budget = f.parameter('i32', 2);
  const instructions = f.local('i32', i32.load(row, waitField.instructions));
  f.block((refuse) => {
    const parts: Parts = { f, h, row, tlbAt: f.parameter('i32', 3), refuse };
    for (let index = 0; index < waitAccessesMaximum; index++) {
      f.if(i32.ltU(i32.const(index), i32.load(row, waitField.accessCount)), () => look(parts, index));
    }
    const isSame = i32.eq(i32.load(h, workOffset.waitRow), row);
    const expected = i32.add(budget, instructions);
    const isNext = i32.eq(i32.load(h, workOffset.waitBudget), expected);
    const steps = f.local('i32', i32.mul(i32.divU(budget, instructions), instructions));
    f.set(steps, i32.select(i32.and(isSame, isNext), steps, i32.const(0)));
    f.do(i32.store(h, row, workOffset.waitRow));
    f.do(i32.store(h, i32.sub(budget, steps), workOffset.waitBudget));
    f.return(steps);
  });
  f.do(i32.store(h, i32.const(0), workOffset.waitRow));
  f.return(i32.const(0));
}

/** Refuses unless the access goes to RAM, by a translation that is at hand, and changes nothing there. */
function look(parts: Parts, index: number): void {
  const { f, h, row, tlbAt, refuse } = parts;
  const field = (name: keyof typeof waitAccessField): I32 =>
    i32.load(row, waitField.accesses + index * waitAccessField.size + waitAccessField[name]);
  const bytes = f.local('i32', field('bytes'));
  const va = f.local('i64', i64.add(register(h, field('base')), i64.extendS(field('offset'))));
  const inPage = i64.extendU(i32.sub(bytes, i32.const(1)));
  const tag = i64.and(va, i64.or(i64.const(-4096n), inPage));
  const entry = f.local('i32', i32.add(tlbEntry(tlbAt, va), i32.const(tlb.load)));
  const isUnknown = (): I32 => i64.ne(i64.load(entry), tag);
  f.if(i32.and(isUnknown(), field('isSwap')), () => {
    f.set(entry, i32.add(entry, i32.const(tlb.store - tlb.load)));
    // To a frame with flags; but this store changes nothing, and the iteration before was allowed it.
    f.if(isUnknown(), () => f.set(entry, i32.add(entry, i32.const(tlb.noticedStore - tlb.store))));
  });
  f.branchIf(isUnknown(), refuse);
  f.if(field('isSwap'), () => {
    const at = f.local('i32', i32.add(i32.wrap(va), i32.load(entry, 8)));
    const stored = i64.add(register(h, field('register')), i64.extendS(field('constant')));
    const differs = f.local('i64', i64.xor(stored, i64.load32U(at)));
    f.if(i32.eq(bytes, i32.const(8)), () => f.set(differs, i64.xor(stored, i64.load(at))));
    f.if(i32.eq(bytes, i32.const(4)), () => f.set(differs, i64.shl(differs, i64.const(32n))));
    f.branchIf(i64.ne(differs, i64.const(0n)), refuse);
  });
}
