// Expressions over the rows of a table, some thousands of rows at a time. Values are doubles, with NaN for null:
// integers beyond 2^53 are compared with constants, which stays exact, and with nothing else.
import { halvesOf } from '../histories/numbering.js';
import type { Table, WholeColumn } from '../table.js';
import { NotSimple, type Expression } from './syntax.js';

/** Rows that are looked at together. */
export const rowsTogether = 4096;

/** From here on a double may stand for a neighbour of the number that it was read from. */
const inexactFrom = 2 ** 53;

/** Values of an expression for some rows, in an array that the next call overwrites. */
export type Vector = (first: number, rows: number) => Float64Array;

/** What an expression may refer to. */
export interface Scope {
  /** Undefined where there are no rows. */
  readonly table: Table | undefined;
  /** The value of a query in an expression, or whether it has rows. */
  readonly scalar: (expression: Expression & { is: 'query' | 'exists' }) => number;
}

/** Compiles an expression; throws `NotSimple` for what is not understood here. */
export function vectorOf(expression: Expression, scope: Scope): Vector {
  const vector = anyVector(expression, scope);
  // Only columns hold numbers that a double cannot.
  return expression.is === 'column' ? exact(vector) : vector;
}

function anyVector(expression: Expression, scope: Scope): Vector {
  if (expression.is === 'number') return constant(expression.value);
  if (expression.is === 'query' || expression.is === 'exists') return constant(scope.scalar(expression));
  if (expression.is === 'column') return numbers(columnOf(expression.name, scope).column);
  if (expression.is === 'in') return choice(expression.value, expression.choices, scope);
  if (expression.is === 'text') throw new NotSimple();
  return called(expression.name, expression.values, scope);
}

function called(name: string, values: readonly Expression[], scope: Scope): Vector {
  if (isComparison(name)) return comparison(name, values[0], values[1], scope);
  if (name === 'and') return both(vectorOf(values[0], scope), vectorOf(values[1], scope));
  const operation = operations[name];
  if (operation) {
    const vectors = values.map((value) => vectorOf(value, scope));
    const [first, ...more] = vectors;
    return more.length === 0
      ? combined(operation, first, first)
      : more.reduce((a, b) => combined(operation, a, b), first);
  }
  if (name === 'is_null' && values[0].is === 'column') return missing(columnOf(values[0].name, scope).column);
  if (name.startsWith('to_')) return cast(name, values[0], scope);
  throw new NotSimple();
}

function constant(value: number): Vector {
  const all = new Float64Array(rowsTogether).fill(value);
  return () => all;
}

function columnOf(name: string, { table }: Scope): { column: WholeColumn; isText: boolean } {
  const known = table?.columns.find((column) => column.name === name);
  if (table === undefined || known === undefined || known.type === 'f64') throw new NotSimple();
  return { column: table.read([name])[0], isText: known.type === 'text' };
}

function numbers({ values, validity, dictionary }: WholeColumn): Vector {
  if (dictionary !== undefined) throw new NotSimple();
  const result = new Float64Array(rowsTogether);
  const read = values.BYTES_PER_ELEMENT === 8 ? wide(values) : narrow(values as Int32Array);
  return (first, rows) => {
    read(result, first, rows);
    if (validity) clearNulls(result, validity, first, rows);
    return result;
  };
}

type Reader = (result: Float64Array, first: number, rows: number) => void;

function narrow(values: Int32Array): Reader {
  return (result, first, rows) => {
    for (let row = 0; row < rows; row++) result[row] = values[first + row];
  };
}

function wide(values: WholeColumn['values']): Reader {
  const halves = halvesOf(values);
  if (values instanceof BigInt64Array) {
    return (result, first, rows) => {
      for (let row = 0, at = 2 * first; row < rows; row++, at += 2)
        result[row] = (halves[at + 1] | 0) * 2 ** 32 + halves[at];
    };
  }
  return (result, first, rows) => {
    for (let row = 0, at = 2 * first; row < rows; row++, at += 2)
      result[row] = halves[at + 1] * 2 ** 32 + halves[at];
  };
}

function clearNulls(result: Float64Array, validity: Uint8Array, first: number, rows: number): void {
  for (let row = 0, at = first; row < rows; row++, at++)
    if (((validity[at >> 3] >> (at & 7)) & 1) === 0) result[row] = NaN;
}

function missing({ validity }: WholeColumn): Vector {
  if (validity === undefined) return constant(0);
  const result = new Float64Array(rowsTogether);
  return (first, rows) => {
    for (let row = 0, at = first; row < rows; row++, at++)
      result[row] = ((validity[at >> 3] >> (at & 7)) & 1) ^ 1;
    return result;
  };
}

/** The same, of numbers that doubles hold; others are for DuckDB. */
function exact(vector: Vector): Vector {
  return (first, rows) => {
    const values = vector(first, rows);
    for (let row = 0; row < rows; row++) if (Math.abs(values[row]) >= inexactFrom) throw new NotSimple();
    return values;
  };
}

