// Tier 0: one WebAssembly function over decoded operations, a branch table with a handler an instruction row.
import { control, type MemoryMap } from '../memory-layout.js';
import { chooseTlbAgain, forgetWaiting, mode, trapped, word } from '../hart/hart-code.js';
import type { Algebra } from '../isa/algebra.js';
import type { FunctionBuilder, Label } from '../wasm/function-builder.js';
import { call, i32, i64, type I32, type I64, type Local } from '../wasm/expression.js';
import { dataMode } from '../mmu/access-code.js';
import { tlbOf } from '../mmu/tlb-code.js';
import { setTrapped, setWord, type Context, type InterpreterFunctions } from './context.js';
import { handlers } from './operations.js';
import { buildHandler } from './handlers.js';
import { memoryLoop, waitLoop } from './loop-handler.js';
import { enterRegion } from './region-handler.js';
import { decodeSlot, illegal, marker, probe, refetchSlot, straddle } from './system-handlers.js';

/** What `run` is generated from. */
export interface InterpreterParts {
  readonly functions: InterpreterFunctions;
  readonly algebra: Algebra<I64, I32>;
  readonly layout: MemoryMap;
}

/**
 * Body of `run(hart, budget)`: executes up to `budget` steps (instructions and traps) and returns how many were not
 * used. An interrupt that is pending and enabled is taken first.
 */
export function buildRun(f: FunctionBuilder, parts: InterpreterParts): void {
  const h = f.parameter('i32', 0);
  const budget = f.parameter('i32', 1);
  const locals = declareLocals(f);
  enterSlice(f, h, budget);
  f.block((leave) => {
    takePendingInterrupt(f, parts, h, budget, leave);
    f.loop((refetch) => {
      const open = { ...parts, ...locals, f, h, budget, leave, refetch };
      locate(open);
      f.loop((next) => {
        f.branchIf(i32.eqz(budget), leave);
        f.set(budget, i32.sub(budget, i32.const(1)));
        f.set(locals.handler, i32.load16U(locals.slot));
        f.loop((dispatch) => dispatchOn({ ...open, next, dispatch }));
      });
    });
  });
  leaveSlice(f, h, budget, locals);
}

/** Counts a step that is no instruction: a trap taken at an instruction boundary. */
function takeStep(f: FunctionBuilder, budget: Local<'i32'>): void {
  f.set(budget, i32.sub(budget, i32.const(1)));
}

function declareLocals(f: FunctionBuilder) {
  return {
    slot: f.local('i32'),
    page: f.local('i32'),
    pcBase: f.local('i64'),
    tlb: f.local('i32'),
    handler: f.local('i32'),
    va: f.local('i64'),
    value: f.local('i64'),
    other: f.local('i64'),
    at: f.local('i32'),
    slow: f.local('i32'),
  };
}

type Opened = Omit<Context, 'next' | 'dispatch'>;

const sliceEnd = (): I64 => i64.load(i32.const(0), control.sliceEnd);

/** In a slice, instret is kept relative to the clock; outside it is absolute. */
function enterSlice(f: FunctionBuilder, h: I32, budget: I32): void {
  const now = i64.sub(sliceEnd(), i64.extendS(budget));
  setWord(f, h, 'instret', i64.sub(word(h, 'instret'), now));
  forgetWaiting(f, h);
  // The host may have put other state into the hart.
  chooseTlbAgain(f, h);
  f.do(i32.store(i32.const(0), i32.const(0), control.leave));
  f.do(i32.store(i32.const(0), h, control.hart));
}

function leaveSlice(f: FunctionBuilder, h: I32, budget: I32, locals: ReturnType<typeof declareLocals>): void {
  // Leaving from a trap left pc in state already: then the slot is 0.
  f.if(locals.slot, () =>
    setWord(f, h, 'pc', i64.add(locals.pcBase, i64.extendU(i32.shrU(locals.slot, i32.const(2))))),
  );
  const now = i64.sub(sliceEnd(), i64.extendS(budget));
  setWord(f, h, 'instret', i64.add(word(h, 'instret'), now));
  f.return(budget);
}

function takePendingInterrupt(
  f: FunctionBuilder,
  parts: InterpreterParts,
  h: I32,
  budget: Local<'i32'>,
  leave: Label,
): void {
  f.branchIf(i32.eqz(budget), leave);
  f.do(i32.store(i32.const(0), i32.sub(budget, i32.const(1)), control.budget));
  f.if(call(parts.functions.takeInterrupt, h), () => takeStep(f, budget));
}

/** Finds the decoded page of state.pc; the steps of faults met on the way are counted. */
function locate(c: Opened): void {
  const { f, h } = c;
  f.set(c.slot, i32.const(0));
  setTrapped(f, h, 0);
  f.branchIf(i32.load(i32.const(0), control.leave), c.leave);
  f.branchIf(i32.eqz(c.budget), c.leave);
  f.do(i32.store(i32.const(0), i32.sub(c.budget, i32.const(1)), control.budget));
  requireTlb(c, mode(h));
  f.set(c.page, call(c.functions.fetch, h, word(h, 'pc')));
  f.if(trapped(h), () => {
    takeStep(f, c.budget);
    f.branch(c.refetch);
  });
  const offset = i32.shl(i32.and(i32.wrap(word(h, 'pc')), i32.const(0xffe)), i32.const(2));
  f.set(c.slot, i32.add(c.page, offset));
  f.set(c.pcBase, i64.sub(word(h, 'pc'), i64.extendU(i32.shrU(c.slot, i32.const(2)))));
  const effective = dataMode(f, h);
  requireTlb(c, effective);
  f.set(c.tlb, tlbOf(h, effective));
}

/** The mode's TLB is chosen from here on. */
function requireTlb({ f, h, functions }: Opened, mode: I32): void {
  f.if(i32.eqz(tlbOf(h, mode)), () => f.do(call(functions.chooseTlb, h, mode)));
}

function dispatchOn(c: Context): void {
  const special = [
    decodeSlot,
    refetchSlot,
    straddle,
    probe,
    illegal,
    marker,
    memoryLoop,
    enterRegion,
    waitLoop,
  ];
  const cases = [
    ...special.map((build) => () => build(c)),
    ...handlers.map((handler) => () => buildHandler(c, handler)),
  ];
  c.f.switch(c.handler, cases, () => c.f.unreachable());
}
