// Handlers of the SYSTEM opcode but for CSRs, fences, and of the slots that are no instruction.
import { raise, raiseIllegal } from '../effects/raise.js';
import { anyBit, mode, noteFence, requestLeave, word } from '../hart/hart-code.js';
import { Mstatus } from '../hart/mstatus.js';
import { stateOffset } from '../hart/state.js';
import { Cause } from '../hart/trap-code.js';
import type { Effect, SystemOperation } from '../isa/instruction.js';
import { codePage, control } from '../memory-layout.js';
import { RecordKind, RecordSource } from '../ring/records.js';
import { call, i32, i64, type I32, type I64 } from '../wasm/expression.js';
import {
  advance,
  advanceSlowly,
  continueAtTrap,
  immediate,
  pcOf,
  placeOf,
  publish,
  readRegister,
  secondRegister,
  setWord,
  type Context,
} from './context.js';

type Of<K extends Effect['kind']> = Extract<Effect, { kind: K }>;

const systems: Record<SystemOperation, (c: Context, length: number) => void> = {
  ecall: (c) =>
    raise(placeOf(c), i64.extendU(i32.add(mode(c.h), i32.const(Cause.callFromUser))), i64.const(0n)),
  ebreak: (c) => raise(placeOf(c), Cause.breakpoint, i64.const(0n)),
  mret: (c) => trapReturn(c, 'mret'),
  sret: (c) => trapReturn(c, 'sret'),
  wfi: waitForInterrupt,
  sfence_vma: fenceTranslations,
  // Memory is sequentially consistent and decoded code coherent with stores: nothing to order.
  fence: advance,
  fence_i: advance,
};

/** An instruction without operands to compute: by its operation. */
export function system(c: Context, length: number, effect: Of<'system'>): void {
  systems[effect.operation](c, length);
}

function trapReturn(c: Context, which: 'mret' | 'sret'): void {
  publish(c);
  c.f.do(call(c.functions[which], c.h, c.slot));
  c.f.branch(c.refetch);
}

/** wfi sleeps until an interrupt is pending and enabled in mie, whatever mstatus says (3.3.3). */
function waitForInterrupt(c: Context, length: number): void {
  const { f, h } = c;
  const timeout = i32.and(i32.eq(mode(h), i32.const(1)), anyBit(word(h, 'mstatus'), Mstatus.tw));
  f.if(i32.or(i32.eqz(mode(h)), timeout), () => raiseIllegal(placeOf(c)));
  const pending = i64.and(i64.or(word(h, 'mip'), word(h, 'lines')), word(h, 'mie'));
  f.if(i64.eqz(pending), () => {
    f.do(i32.store(h, i32.const(1), stateOffset.waiting));
    requestLeave(f);
  });
  advanceSlowly(c, length);
}

function fenceTranslations(c: Context, length: number): void {
  const { f, h } = c;
  const forbidden = i32.and(i32.eq(mode(h), i32.const(1)), anyBit(word(h, 'mstatus'), Mstatus.tvm));
  f.if(i32.or(i32.eqz(mode(h)), forbidden), () => raiseIllegal(placeOf(c)));
  // Translations are coherent with memory: there is nothing to forget.
  publish(c);
  noteFence(f, h);
  advance(c, length);
}

/** Handlers of slots that are no instruction take back the step the loop counted for them. */
function uncount(c: Context): void {
  c.f.set(c.budget, i32.add(c.budget, i32.const(1)));
}

/** An empty slot: fills it and dispatches again. */
export function decodeSlot(c: Context): void {
  c.f.do(call(c.functions.decode, c.slot));
  c.f.set(c.handler, i32.load16U(c.slot));
  c.f.branch(c.dispatch);
}

/** The slot behind a page: its pc is translated anew, and no step is counted. */
export function refetchSlot(c: Context): void {
  uncount(c);
  setWord(c.f, c.h, 'pc', pcOf(c));
  c.f.branch(c.refetch);
}

/** An instruction with halves in two pages: goes on in the hart’s own slot for it. */
export function straddle(c: Context): void {
  publish(c);
  c.f.set(c.at, call(c.functions.straddle, c.h, c.slot, pcOf(c)));
  continueAtTrap(c);
  c.f.set(c.pcBase, i64.sub(pcOf(c), i64.extendU(i32.shrU(c.at, i32.const(2)))));
  c.f.set(c.slot, c.at);
  c.f.set(c.page, i32.sub(c.at, i32.const(codePage.bodyBytes - codePage.slotBytes)));
  c.f.set(c.handler, i32.load16U(c.slot));
  c.f.branch(c.dispatch);
}

/** A probe: append the registers its row names, then run the real handler. Row: 32 bytes, see probe-table.ts. */
export function probe(c: Context): void {
  const { f, h } = c;
  // The ring has reached its limit: leave before this instruction, which is then met again with the ring drained.
  f.if(i32.load(i32.const(0), control.leave), () => {
    uncount(c);
    f.branch(c.leave);
  });
  publish(c);
  f.set(c.at, call(c.functions.probe, c.slot));
  f.if(i32.eqz(c.at), () => {
    uncount(c);
    f.branch(c.leave);
  });
  const registers = [4, 5, 6, 7, 8].map((offset): I64 => readRegister(c, i32.load8U(c.at, offset)));
  const kind = i32.or(i32.const(RecordKind.probe), i32.shl(i32.load16U(c.at, 12), i32.const(16)));
  f.if(i32.load8U(c.at, 14), () => f.do(call(c.functions.append, kind, h, pcOf(c), ...registers)));
  // The slots of a page are 8 bytes a halfword of code, and what they stood for 2.
  const original = i32.add(c.page, i32.shrU(i32.sub(c.slot, c.page), i32.const(2)));
  f.set(c.handler, i32.load16U(original, codePage.probed));
  f.branch(c.dispatch);
}

/** A word that is no instruction here. */
export function illegal(c: Context): void {
  raiseIllegal(placeOf(c));
}

/** slti x0: a HINT, hence no effect but the record. */
export function marker(c: Context): void {
  publish(c);
  const on: I32 = i32.and(i32.load(i32.const(0), control.sources), i32.const(RecordSource.markers));
  c.f.if(on, () => {
    const zero = i64.const(0n);
    const value = readRegister(c, secondRegister(c));
    const kind = i32.const(RecordKind.marker);
    c.f.do(call(c.functions.append, kind, c.h, pcOf(c), immediate(c), value, zero, zero, zero));
  });
  advanceSlowly(c, 4);
}
