// The Zicsr instructions: all of them are one helper, which knows the registers.
import { csrOperation, readCsr } from '../hart/csr-code.js';
import type { CsrRow } from '../hart/csrs.js';
import { mode } from '../hart/hart-code.js';
import type { Effect } from '../isa/instruction.js';
import { call, i32 } from '../wasm/expression.js';
import type { Execution } from './execution.js';

type CsrEffect = Extract<Effect, { kind: 'csr' }>;

/** Reads a register that is known when code is generated: without the helper, where the mode is all that decides. */
export function csrRead(x: Execution, row: CsrRow, effect: CsrEffect): void {
  const isPlain = row.source === undefined && row.guard === undefined;
  if (isPlain) {
    const allowed = i32.geU(mode(x.h), i32.const((row.number >> 8) & 3));
    x.f.if(allowed, () => {
      x.write(readCsr(x.h, row));
      x.next();
    });
  }
  csr(x, effect);
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
