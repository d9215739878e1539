// Generated code for traps: entry (privileged specification 3.1.7-3.1.8, 3.3), return (3.3.2) and the choice of the
// interrupt to take (3.1.9).
import { control, memoryMap } from '../memory-layout.js';
import { tellAgain } from '../mmu/user-mappings-code.js';
import { RecordKind, RecordSource } from '../ring/records.js';
import type { FunctionBuilder } from '../wasm/function-builder.js';
import { call, i32, i64, type I32, type I64 } from '../wasm/expression.js';
import {
  anyBit,
  forgetWaiting,
  mode,
  register,
  replaceBits,
  requestLeave,
  setTrapped,
  setWord,
  Sync,
  word,
  type HelperFunctions,
} from './hart-code.js';
import { Interrupt, Mstatus } from './mstatus.js';
import { Mode, stateOffset, workOffset, type StateWord } from './state.js';

export const Cause = {
  fetchMisaligned: 0,
  fetchAccess: 1,
  illegal: 2,
  breakpoint: 3,
  loadMisaligned: 4,
  loadAccess: 5,
  storeMisaligned: 6,
  storeAccess: 7,
  callFromUser: 8,
  fetchPageFault: 12,
  loadPageFault: 13,
  storePageFault: 15,
} as const;

const interruptBit = 1n << 63n;

interface Level {
  readonly mode: number;
  readonly epc: StateWord;
  readonly cause: StateWord;
  readonly value: StateWord;
  readonly vector: StateWord;
  readonly ie: bigint;
  readonly pie: bigint;
}

const supervisor: Level = {
  mode: Mode.supervisor,
  epc: 'sepc',
  cause: 'scause',
  value: 'stval',
  vector: 'stvec',
  ie: Mstatus.sie,
  pie: Mstatus.spie,
};
const machine: Level = {
  mode: Mode.machine,
  epc: 'mepc',
  cause: 'mcause',
  value: 'mtval',
  vector: 'mtvec',
  ie: Mstatus.mie,
  pie: Mstatus.mpie,
};

/** Body of `trap(hart, cause, value)`: counts no instruction, leaves pc at the handler. */
export function buildTrap(f: FunctionBuilder, helpers: HelperFunctions): void {
  const h = f.parameter('i32', 0);
  const cause = f.parameter('i64', 1);
  const value = f.parameter('i64', 2);
  const from = f.local('i32', mode(h));
  forgetWaiting(f, h);
  const delegation = i64.select(i64.ltS(cause, i64.const(0n)), word(h, 'mideleg'), word(h, 'medeleg'));
  const delegated = i64.and(i64.shrU(delegation, i64.and(cause, i64.const(63n))), i64.const(1n));
  const below = i64.extendU(i32.leU(from, i32.const(Mode.supervisor)));
  const toSupervisor = f.local('i32', i32.wrap(i64.and(delegated, below)));
  f.if(sourceOn(RecordSource.traps), () => recordTrap(f, helpers, h, cause, value, from, toSupervisor));
  f.if(
    toSupervisor,
    () => enter(f, h, supervisor, cause, value, from),
    () => enter(f, h, machine, cause, value, from),
  );
  setTrapped(f, h, Sync.trapped);
  setWord(f, h, 'instret', i64.sub(word(h, 'instret'), i64.const(1n)));
}

function enter(f: FunctionBuilder, h: I32, level: Level, cause: I64, value: I64, from: I32): void {
  setWord(f, h, level.epc, word(h, 'pc'));
  setWord(f, h, level.cause, cause);
  setWord(f, h, level.value, value);
  const wasEnabled = i64.extendU(anyBit(word(h, 'mstatus'), level.ie));
  const shift = level === supervisor ? 5n : 7n;
  replaceBits(f, h, 'mstatus', level.ie | level.pie, i64.shl(wasEnabled, i64.const(shift)));
  const previous = level === supervisor ? Mstatus.spp : Mstatus.mpp;
  const previousShift = level === supervisor ? 8n : Mstatus.mppShift;
  replaceBits(f, h, 'mstatus', previous, i64.shl(i64.extendU(from), i64.const(previousShift)));
  f.do(i32.store(h, i32.const(level.mode), stateOffset.mode));
  const vector = word(h, level.vector);
  const base = i64.and(vector, i64.const(~3n));
  const vectored = i32.and(i64.ltS(cause, i64.const(0n)), anyBit(vector, 1n));
  const offset = i64.shl(i64.and(cause, i64.const(63n)), i64.const(2n));
  setWord(f, h, 'pc', i64.add(base, i64.select(vectored, offset, i64.const(0n))));
}

const sourceOn = (bit: number): I32 => i32.and(i32.load(i32.const(0), control.sources), i32.const(bit));

/** Physical address of the page-table root; 0 when translation is off. */
const pageTableRoot = (h: I32): I64 =>
  i64.and(i64.shl(word(h, 'satp'), i64.const(12n)), i64.const(((1n << 44n) - 1n) << 12n));

const modes = (from: I32, to: I32): I32 => i32.shl(i32.or(from, i32.shl(to, i32.const(4))), i32.const(16));

