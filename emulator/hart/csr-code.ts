// Generated code of the Zicsr instructions: one function over the rows of csrs.ts.
import type { FunctionBuilder } from '../wasm/function-builder.js';
import { call, i32, i64, type I32, type I64, type Local } from '../wasm/expression.js';
import { control, FrameFlag, pageBytes, ramBase, type MemoryMap } from '../memory-layout.js';
import { csrs, type CsrRow } from './csrs.js';
import {
  anyBit,
  chooseTlbAgain,
  currentCycle,
  mode,
  requestLeave,
  setTrapped,
  setWord,
  Sync,
  word,
  type HelperFunctions,
  ramBytes,
} from './hart-code.js';
import { Mstatus } from './mstatus.js';
import { leaveIfInterruptPending } from './trap-code.js';

/** Operand encoding of the decoded operation: row index, and whether it writes. */
export const csrOperand = { writes: 0x10000, rowMask: 0xffff } as const;

/** Cycles per unit of mtime and time: 10 MHz against a notional 100 MHz of cycles. */
export const cyclesPerTimeUnit = 10n;

const allBits = (1n << 64n) - 1n;
const operations = { write: 0, set: 1, clear: 2 } as const;
export const csrOperation = operations;

interface Access {
  readonly f: FunctionBuilder;
  readonly h: Local<'i32'>;
  readonly operand: Local<'i64'>;
  readonly operation: Local<'i32'>;
  readonly writes: Local<'i32'>;
  readonly slot: Local<'i32'>;
  readonly old: Local<'i64'>;
  readonly helpers: HelperFunctions;
  readonly layout: MemoryMap;
}

/**
 * Body of `csr(hart, row | writes, operation, operand, slot)`: the old value. An access that is not allowed raises
 * illegal instruction; what a write affects is re-examined by leaving, refetching or flushing.
 */
export function buildCsr(f: FunctionBuilder, helpers: HelperFunctions, layout: MemoryMap): void {
  const access: Access = {
    f,
    helpers,
    layout,
    h: f.parameter('i32', 0),
    operation: f.parameter('i32', 2),
    operand: f.parameter('i64', 3),
    slot: f.parameter('i32', 4),
    writes: f.local('i32', i32.and(f.parameter('i32', 1), i32.const(csrOperand.writes))),
    old: f.local('i64'),
  };
  const row = i32.and(f.parameter('i32', 1), i32.const(csrOperand.rowMask));
  f.switch(
    row,
    csrs.map((each) => () => buildRow(access, each)),
    () => f.unreachable(),
  );
  f.return(access.old);
}

function buildRow(access: Access, row: CsrRow): void {
  const { f, h, old, writes } = access;
  const lowestMode = (row.number >> 8) & 3;
  if (lowestMode > 0) refuseIf(access, i32.ltU(mode(h), i32.const(lowestMode)));
  if (row.number >> 10 === 3) refuseIf(access, writes);
  guard(access, row);
  f.set(old, readCsr(h, row));
  if (row.writable === undefined) return;
  f.if(writes, () => write(access, row));
}

function refuseIf({ f, h, slot, helpers }: Access, condition: I32): void {
  f.if(condition, () => {
    f.do(call(helpers.illegal, h, slot));
    f.return(i64.const(0n));
  });
}

function guard(access: Access, row: CsrRow): void {
  const { h } = access;
  const isSupervisor = i32.eq(mode(h), i32.const(1));
  if (row.guard === 'float') refuseIf(access, i64.eqz(i64.and(word(h, 'mstatus'), i64.const(Mstatus.fs))));
  if (row.guard === 'satp') refuseIf(access, i32.and(isSupervisor, anyBit(word(h, 'mstatus'), Mstatus.tvm)));
  if (row.guard === 'stimecmp') {
    const allowed = i32.and(anyBit(word(h, 'menvcfg'), 1n << 63n), anyBit(word(h, 'mcounteren'), 2n));
    refuseIf(access, i32.and(isSupervisor, i32.eqz(allowed)));
  }
  if (row.guard === 'counter') {
    const bit = row.number - 0xc00 < 3 ? 1n << BigInt(row.number - 0xc00) : 0n;
    const machineForbids = i64.eqz(i64.and(word(h, 'mcounteren'), i64.const(bit)));
    const supervisorForbids = i64.eqz(i64.and(word(h, 'scounteren'), i64.const(bit)));
    refuseIf(access, i32.and(i32.leU(mode(h), i32.const(1)), machineForbids));
    refuseIf(access, i32.and(i32.eqz(mode(h)), supervisorForbids));
  }
}

/** What a CSR reads as, by one that may read it. */
export function readCsr(h: I32, row: CsrRow): I64 {
  let value: I64;
  if (row.source === 'cycle') value = currentCycle();
  else if (row.source === 'time') value = i64.divU(currentCycle(), i64.const(cyclesPerTimeUnit));
  else if (row.source === 'instret') value = i64.add(word(h, 'instret'), currentCycle());
  else if (row.source === 'pending') value = i64.or(word(h, 'mip'), word(h, 'lines'));
  else if (row.state) value = word(h, row.state);
  else value = i64.const(row.value ?? 0n);
  if (row.shift) value = i64.shrU(value, i64.const(row.shift));
  if (row.readable !== undefined) value = i64.and(value, i64.const(row.readable));
  return row.delegated ? i64.and(value, word(h, 'mideleg')) : value;
}

