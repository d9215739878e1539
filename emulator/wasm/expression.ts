// WebAssembly expressions as values: typed trees that a function builder writes out. Names follow the text format.
import type { ByteWriter } from './bytes.js';

export type ValueType = 'i32' | 'i64';
type ExpressionType = ValueType | 'void';

/** An instruction with its operands. Emitting it leaves one value of its type on the stack (void: none). */
export class Expression<T extends ExpressionType = ExpressionType> {
  constructor(
    readonly type: T,
    private readonly operands: readonly Expression[],
    private readonly instruction: (code: ByteWriter) => void,
  ) {}

  emit(code: ByteWriter): void {
    for (const operand of this.operands) operand.emit(code);
    this.instruction(code);
  }
}

export type I32 = Expression<'i32'>;
export type I64 = Expression<'i64'>;
export type Effectful = Expression<'void'>;

function op<T extends ExpressionType>(type: T, opcode: number, ...operands: Expression[]): Expression<T> {
  return new Expression(type, operands, (code) => code.byte(opcode));
}

/** A memory access: alignment is only a hint and left at one byte. */
function access<T extends ExpressionType>(
  type: T,
  opcode: number,
  offset: number,
  ...operands: Expression[]
): Expression<T> {
  return new Expression(type, operands, (code) => {
    code.byte(opcode);
    code.byte(0);
    code.unsigned(offset);
  });
}

export const i32 = {
  const: (value: number): I32 =>
    new Expression('i32', [], (code) => {
      code.byte(0x41);
      code.signed32(value);
    }),
  eqz: (a: I32): I32 => op('i32', 0x45, a),
  eq: (a: I32, b: I32): I32 => op('i32', 0x46, a, b),
  ne: (a: I32, b: I32): I32 => op('i32', 0x47, a, b),
  ltS: (a: I32, b: I32): I32 => op('i32', 0x48, a, b),
  ltU: (a: I32, b: I32): I32 => op('i32', 0x49, a, b),
  gtU: (a: I32, b: I32): I32 => op('i32', 0x4b, a, b),
  leS: (a: I32, b: I32): I32 => op('i32', 0x4c, a, b),
  leU: (a: I32, b: I32): I32 => op('i32', 0x4d, a, b),
  geU: (a: I32, b: I32): I32 => op('i32', 0x4f, a, b),
  add: (a: I32, b: I32): I32 => op('i32', 0x6a, a, b),
  sub: (a: I32, b: I32): I32 => op('i32', 0x6b, a, b),
  mul: (a: I32, b: I32): I32 => op('i32', 0x6c, a, b),
  divU: (a: I32, b: I32): I32 => op('i32', 0x6e, a, b),
  and: (a: I32, b: I32): I32 => op('i32', 0x71, a, b),
  or: (a: I32, b: I32): I32 => op('i32', 0x72, a, b),
  xor: (a: I32, b: I32): I32 => op('i32', 0x73, a, b),
  shl: (a: I32, b: I32): I32 => op('i32', 0x74, a, b),
  shrS: (a: I32, b: I32): I32 => op('i32', 0x75, a, b),
  shrU: (a: I32, b: I32): I32 => op('i32', 0x76, a, b),
  wrap: (a: I64): I32 => op('i32', 0xa7, a),
  select: (condition: I32, yes: I32, no: I32): I32 => op('i32', 0x1b, yes, no, condition),
  load: (at: I32, offset = 0): I32 => access('i32', 0x28, offset, at),
  load8U: (at: I32, offset = 0): I32 => access('i32', 0x2d, offset, at),
  load16U: (at: I32, offset = 0): I32 => access('i32', 0x2f, offset, at),
  store: (at: I32, value: I32, offset = 0): Effectful => access('void', 0x36, offset, at, value),
  store8: (at: I32, value: I32, offset = 0): Effectful => access('void', 0x3a, offset, at, value),
  store16: (at: I32, value: I32, offset = 0): Effectful => access('void', 0x3b, offset, at, value),
};

