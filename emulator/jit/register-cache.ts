// x registers of a routine in locals. Each write also goes to the hart's state, so that nothing has to be put back
// where the routine is left; which locals hold their register is known while code is generated.
import type { FunctionBuilder } from '../wasm/function-builder.js';
import { i64, type I32, type I64, type Local } from '../wasm/expression.js';

/** A set of registers: bit n stands for xn. */
export type RegisterSet = number;

export class RegisterCache {
  private readonly locals: (Local<'i64'> | undefined)[] = [];
  /** Registers whose local holds them at this place of the code. */
  held: RegisterSet = 0;

  constructor(
    private readonly f: FunctionBuilder,
    private readonly h: I32,
  ) {}

  /** Loads the registers into their locals, where they are not held yet. */
  hold(...numbers: readonly number[]): void {
    for (const number of numbers) {
      if (number === 0 || this.held & (1 << number)) continue;
      this.f.set(this.local(number), i64.load(this.h, number * 8));
      this.held |= 1 << number;
    }
  }

  /** Loads all registers of a set. */
  holdAll(wanted: RegisterSet): void {
    for (let number = 1; number < 32; number++) if (wanted & (1 << number)) this.hold(number);
  }

  /** The value of a register; cheap to read again. It must not be written before the expression is used. */
  read(number: number): I64 {
    if (number === 0) return i64.const(0n);
    return this.held & (1 << number) ? this.local(number) : i64.load(this.h, number * 8);
  }

  write(number: number, value: I64): void {
    if (number === 0) return this.f.drop(value);
    const local = this.local(number);
    this.f.set(local, value);
    this.f.do(i64.store(this.h, local, number * 8));
    this.held |= 1 << number;
  }

  private local(number: number): Local<'i64'> {
    return (this.locals[number] ??= this.f.local('i64'));
  }
}