type Operation = (left: number, right: number) => number;

/** A null makes null but where the other side decides. */
const operations: Readonly<Record<string, Operation | undefined>> = {
  or: (left, right) => (left === 1 || right === 1 ? 1 : left + right),
  not: (value) => 1 - value,
  '+': (left, right) => left + right,
  '-': (left, right) => left - right,
  '&': (left, right) => (Number.isNaN(left + right) ? NaN : left & right),
  '|': (left, right) => (Number.isNaN(left + right) ? NaN : left | right),
  '~': (value) => (Number.isNaN(value) ? NaN : ~value),
  coalesce: (left, right) => (Number.isNaN(left) ? right : left),
  greatest: (left, right) => (Number.isNaN(left) || left < right ? right : left),
  least: (left, right) => (Number.isNaN(left) || left > right ? right : left),
};

/** AND, which nearly every condition has: a loop of its own is compiled with nothing to call. */
function both(left: Vector, right: Vector): Vector {
  const result = new Float64Array(rowsTogether);
  return (first, rows) => {
    const one = left(first, rows);
    const other = right(first, rows);
    for (let row = 0; row < rows; row++) {
      const a = one[row];
      const b = other[row];
      result[row] = a === 0 || b === 0 ? 0 : a + b === 2 ? 1 : NaN;
    }
    return result;
  };
}

function combined(operation: Operation, left: Vector, right: Vector): Vector {
  const result = new Float64Array(rowsTogether);
  return (first, rows) => {
    const one = left(first, rows);
    const other = right(first, rows);
    for (let row = 0; row < rows; row++) result[row] = operation(one[row], other[row]);
    return result;
  };
}

/** Of comparisons, what they say of a smaller left side, of equal sides, and of a greater left side. */
const comparisons: Readonly<Record<string, readonly [number, number, number]>> = {
  '=': [0, 1, 0],
  '<>': [1, 0, 1],
  '<': [1, 0, 0],
  '<=': [1, 1, 0],
  '>': [0, 0, 1],
  '>=': [0, 1, 1],
};

function isComparison(name: string): boolean {
  return Object.hasOwn(comparisons, name);
}

function comparison(name: string, left: Expression, right: Expression, scope: Scope): Vector {
  if (right.is === 'text') {
    const found = choice(left, [right], scope);
    if (name === '=') return found;
    if (name === '<>') return combined(operations['not']!, found, found);
    throw new NotSimple();
  }
  const isBound = [left, right].some(({ is }) => is === 'number' || is === 'query');
  const [one, other] = [left, right].map((side) =>
    isBound ? anyVector(side, scope) : vectorOf(side, scope),
  );
  return compared(comparisons[name], one, other);
}

function compared(
  [less, equal, greater]: readonly [number, number, number],
  left: Vector,
  right: Vector,
): Vector {
  const result = new Float64Array(rowsTogether);
  return (first, rows) => {
    const one = left(first, rows);
    const other = right(first, rows);
    for (let row = 0; row < rows; row++) {
      const a = one[row];
      const b = other[row];
      result[row] = a < b ? less : a > b ? greater : a === b ? equal : NaN;
    }
    return result;
  };
}

/** IN: a list of numbers, or of texts for a column. */
function choice(value: Expression, choices: readonly Expression[], scope: Scope): Vector {
  if (choices.every((one) => one.is === 'number')) {
    const allowed = new Set(choices.map((one) => one.value));
    const from = anyVector(value, scope);
    return combined((a) => (Number.isNaN(a) ? NaN : allowed.has(a) ? 1 : 0), from, from);
  }
  const texts = choices.map((one) => (one.is === 'text' ? one.value : undefined));
  if (value.is !== 'column' || texts.includes(undefined)) throw new NotSimple();
  const { column } = columnOf(value.name, scope);
  const { dictionary, values, validity } = column;
  if (dictionary === undefined) throw new NotSimple();
  const chosen = Float64Array.from(dictionary, (text) => (texts.includes(text) ? 1 : 0));
  const result = new Float64Array(rowsTogether);
  return (first, rows) => {
    for (let row = 0; row < rows; row++) result[row] = chosen[values[first + row] as number];
    if (validity) clearNulls(result, validity, first, rows);
    return result;
  };
}

/** Numbers stay what they are; a text must be one. */
function cast(name: string, value: Expression, scope: Scope): Vector {
  if (!['to_integer', 'to_bigint', 'to_ubigint'].includes(name)) throw new NotSimple();
  const text = value.is === 'column' ? columnOf(value.name, scope) : undefined;
  if (!text?.isText) return vectorOf(value, scope);
  const { dictionary = [], values, validity } = text.column;
  const read = Float64Array.from(dictionary, (word) => (/^\d{1,15}$/.test(word) ? Number(word) : Infinity));
  const result = new Float64Array(rowsTogether);
  return (first, rows) => {
    for (let row = 0; row < rows; row++) result[row] = read[values[first + row] as number];
    if (validity) clearNulls(result, validity, first, rows);
    return result;
  };
}
