// Generated calls between routines: the guest's calls become the host's, and whoever returns elsewhere than to where it
// was called from makes its callers return too.
import { mode } from '../hart/hart-code.js';
import { stateOffset, tlb } from '../hart/state.js';
import { codePage, control, pageBytes } from '../memory-layout.js';
import { tlbEntry, tlbOf } from '../mmu/tlb-code.js';
import {
  call,
  callIndirect,
  i32,
  i64,
  type FunctionReference,
  type FunctionType,
  type I32,
  type Local,
} from '../wasm/expression.js';
import type { Label } from '../wasm/function-builder.js';
import { addressOf, leaveFor, type RoutineContext } from './routine-execution.js';
import type { WindowPage } from './window-code.js';

/** How a routine finds others. */
export interface RoutineLinks {
  /** Routines of the same module, by their starts. */
  readonly direct: ReadonlyMap<number, FunctionReference<'i32'>>;
  /** The type of all routines. */
  readonly type: FunctionType<'i32'>;
  pageOf(offset: number): WindowPage | undefined;
}

/** What the code of calls works with. */
export interface CallContext extends RoutineContext {
  readonly links: RoutineLinks;
  /** How deep calls may still nest. */
  readonly calls: Local<'i32'>;
  /** Returns what a callee has returned: state holds the pc. */
  readonly returned: Label;
}

/** The pc in state after a call: where the callee has returned to. */
export const returnedTo = (c: CallContext) => i64.load(c.h, stateOffset.pc);

/** Fetch kind of the TLB of the mode that the routine runs in. */
const fetchTlb = ({ h }: CallContext): I32 => i32.add(tlbOf(h, mode(h)), i32.const(tlb.fetch));

/**
 * Another page is entered only while a fetch from it would find the code that was compiled. What changes mappings makes
 * all routines return, so it is enough to look once after each entry from the interpreter. `unused` instructions of the
 * block follow.
 */
export function requireMapped(c: CallContext, page: WindowPage, offset: number, unused = 0): void {
  const { f, at } = c;
  const tag = addressOf(c, page.offset);
  const pageAt = i32.const(page.address);
  const entered = i64.load(i32.const(0), control.entered);
  f.if(i64.ne(i64.load(pageAt, codePage.provenAt), entered), () => {
    f.set(at, tlbEntry(fetchTlb(c), tag));
    const other = i32.or(i64.ne(i64.load(at), tag), i32.ne(i32.load(at, 8), pageAt));
    f.if(other, () => leaveFor(c, addressOf(c, offset), unused));
    f.do(i64.store(pageAt, entered, codePage.provenAt));
  });
}

/** Runs the routine at an offset, as far as it goes; leaves for it where there is none. */
export function callRoutine(c: CallContext, from: WindowPage, offset: number): void {
  const { f, at, links } = c;
  const page = links.pageOf(offset);
  const leave = (): void => leaveFor(c, addressOf(c, offset), 0);
  if (!page) {
    f.set(c.nextPc, addressOf(c, offset));
    return callComputed(c);
  }
  f.if(i32.eqz(c.calls), leave);
  if (page !== from) requireMapped(c, page, offset);
  const direct = links.direct.get(offset);
  if (direct) return finish(c, call(direct, ...parametersOf(c, i32.const(0))));
  f.set(at, i32.load(i32.const(page.address), codePage.entries + (offset - page.offset) * 2));
  const elsewhere = i64.ne(i64.load(i32.const(page.address), codePage.compiledAt), addressOf(c, page.offset));
  f.if(i32.or(i32.eqz(at), elsewhere), leave);
  callEntry(c);
}

/** Runs the routine at `nextPc`, as far as it goes; leaves for it where there is none. */
export function callComputed(c: CallContext): void {
  const { f, at, va, nextPc } = c;
  f.branchIf(i32.eqz(c.calls), c.exit);
  f.set(va, i64.and(nextPc, i64.const(BigInt(-pageBytes))));
  f.set(at, tlbEntry(fetchTlb(c), nextPc));
  f.branchIf(i64.ne(i64.load(at), va), c.exit);
  f.set(at, i32.load(at, 8));
  f.branchIf(i64.ne(i64.load(at, codePage.compiledAt), va), c.exit);
  const field = i32.shl(i32.and(i32.wrap(nextPc), i32.const(0xffe)), i32.const(1));
  f.set(at, i32.load(i32.add(at, field), codePage.entries));
  f.branchIf(i32.eqz(at), c.exit);
  callEntry(c);
}

/** Calls the entry in `at`, as the decoded page has it. */
function callEntry(c: CallContext): void {
  const { at, links } = c;
  const entry = i32.and(at, i32.const(0xffff));
  finish(c, callIndirect(links.type, i32.shrU(at, i32.const(16)), ...parametersOf(c, entry)));
}

function parametersOf(c: CallContext, entry: I32): I32[] {
  return [c.h, c.budget, entry, c.tlb, i32.sub(c.calls, i32.const(1))];
}

function finish(c: CallContext, result: I32): void {
  c.f.set(c.budget, result);
  c.f.branchIf(i32.ltS(c.budget, i32.const(0)), c.returned);
}