export const i64 = {
  const: (value: bigint): I64 =>
    new Expression('i64', [], (code) => {
      code.byte(0x42);
      code.signed64(value);
    }),
  eqz: (a: I64): I32 => op('i32', 0x50, a),
  eq: (a: I64, b: I64): I32 => op('i32', 0x51, a, b),
  ne: (a: I64, b: I64): I32 => op('i32', 0x52, a, b),
  ltS: (a: I64, b: I64): I32 => op('i32', 0x53, a, b),
  ltU: (a: I64, b: I64): I32 => op('i32', 0x54, a, b),
  geS: (a: I64, b: I64): I32 => op('i32', 0x59, a, b),
  geU: (a: I64, b: I64): I32 => op('i32', 0x5a, a, b),
  add: (a: I64, b: I64): I64 => op('i64', 0x7c, a, b),
  sub: (a: I64, b: I64): I64 => op('i64', 0x7d, a, b),
  mul: (a: I64, b: I64): I64 => op('i64', 0x7e, a, b),
  divS: (a: I64, b: I64): I64 => op('i64', 0x7f, a, b),
  divU: (a: I64, b: I64): I64 => op('i64', 0x80, a, b),
  remS: (a: I64, b: I64): I64 => op('i64', 0x81, a, b),
  remU: (a: I64, b: I64): I64 => op('i64', 0x82, a, b),
  and: (a: I64, b: I64): I64 => op('i64', 0x83, a, b),
  or: (a: I64, b: I64): I64 => op('i64', 0x84, a, b),
  xor: (a: I64, b: I64): I64 => op('i64', 0x85, a, b),
  shl: (a: I64, b: I64): I64 => op('i64', 0x86, a, b),
  shrS: (a: I64, b: I64): I64 => op('i64', 0x87, a, b),
  shrU: (a: I64, b: I64): I64 => op('i64', 0x88, a, b),
  extendS: (a: I32): I64 => op('i64', 0xac, a),
  extendU: (a: I32): I64 => op('i64', 0xad, a),
  extend8S: (a: I64): I64 => op('i64', 0xc2, a),
  extend16S: (a: I64): I64 => op('i64', 0xc3, a),
  extend32S: (a: I64): I64 => op('i64', 0xc4, a),
  select: (condition: I32, yes: I64, no: I64): I64 => op('i64', 0x1b, yes, no, condition),
  load: (at: I32, offset = 0): I64 => access('i64', 0x29, offset, at),
  load8S: (at: I32, offset = 0): I64 => access('i64', 0x30, offset, at),
  load8U: (at: I32, offset = 0): I64 => access('i64', 0x31, offset, at),
  load16S: (at: I32, offset = 0): I64 => access('i64', 0x32, offset, at),
  load16U: (at: I32, offset = 0): I64 => access('i64', 0x33, offset, at),
  load32S: (at: I32, offset = 0): I64 => access('i64', 0x34, offset, at),
  load32U: (at: I32, offset = 0): I64 => access('i64', 0x35, offset, at),
  store: (at: I32, value: I64, offset = 0): Effectful => access('void', 0x37, offset, at, value),
  store8: (at: I32, value: I64, offset = 0): Effectful => access('void', 0x3c, offset, at, value),
  store16: (at: I32, value: I64, offset = 0): Effectful => access('void', 0x3d, offset, at, value),
  store32: (at: I32, value: I64, offset = 0): Effectful => access('void', 0x3e, offset, at, value),
};

/** memory.fill of `length` bytes (bulk memory operations). */
export function memoryFill(at: I32, value: I32, length: I32): Effectful {
  return new Expression('void', [at, value, length], (code) => code.append([0xfc, 0x0b, 0x00]));
}

/** memory.copy of `length` bytes; overlapping ranges are copied as if through a buffer. */
export function memoryCopy(to: I32, from: I32, length: I32): Effectful {
  return new Expression('void', [to, from, length], (code) => code.append([0xfc, 0x0a, 0x00, 0x00]));
}

/** A local variable: reading it is an expression, `FunctionBuilder.set` writes it. */
export class Local<T extends ValueType = ValueType> extends Expression<T> {
  constructor(
    type: T,
    readonly index: number,
  ) {
    super(type, [], (code) => {
      code.byte(0x20);
      code.unsigned(index);
    });
  }
}

/** A function of the module, as `call` needs it. */
export interface FunctionReference<R extends ValueType | 'void' = ValueType | 'void'> {
  readonly index: number;
  readonly parameters: readonly ValueType[];
  readonly result: R;
}

/** A type of functions, as `callIndirect` needs it. */
export interface FunctionType<R extends ValueType | 'void' = ValueType | 'void'> {
  readonly type: number;
  readonly parameters: readonly ValueType[];
  readonly result: R;
}

/** Calls the function at `element` of the module's table. */
export function callIndirect<R extends ValueType | 'void'>(
  target: FunctionType<R>,
  element: I32,
  ...parameters: Expression[]
): Expression<R> {
  return new Expression(target.result, [...parameters, element], (code) => {
    code.byte(0x11);
    code.unsigned(target.type);
    code.byte(0);
  });
}

/** A call of a function; its parameters’ types must be those declared. */
export function call<R extends ValueType | 'void'>(
  target: FunctionReference<R>,
  ...parameters: Expression[]
): Expression<R> {
  const types = parameters.map((parameter) => parameter.type).join();
  if (types !== target.parameters.join())
    throw new Error(
      `call of function ${target.index}: expected (${target.parameters.join()}), got (${types})`,
    );
  return new Expression(target.result, parameters, (code) => {
    code.byte(0x10);
    code.unsigned(target.index);
  });
}
