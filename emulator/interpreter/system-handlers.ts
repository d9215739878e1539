// Handlers of the SYSTEM opcode, fences, floating point, and of the slots that are no instruction.
import { csrOperation, setFloatDirty } from '../hart/csr-code.js';
import { anyBit, mode, requestLeave, word } from '../hart/hart-code.js';
import { Mstatus } from '../hart/mstatus.js';
import { Cause } from '../hart/trap-code.js';
import { floatOperationIds } from '../isa/float/index.js';
import type { Effect, FloatOperation, Instruction, SystemOperation } from '../isa/instruction.js';
import { codePage, control } from '../memory-layout.js';
import { RecordKind, RecordSource } from '../ring/records.js';
import { call, i32, i64, type I32, type I64 } from '../wasm/expression.js';
import {
  advance,
  advanceSlowly,
  continueAtTrap,
  immediate,
  immediate32,
  pcOf,
  publish,
  raise,
  raiseIllegal,
  readRegister,
  secondRegister,
  setTrapped,
  setWord,
  stateOffset,
  Sync,
  writeRegister,
  type Context,
} from './context.js';
import { load, store } from './memory-handlers.js';

type Of<K extends Effect['kind']> = Extract<Effect, { kind: K }>;

/** A Zicsr instruction: all of it is in the csr helper, which may trap. */
export function csr(c: Context, length: number, effect: Of<'csr'>): void {
  publish(c);
  const register = secondRegister(c);
  const operand = effect.immediate ? i64.extendU(register) : readRegister(c, register);
  const operation = i32.const(csrOperation[effect.operation]);
  c.f.set(c.value, call(c.functions.csr, c.h, immediate32(c), operation, operand, c.slot));
  continueAtTrap(c);
  writeRegister(c, c.value);
  advanceSlowly(c, length);
}

const systems: Record<SystemOperation, (c: Context, length: number) => void> = {
  ecall: (c) => raise(c, i64.extendU(i32.add(mode(c.h), i32.const(Cause.callFromUser))), i64.const(0n)),
  ebreak: (c) => raise(c, Cause.breakpoint, i64.const(0n)),
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
  f.if(i32.or(i32.eqz(mode(h)), timeout), () => raiseIllegal(c));
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
  f.if(i32.or(i32.eqz(mode(h)), forbidden), () => raiseIllegal(c));
  f.do(call(c.functions.flush, h));
  setTrapped(f, h, Sync.refetch);
  advanceSlowly(c, length);
}

/** Floating-point state must be on (mstatus.FS, 3.1.6.6). */
function requireFloat(c: Context): void {
  c.f.if(i64.eqz(i64.and(word(c.h, 'mstatus'), i64.const(Mstatus.fs))), () => raiseIllegal(c));
}

/** Loads into an f register, with a single boxed in ones. */
export function floatLoad(c: Context, length: number, bytes: 4 | 8): void {
  requireFloat(c);
  // Called where the value has arrived: a load that faults leaves FS as it was.
  const box = (value: I64): I64 => {
    setFloatDirty(c.f, c.h);
    return bytes === 4 ? i64.or(value, i64.const(-1n << 32n)) : value;
  };
  load(c, length, { bytes, signed: false }, box);
}

/** Stores the low bytes of an f register. */
export function floatStore(c: Context, length: number, bytes: 4 | 8): void {
  requireFloat(c);
  store(c, length, bytes);
}

/** Rounding is dynamic (7) by frm; reserved modes are illegal where the instruction rounds. */
function roundingMode(c: Context, rounds: boolean): void {
  if (!rounds) return c.f.set(c.slow, i32.const(0));
  c.f.set(c.slow, i32.and(i32.shrU(immediate32(c), i32.const(16)), i32.const(7)));
  const dynamic = i32.wrap(i64.and(i64.shrU(word(c.h, 'fcsr'), i64.const(5n)), i64.const(7n)));
  c.f.if(i32.eq(c.slow, i32.const(7)), () => c.f.set(c.slow, dynamic));
  c.f.if(i32.gtU(c.slow, i32.const(4)), () => raiseIllegal(c));
}

/** Operations that raise no flags and leave an x register: they do not make FS dirty. */
const pure: ReadonlySet<FloatOperation> = new Set(['move_to_x', 'class']);

/** An F or D operation, done by the host in exact arithmetic. */
export function float(c: Context, length: number, instruction: Instruction, effect: Of<'float'>): void {
  const { f, h } = c;
  requireFloat(c);
  const { format } = instruction;
  roundingMode(c, format === 'rm' || format === 'rm1' || format === 'r4');
  const operation = floatOperationIds.indexOf(effect.operation) | (effect.format === 'd' ? 0x100 : 0);
  const third = i32.and(i32.shrU(immediate32(c), i32.const(8)), i32.const(0xff));
  const operands = [
    readRegister(c, secondRegister(c)),
    readRegister(c, i32.and(immediate32(c), i32.const(0xff))),
    readRegister(c, third),
  ];
  writeRegister(c, call(c.functions.float, i32.const(operation), c.slow, ...operands));
  if (!pure.has(effect.operation)) {
    setFloatDirty(f, h);
    const flags = i64.load32U(i32.const(0), control.floatFlags);
    setWord(f, h, 'fcsr', i64.or(word(h, 'fcsr'), flags));
  }
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
  const registers = [4, 5, 6, 7, 8].map((offset): I64 => readRegister(c, i32.load8U(c.at, offset)));
  const kind = i32.or(i32.const(RecordKind.probe), i32.shl(i32.load16U(c.at, 12), i32.const(16)));
  f.if(i32.load8U(c.at, 14), () => f.do(call(c.functions.append, kind, h, pcOf(c), ...registers)));
  f.set(c.handler, i32.load16U(c.at, 10));
  f.branch(c.dispatch);
}

/** A word that is no instruction here. */
export function illegal(c: Context): void {
  raiseIllegal(c);
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
