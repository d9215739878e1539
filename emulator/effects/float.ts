// Floating-point effects: the arithmetic is the host's, what surrounds it (FS, rounding mode, flags) is here.
import { setFloatDirty } from '../hart/csr-code.js';
import { setWord, word } from '../hart/hart-code.js';
import { Mstatus } from '../hart/mstatus.js';
import { floatOperationIds } from '../isa/float/index.js';
import type { Effect, FloatOperation, Instruction } from '../isa/instruction.js';
import { control } from '../memory-layout.js';
import { call, i32, i64, type I64 } from '../wasm/expression.js';
import type { Execution } from './execution.js';
import { load, store } from './memory.js';
import { raiseIllegal } from './raise.js';

type Of<K extends Effect['kind']> = Extract<Effect, { kind: K }>;

/** Floating-point state must be on (mstatus.FS, 3.1.6.6). */
function requireFloat(x: Execution): void {
  x.f.if(i64.eqz(i64.and(word(x.h, 'mstatus'), i64.const(Mstatus.fs))), () => raiseIllegal(x));
}

/** Loads into an f register, with a single boxed in ones. */
export function floatLoad(x: Execution, bytes: 4 | 8): void {
  requireFloat(x);
  // Called where the value has arrived: a load that faults leaves FS as it was.
  const box = (value: I64): I64 => {
    setFloatDirty(x.f, x.h);
    return bytes === 4 ? i64.or(value, i64.const(-1n << 32n)) : value;
  };
  load(x, { bytes, signed: false }, box);
}

/** Stores the low bytes of an f register. */
export function floatStore(x: Execution, bytes: 4 | 8): void {
  requireFloat(x);
  store(x, bytes);
}

/** Rounding is dynamic (7) by frm; reserved modes are illegal where the instruction rounds. */
function roundingMode(x: Execution, rounds: boolean): void {
  if (!rounds) return x.f.set(x.slow, i32.const(0));
  x.f.set(x.slow, x.roundingField());
  const dynamic = i32.wrap(i64.and(i64.shrU(word(x.h, 'fcsr'), i64.const(5n)), i64.const(7n)));
  x.f.if(i32.eq(x.slow, i32.const(7)), () => x.f.set(x.slow, dynamic));
  x.f.if(i32.gtU(x.slow, i32.const(4)), () => raiseIllegal(x));
}

/** Operations that raise no flags and leave an x register: they do not make FS dirty. */
const pure: ReadonlySet<FloatOperation> = new Set(['move_to_x', 'class']);

/** An F or D operation, done by the host in exact arithmetic. */
export function float(x: Execution, instruction: Instruction, effect: Of<'float'>): void {
  const { f, h } = x;
  requireFloat(x);
  const { format } = instruction;
  roundingMode(x, format === 'rm' || format === 'rm1' || format === 'r4');
  const operation = floatOperationIds.indexOf(effect.operation) | (effect.format === 'd' ? 0x100 : 0);
  const operands = [x.rs1(), x.rs2(), x.rs3()];
  x.write(call(x.functions.float, i32.const(operation), x.slow, ...operands));
  if (!pure.has(effect.operation)) {
    setFloatDirty(f, h);
    const flags = i64.load32U(i32.const(0), control.floatFlags);
    setWord(f, h, 'fcsr', i64.or(word(h, 'fcsr'), flags));
  }
  x.next();
}
