// The Zicsr instructions: one helper knows all registers; what kernels do all the time goes without it.
import { csrOperation, readCsr } from '../hart/csr-code.js';
import type { CsrRow } from '../hart/csrs.js';
import { mode, requestLeave, setWord, word } from '../hart/hart-code.js';
import { Mstatus } from '../hart/mstatus.js';
import { Mode } from '../hart/state.js';
import type { Effect } from '../isa/instruction.js';
import { call, i32, i64, type I64 } from '../wasm/expression.js';
import type { Execution } from './execution.js';

type CsrEffect = Extract<Effect, { kind: 'csr' }>;

/** Bits of sstatus that can change without anything but the choice of interrupts being affected. */
const interruptBits = Mstatus.sie | Mstatus.spie | Mstatus.spp;
const allBits = (1n << 64n) - 1n;

/** An instruction whose register is known when code is generated. */
export function csrKnown(x: Execution, row: CsrRow, effect: CsrEffect, writes: boolean): void {
  const isPlain = row.source === undefined && row.guard === undefined && !row.delegated;
  const allowed = i32.geU(mode(x.h), i32.const((row.number >> 8) & 3));
  const isReadOnly = row.number >> 10 === 3;
  if (isPlain && !writes) {
    x.f.if(allowed, () => {
      x.write(readCsr(x.h, row));
      x.next();
    });
  } else if (isPlain && !isReadOnly && row.state && row.writable !== undefined) {
    if (row.name === 'sstatus')
      x.f.if(i32.eq(mode(x.h), i32.const(Mode.supervisor)), () => status(x, row, effect));
    else if (row.after === undefined && !row.shift) x.f.if(allowed, () => plainWrite(x, row, effect));
  }
  csr(x, effect);
}

/** What the instruction writes, before the register takes of it what it can. */
function wanted(x: Execution, effect: CsrEffect, old: I64): I64 {
  const operand = effect.immediate ? x.csrOperand() : x.rs1();
  if (effect.operation === 'write') return operand;
  if (effect.operation === 'set') return i64.or(old, operand);
  return i64.and(old, i64.xor(operand, i64.const(-1n)));
}

/** A register that is nothing but a word. */
function plainWrite(x: Execution, row: CsrRow, effect: CsrEffect): void {
  const writable = row.writable!;
  x.f.set(x.value, readCsr(x.h, row));
  const fresh = wanted(x, effect, x.value);
  if (writable === allBits) setWord(x.f, x.h, row.state!, fresh);
  else {
    const kept = i64.and(word(x.h, row.state!), i64.const(~writable));
    setWord(x.f, x.h, row.state!, i64.or(kept, i64.and(fresh, i64.const(writable))));
  }
  x.write(x.value);
  x.next();
}

/** sstatus in supervisor mode, where only interrupt bits change: leaves when that lets an interrupt in. */
function status(x: Execution, row: CsrRow, effect: CsrEffect): void {
  const { f, h } = x;
  f.set(x.other, word(h, 'mstatus'));
  f.set(x.value, i64.and(x.other, i64.const(row.readable!)));
  f.set(x.va, i64.and(i64.xor(wanted(x, effect, x.value), x.other), i64.const(row.writable!)));
  f.if(i64.eqz(i64.and(x.va, i64.const(~interruptBits))), () => {
    f.set(x.other, i64.xor(x.other, x.va));
    setWord(f, h, 'mstatus', x.other);
    const pending = i64.and(i64.or(word(h, 'mip'), word(h, 'lines')), word(h, 'mie'));
    const enables = i64.ne(i64.and(i64.and(x.other, x.va), i64.const(Mstatus.sie)), i64.const(0n));
    f.set(x.slow, i32.and(enables, i64.ne(pending, i64.const(0n))));
    x.write(x.value);
    f.if(i32.eqz(x.slow), () => x.next());
    requestLeave(f);
    x.nextSlowly();
  });
}

/** A Zicsr instruction: all of it is in the csr helper, which may trap. */
export function csr(x: Execution, effect: CsrEffect): void {
  x.publish();
  const operand = effect.immediate ? x.csrOperand() : x.rs1();
  const operation = i32.const(csrOperation[effect.operation]);
  x.f.set(x.value, call(x.functions.csr, x.h, x.csrRow(), operation, operand, x.slotAddress()));
  x.continueAtTrap();
  x.write(x.value);
  x.nextSlowly();
}
