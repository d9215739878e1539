// Exceptions of the instruction at hand; nothing of it has happened.
import { call, i64, type I64 } from '../wasm/expression.js';
import type { Execution } from './execution.js';

/** What raising needs to know. */
export type Raising = Pick<Execution, 'f' | 'functions' | 'h' | 'publish' | 'slotAddress' | 'goToTrap'>;

/** Takes a trap of the given cause, with the value for tval. */
export function raise(x: Raising, cause: number | I64, value: I64): void {
  x.publish();
  const code = typeof cause === 'number' ? i64.const(BigInt(cause)) : cause;
  x.f.do(call(x.functions.trap, x.h, code, value));
  x.goToTrap();
}

/** Takes an illegal-instruction trap, with the encoding for tval. */
export function raiseIllegal(x: Raising): void {
  x.publish();
  x.f.do(call(x.functions.illegal, x.h, x.slotAddress()));
  x.goToTrap();
}