function recordTrap(
  f: FunctionBuilder,
  helpers: HelperFunctions,
  h: I32,
  cause: I64,
  value: I64,
  from: I32,
  toSupervisor: I32,
): void {
  const zero = i64.const(0n);
  const to = i32.select(toSupervisor, i32.const(Mode.supervisor), i32.const(Mode.machine));
  const kind = i32.or(i32.const(RecordKind.trap), modes(from, to));
  f.do(call(helpers.append, kind, h, word(h, 'pc'), cause, value, pageTableRoot(h), zero, zero));
  f.if(i32.and(i32.eqz(from), toSupervisor), () => f.do(call(helpers.faultBegins, h, cause, value)));
  f.if(i64.eq(cause, i64.const(BigInt(Cause.callFromUser))), () => {
    const [a7, a0, a1, a2, a3] = [17, 10, 11, 12, 13].map((index) => register(h, index));
    f.do(call(helpers.append, i32.const(RecordKind.call), h, word(h, 'pc'), a7, a0, a1, a2, a3));
  });
}

/** Body of `takeInterrupt(hart)`: machine interrupts before supervisor ones, each MEI MSI MTI SEI SSI STI. */
export function buildTakeInterrupt(f: FunctionBuilder, helpers: HelperFunctions): void {
  const h = f.parameter('i32', 0);
  const pending = f.local('i64', i64.and(i64.or(word(h, 'mip'), word(h, 'lines')), word(h, 'mie')));
  f.if(i64.eqz(pending), () => f.return(i32.const(0)));
  const enabledIn = (level: Level): I32 =>
    i32.or(
      i32.ltU(mode(h), i32.const(level.mode)),
      i32.and(i32.eq(mode(h), i32.const(level.mode)), anyBit(word(h, 'mstatus'), level.ie)),
    );
  const chosen = f.local('i64');
  f.set(
    chosen,
    i64.select(
      enabledIn(machine),
      i64.and(pending, i64.xor(word(h, 'mideleg'), i64.const(-1n))),
      i64.const(0n),
    ),
  );
  f.if(i64.eqz(chosen), () =>
    f.set(chosen, i64.select(enabledIn(supervisor), i64.and(pending, word(h, 'mideleg')), i64.const(0n))),
  );
  f.if(i64.eqz(chosen), () => f.return(i32.const(0)));
  const order = [
    Interrupt.machineExternal,
    Interrupt.machineSoftware,
    Interrupt.machineTimer,
    Interrupt.supervisorExternal,
    Interrupt.supervisorSoftware,
    Interrupt.supervisorTimer,
  ];
  for (const number of order) {
    f.if(anyBit(chosen, 1n << BigInt(number)), () => {
      f.do(call(helpers.trap, h, i64.const(interruptBit | BigInt(number)), i64.const(0n)));
      f.return(i32.const(1));
    });
  }
  f.return(i32.const(0));
}

/** Body of `mret(hart, slot)` or `sret(hart, slot)`. */
export function buildTrapReturn(f: FunctionBuilder, helpers: HelperFunctions, from: 'mret' | 'sret'): void {
  const h = f.parameter('i32', 0);
  const level = from === 'mret' ? machine : supervisor;
  const refused = f.local('i32', i32.ltU(mode(h), i32.const(level.mode)));
  if (level === supervisor) {
    const trappedReturn = i32.and(i32.eq(mode(h), i32.const(1)), anyBit(word(h, 'mstatus'), Mstatus.tsr));
    f.set(refused, i32.or(refused, trappedReturn));
  }
  f.if(refused, () => {
    f.do(call(helpers.illegal, h, f.parameter('i32', 1)));
    f.return();
  });
  const to = f.local('i32', previousMode(h, level));
  f.if(i32.eqz(to), () => tellAgain(f, helpers, memoryMap));
  f.if(sourceOn(RecordSource.traps), () => {
    const kind = f.local('i32', i32.or(i32.const(RecordKind.trapReturn), modes(mode(h), to)));
    f.if(i32.eqz(to), () => {
      const outcome = call(helpers.faultEnds, h, word(h, level.epc));
      f.set(kind, i32.or(kind, i32.shl(outcome, i32.const(22))));
    });
    const fencedAt = i64.load(h, workOffset.fencedAt);
    const locks = i64.extendU(call(helpers.heldLocks, h));
    const [pc, target, root] = [word(h, 'pc'), word(h, level.epc), pageTableRoot(h)];
    f.do(call(helpers.append, kind, h, pc, target, register(h, 10), root, fencedAt, locks));
  });
  const wasEnabled = i64.extendU(anyBit(word(h, 'mstatus'), level.pie));
  const ieShift = level === supervisor ? 1n : 3n;
  const restored = i64.or(i64.shl(wasEnabled, i64.const(ieShift)), i64.const(level.pie));
  const previous = level === supervisor ? Mstatus.spp : Mstatus.mpp;
  replaceBits(f, h, 'mstatus', level.ie | level.pie | previous, restored);
  f.if(i32.ne(to, i32.const(Mode.machine)), () => replaceBits(f, h, 'mstatus', Mstatus.mprv, i64.const(0n)));
  f.do(i32.store(h, to, stateOffset.mode));
  setWord(f, h, 'pc', word(h, level.epc));
  setTrapped(f, h, Sync.trapped);
  leaveIfInterruptPending(f, h);
}

function previousMode(h: I32, level: Level): I32 {
  if (level === supervisor)
    return i32.wrap(i64.and(i64.shrU(word(h, 'mstatus'), i64.const(8n)), i64.const(1n)));
  return i32.wrap(i64.and(i64.shrU(word(h, 'mstatus'), i64.const(Mstatus.mppShift)), i64.const(3n)));
}

/** The host re-examines interrupts when a slice starts: leave if there may be one to take now. */
export function leaveIfInterruptPending(f: FunctionBuilder, h: I32): void {
  const pending = i64.and(i64.or(word(h, 'mip'), word(h, 'lines')), word(h, 'mie'));
  f.if(i64.ne(pending, i64.const(0n)), () => requestLeave(f));
}