function write(access: Access, row: CsrRow): void {
  const { f, h, old, operand, operation } = access;
  const state = row.state!;
  const wanted = f.local('i64', operand);
  // mip's set and clear act on the software bits, not on the lines: the specification's rule for SEIP, for all bits.
  const base = row.source === 'pending' ? word(h, state) : old;
  f.if(i32.eq(operation, i32.const(operations.set)), () => f.set(wanted, i64.or(base, operand)));
  f.if(i32.eq(operation, i32.const(operations.clear)), () =>
    f.set(wanted, i64.and(base, i64.xor(operand, i64.const(-1n)))),
  );
  if (state === 'satp') return writeSatp(access, wanted);
  if (row.source === 'instret') return writeInstret(access, wanted);
  if (state === 'mstatus') legalisePreviousMode(access, row, wanted);
  const shift = i64.const(row.shift ?? 0n);
  const mask = f.local('i64', writableBits(h, row));
  const before = f.local('i64', word(h, state));
  const kept = i64.and(before, i64.xor(mask, i64.const(-1n)));
  setWord(f, h, state, i64.or(kept, i64.and(i64.shl(wanted, shift), mask)));
  after(access, row, before);
}

/** Bits of its word that a write changes now. */
function writableBits(h: I32, row: CsrRow): I64 {
  const statics = i64.const((row.writable! << (row.shift ?? 0n)) & allBits);
  if (row.timed !== undefined) {
    const others = i64.const(row.writable! & ~row.timed);
    return i64.select(anyBit(word(h, 'menvcfg'), 1n << 63n), others, statics);
  }
  return row.delegated ? i64.and(statics, word(h, 'mideleg')) : statics;
}

/** The write takes the place of the writing instruction's own count: the next one reads what was written (3.1.10). */
function writeInstret({ f, h }: Access, wanted: Local<'i64'>): void {
  const next = i64.add(currentCycle(), i64.const(1n));
  setWord(f, h, 'instret', i64.sub(wanted, next));
}

/** MPP = 2 is reserved: such a write keeps the old field. */
function legalisePreviousMode({ f, h }: Access, row: CsrRow, wanted: Local<'i64'>): void {
  if (row.name !== 'mstatus') return;
  const field = i64.and(wanted, i64.const(Mstatus.mpp));
  f.if(i64.eq(field, i64.const(2n << Mstatus.mppShift)), () => {
    const oldField = i64.and(word(h, 'mstatus'), i64.const(Mstatus.mpp));
    f.set(wanted, i64.or(i64.and(wanted, i64.const(~Mstatus.mpp)), oldField));
  });
}

/** Modes other than Bare and Sv39 are ignored, write and all (4.1.11). */
function writeSatp({ f, h, helpers, layout }: Access, wanted: Local<'i64'>): void {
  const translationMode = f.local('i64', i64.shrU(wanted, i64.const(60n)));
  const supported = i32.or(i64.eqz(translationMode), i64.eq(translationMode, i64.const(8n)));
  f.if(supported, () => {
    setWord(f, h, 'satp', wanted);
    chooseTlbAgain(f, h);
    setTrapped(f, h, Sync.refetch);
    f.if(i64.ne(translationMode, i64.const(0n)), () => announceRoot(f, helpers, layout, wanted));
  });
}

/** Page-table roots are learned from satp, where tables are watched and this one is not yet known. */
function announceRoot(f: FunctionBuilder, helpers: HelperFunctions, layout: MemoryMap, satp: I64): void {
  const number = i64.and(satp, i64.const((1n << 44n) - 1n));
  const frame = f.local('i64', i64.sub(number, i64.const(BigInt(ramBase / pageBytes))));
  const watching = i32.load(i32.const(0), control.watchTables);
  const inRam = i64.ltU(frame, i64.shrU(ramBytes(), i64.const(12n)));
  f.if(i32.and(watching, inRam), () => {
    const flags = i32.load8U(i32.wrap(frame), layout.frameFlags);
    f.if(i32.eqz(i32.and(flags, i32.const(FrameFlag.table))), () =>
      f.do(call(helpers.rootSeen, i32.wrap(frame))),
    );
  });
}

function after({ f, h }: Access, row: CsrRow, before: Local<'i64'>): void {
  if (row.after === 'float') setFloatDirty(f, h);
  if (row.after === 'timer') requestLeave(f);
  if (row.after === 'status') {
    refreshSummaryBit(f, h);
    const changed = i64.xor(before, word(h, 'mstatus'));
    const translationBits = Mstatus.sum | Mstatus.mxr | Mstatus.mprv | Mstatus.mpp;
    f.if(anyBit(changed, translationBits), () => {
      chooseTlbAgain(f, h);
      setTrapped(f, h, Sync.refetch);
    });
  }
  if (row.after === 'interrupts' || row.after === 'status') leaveIfInterruptPending(f, h);
}

/** SD = (FS is dirty); the read-only XLEN fields stay 64 bit. */
function refreshSummaryBit(f: FunctionBuilder, h: I32): void {
  const dirty = i64.eq(i64.and(word(h, 'mstatus'), i64.const(Mstatus.fs)), i64.const(Mstatus.fs));
  const cleared = i64.and(word(h, 'mstatus'), i64.const(~Mstatus.sd));
  setWord(f, h, 'mstatus', i64.or(cleared, i64.shl(i64.extendU(dirty), i64.const(63n))));
}

/** Any change of floating-point state makes FS dirty (3.1.6.6). */
export function setFloatDirty(f: FunctionBuilder, h: I32): void {
  setWord(f, h, 'mstatus', i64.or(word(h, 'mstatus'), i64.const(Mstatus.fs | Mstatus.sd)));
}
