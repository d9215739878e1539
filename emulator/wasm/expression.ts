// WebAssembly expressions as values: typed trees that a function builder writes out. Names follow the text format.
import type { ByteWriter } from './bytes.js';

export type ValueType = 'i32' | 'i64';
type ExpressionType = ValueType | 'void';

/** An instruction with its operands. Emitting it leaves one value of its type on the stack (void: none). */
export class Expression<T extends ExpressionType = ExpressionType> {
  constructor(
    readonly type: T,
    private readonly opcode: number,
    private readonly a?: Expression,
    private readonly b?: Expression,
    private readonly c?: Expression,
  ) {}

  emit(code: ByteWriter): void {
    this.a?.emit(code);
    this.b?.emit(code);
    this.c?.emit(code);
    code.byte(this.opcode);
    this.emitImmediates?.(code);
  }

  /** What stands behind the opcode, of the kinds of instructions that have something there. */
  protected emitImmediates?(code: ByteWriter): void;
}

export type I32 = Expression<'i32'>;
export type I64 = Expression<'i64'>;
export type Effectful = Expression<'void'>;

const op = <T extends ExpressionType>(
  type: T,
  opcode: number,
  a: Expression,
  b?: Expression,
  c?: Expression,
): Expression<T> => new Expression(type, opcode, a, b, c);

/** A memory access: alignment is only a hint and left at one byte. */
class Access<T extends ExpressionType> extends Expression<T> {
  constructor(
    type: T,
    opcode: number,
    private readonly offset: number,
    at: Expression,
    value?: Expression,
  ) {
    super(type, opcode, at, value);
  }

  protected override emitImmediates(code: ByteWriter): void {
    code.byte(0);
    code.unsigned(this.offset);
  }
}

const access = <T extends ExpressionType>(
  type: T,
  opcode: number,
  offset: number,
  at: Expression,
  value?: Expression,
): Expression<T> => new Access(type, opcode, offset, at, value);

class Constant32 extends Expression<'i32'> {
  constructor(private readonly value: number) {
    super('i32', 0x41);
  }

  protected override emitImmediates(code: ByteWriter): void {
    code.signed32(this.value);
  }
}

class Constant64 extends Expression<'i64'> {
  constructor(private readonly value: bigint) {
    super('i64', 0x42);
  }

  protected override emitImmediates(code: ByteWriter): void {
    code.signed64(this.value);
  }
}

/** An instruction of bulk memory operations: its number, and the memories it works on. */
class Bulk extends Expression<'void'> {
  constructor(
    private readonly immediates: readonly number[],
    to: I32,
    what: I32,
    length: I32,
  ) {
    super('void', 0xfc, to, what, length);
  }

  protected override emitImmediates(code: ByteWriter): void {
    code.append(this.immediates);
  }
}

export const i32 = {
  const: (value: number): I32 => new Constant32(value),
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
  const: (value: bigint): I64 => new Constant64(value),
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
  return new Bulk([0x0b, 0x00], at, value, length);
}

/** memory.copy of `length` bytes; overlapping ranges are copied as if through a buffer. */
export function memoryCopy(to: I32, from: I32, length: I32): Effectful {
  return new Bulk([0x0a, 0x00, 0x00], to, from, length);
}

/** A local variable: reading it is an expression, `FunctionBuilder.set` writes it. */
export class Local<T extends ValueType = ValueType> extends Expression<T> {
  constructor(
    type: T,
    readonly index: number,
  ) {
    super(type, 0x20);
  }

  protected override emitImmediates(code: ByteWriter): void {
    code.unsigned(this.index);
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

/** A call, of whatever is named behind its opcode. */
class Call<R extends ExpressionType> extends Expression<R> {
  constructor(
    result: R,
    opcode: number,
    private readonly parameters: readonly Expression[],
    private readonly immediates: readonly number[],
  ) {
    super(result, opcode);
  }

  override emit(code: ByteWriter): void {
    for (const parameter of this.parameters) parameter.emit(code);
    super.emit(code);
  }

  protected override emitImmediates(code: ByteWriter): void {
    for (const immediate of this.immediates) code.unsigned(immediate);
  }
}

/** Calls the function at `element` of the module's table. */
export function callIndirect<R extends ValueType | 'void'>(
  target: FunctionType<R>,
  element: I32,
  ...parameters: Expression[]
): Expression<R> {
  return new Call(target.result, 0x11, [...parameters, element], [target.type, 0]);
}

/** A call of a function; its parameters’ types must be those declared. */
export function call<R extends ValueType | 'void'>(
  target: FunctionReference<R>,
  ...parameters: Expression[]
): Expression<R> {
  const expected = target.parameters;
  const isAsDeclared =
    parameters.length === expected.length && parameters.every(({ type }, index) => type === expected[index]);
  if (!isAsDeclared)
    throw new Error(
      `call of function ${target.index}: expected (${expected.join()}), got (${parameters.map(({ type }) => type).join()})`,
    );
  return new Call(target.result, 0x10, parameters, [target.index]);
}
