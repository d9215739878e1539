// Expressions over the rows of a table, some thousands of rows at a time. Values are doubles, with NaN for null:
// integers beyond 2^53 are compared with constants, which stays exact, and with other columns.
import { halvesOf } from '../histories/numbering.js';
import type { Table, TableColumnType, WholeColumn } from '../table.js';
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
  if (expression.is === 'column') return numbers(columnOf(expression.name, scope));
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

/** A column with its type. What it holds is looked at when rows are: it may be that of one batch after another. */
interface Known {
  readonly column: WholeColumn;
  readonly type: TableColumnType;
}

function columnOf(name: string, { table }: Scope): Known {
  const known = table?.columns.find((column) => column.name === name);
  if (table === undefined || known === undefined || known.type === 'f64') throw new NotSimple();
  return { column: table.read([name])[0], type: known.type };
}

/** What is computed of each word of a column's dictionary, anew when that has others, or more as a file is read. */
function ofWords(column: WholeColumn, compute: (word: string) => number): () => Float64Array {
  let known: readonly string[] = [];
  let results = new Float64Array();
  return () => {
    const { dictionary = [] } = column;
    if (dictionary !== known || dictionary.length !== results.length)
      results = Float64Array.from(dictionary, compute);
    known = dictionary;
    return results;
  };
}

function numbers({ column, type }: Known): Vector {
  if (type === 'text') throw new NotSimple();
  const result = new Float64Array(rowsTogether);
  const read = type === 'u64' ? wide : type === 'i64' ? wideSigned : narrow;
  return (first, rows) => {
    const { values, validity } = column;
    read(values, result, first, rows);
    if (validity) clearNulls(result, validity, first, rows);
    return result;
  };
}

type Values = WholeColumn['values'];

function narrow(values: Values, result: Float64Array, first: number, rows: number): void {
  const numbers = values as Int32Array;
  for (let row = 0; row < rows; row++) result[row] = numbers[first + row];
}

function wide(values: Values, result: Float64Array, first: number, rows: number): void {
  const halves = halvesOf(values);
  for (let row = 0, at = 2 * first; row < rows; row++, at += 2)
    result[row] = halves[at + 1] * 2 ** 32 + halves[at];
}

function wideSigned(values: Values, result: Float64Array, first: number, rows: number): void {
  const halves = halvesOf(values);
  for (let row = 0, at = 2 * first; row < rows; row++, at += 2)
    result[row] = (halves[at + 1] | 0) * 2 ** 32 + halves[at];
}

function clearNulls(result: Float64Array, validity: Uint8Array, first: number, rows: number): void {
  for (let row = 0, at = first; row < rows; row++, at++)
    if (((validity[at >> 3] >> (at & 7)) & 1) === 0) result[row] = NaN;
}

function missing(column: WholeColumn): Vector {
  const result = new Float64Array(rowsTogether);
  return (first, rows) => {
    const { validity } = column;
    if (validity === undefined) return result.fill(0);
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
  '<<': (left, right) => shifted(left, right, left << right),
  '>>': (left, right) => shifted(left, right, left >> right),
  '~': (value) => (Number.isNaN(value) ? NaN : ~value),
  coalesce: (left, right) => (Number.isNaN(left) ? right : left),
  greatest: (left, right) => (Number.isNaN(left) || left < right ? right : left),
  least: (left, right) => (Number.isNaN(left) || left > right ? right : left),
};

/** What a shift of 32 bits makes; DuckDB shifts more, and refuses what does not fit. */
function shifted(value: number, by: number, result: number): number {
  if (Number.isNaN(value + by)) return NaN;
  if (value < 0 || value >= 2 ** 31 || by < 0 || by > 30 || result < 0) throw new NotSimple();
  return result;
}

/** AND, which nearly every condition has: a loop of its own is compiled with nothing to call. */
function both(left: Vector, right: Vector): Vector {
  const result = new Float64Array(rowsTogether);
  return (first, rows) => {
    const one = left(first, rows);
    // Most conditions begin with the part that few rows meet, or none.
    if (allZero(one, rows)) return one;
    const other = right(first, rows);
    for (let row = 0; row < rows; row++) {
      const a = one[row];
      const b = other[row];
      result[row] = a === 0 || b === 0 ? 0 : a + b === 2 ? 1 : NaN;
    }
    return result;
  };
}

function allZero(values: Float64Array, rows: number): boolean {
  for (let row = 0; row < rows; row++) if (values[row] !== 0) return false;
  return true;
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
  const sides = [left, right].map((side) => (side.is === 'column' ? columnOf(side.name, scope) : undefined));
  if (sides[0]?.type === 'u64' && sides[1]?.type === 'u64')
    return comparedWide(comparisons[name], sides[0].column, sides[1].column);
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

/** Of two columns of 64 bits, which no double stands for. */
function comparedWide(signs: readonly number[], left: WholeColumn, right: WholeColumn): Vector {
  const [less, equal, greater] = signs;
  const result = new Float64Array(rowsTogether);
  return (first, rows) => {
    const [one, other] = [halvesOf(left.values), halvesOf(right.values)];
    for (let row = 0, at = 2 * first; row < rows; row++, at += 2) {
      const half = one[at + 1] === other[at + 1] ? at : at + 1;
      result[row] = one[half] < other[half] ? less : one[half] > other[half] ? greater : equal;
    }
    for (const { validity } of [left, right]) if (validity) clearNulls(result, validity, first, rows);
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
  const { column, type } = columnOf(value.name, scope);
  if (type !== 'text') throw new NotSimple();
  const choose = ofWords(column, (text) => (texts.includes(text) ? 1 : 0));
  const result = new Float64Array(rowsTogether);
  return (first, rows) => {
    const { values, validity } = column;
    const chosen = choose();
    for (let row = 0; row < rows; row++) result[row] = chosen[values[first + row] as number];
    if (validity) clearNulls(result, validity, first, rows);
    return result;
  };
}

/** Numbers stay what they are; a text must be one. */
function cast(name: string, value: Expression, scope: Scope): Vector {
  if (!['to_integer', 'to_bigint', 'to_ubigint'].includes(name)) throw new NotSimple();
  const text = value.is === 'column' ? columnOf(value.name, scope) : undefined;
  if (text?.type !== 'text') return vectorOf(value, scope);
  const { column } = text;
  const readWords = ofWords(column, (word) => (/^\d{1,15}$/.test(word) ? Number(word) : Infinity));
  const result = new Float64Array(rowsTogether);
  return (first, rows) => {
    const { values, validity } = column;
    const read = readWords();
    for (let row = 0; row < rows; row++) result[row] = read[values[first + row] as number];
    if (validity) clearNulls(result, validity, first, rows);
    return result;
  };
}
