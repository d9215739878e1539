// Counts of rules, answered from the columns in memory: DuckDB takes longer to start and to plan the counts of all
// rules than most runs take, and a kernel that breaks no rule is judged by its counts alone.
import type { Table } from '../table.js';
import { aggregates, NotSimple, parseCount, type CountQuery, type Expression } from './syntax.js';
import { rowsTogether, vectorOf, type Scope, type Vector } from './vectors.js';

/** The table of a name, undefined when it is no table but a view. */
export type FindTable = (name: string) => Table | undefined;

/** The one number of a query; undefined when only DuckDB can tell. A null is 0. */
export function countOf(sql: string, tables: FindTable): number | undefined {
  try {
    const value = valueOf(parseCount(sql), tables);
    return Number.isNaN(value) ? 0 : value;
  } catch (error) {
    if (error instanceof NotSimple) return undefined;
    throw error;
  }
}

/** NaN for null. */
function valueOf(query: CountQuery, tables: FindTable): number {
  const { value, condition } = query;
  if (value === undefined) throw new NotSimple();
  const scope = scopeOf(query, tables);
  const { table } = scope;
  if (table === undefined) return vectorOf(value, scope)(0, 1)[0];
  if (value.is === 'call' && value.name === 'count' && condition === undefined) return table.rows;
  const found = new Aggregates(scope);
  const result = found.of(value);
  // What is known to be empty may be a view, whose columns nobody knows.
  if (table.rows === 0) return result();
  const chosen = condition && vectorOf(condition, scope);
  for (let first = 0; first < table.rows; first += rowsTogether)
    found.add(first, Math.min(rowsTogether, table.rows - first), chosen);
  return result();
}

function scopeOf(query: CountQuery, tables: FindTable): Scope {
  const table = query.table === undefined ? undefined : tables(query.table);
  if (query.table !== undefined && table === undefined) throw new NotSimple();
  return {
    table,
    scalar: (inner) => (inner.is === 'query' ? valueOf(inner.query, tables) : exists(inner.query, tables)),
  };
}

function exists({ table, condition }: CountQuery, tables: FindTable): number {
  const value: Expression = { is: 'call', name: 'count', values: [] };
  return valueOf({ value, ...(table && { table }), ...(condition && { condition }) }, tables) > 0 ? 1 : 0;
}

type Fold = (sofar: number, value: number) => number;

/** From NaN, the aggregate of no rows. Nulls are passed over. */
const folds: Readonly<Record<Exclude<(typeof aggregates)[number], 'count'>, Fold>> = {
  sum: (sofar, value) => (Number.isNaN(sofar) ? value : sofar + value),
  min: (sofar, value) => (Number.isNaN(sofar) || value < sofar ? value : sofar),
  max: (sofar, value) => (Number.isNaN(sofar) || value > sofar ? value : sofar),
  bit_and: (sofar, value) => (Number.isNaN(sofar) ? value : sofar & value),
};

/** The value of a table with one row. */
function only(sofar: number, value: number): number {
  if (!Number.isNaN(sofar)) throw new NotSimple();
  return value;
}

/** The aggregates of one SELECT, row by row. */
class Aggregates {
  private rows = 0;
  private readonly parts: { readonly from: Vector; readonly fold: Fold; value: number }[] = [];

  constructor(private readonly scope: Scope) {}

  /** How to compute an expression when all rows have been added. */
  of(expression: Expression): () => number {
    if (expression.is === 'call' && expression.name === 'count') return () => this.rows;
    if (expression.is === 'call' && Object.hasOwn(folds, expression.name))
      return this.part(expression.values[0], folds[expression.name as keyof typeof folds]);
    if (expression.is === 'column') return this.part(expression, only);
    const scope = { ...this.scope, table: undefined };
    if (expression.is !== 'call') return () => vectorOf(expression, scope)(0, 1)[0];
    const values = expression.values.map((value) => this.of(value));
    return () => {
      const known = values.map((value): Expression => ({ is: 'number', value: value() }));
      return vectorOf({ ...expression, values: known }, scope)(0, 1)[0];
    };
  }

  private part(value: Expression, fold: Fold): () => number {
    if (this.scope.table?.rows === 0) return () => NaN;
    const part = { from: vectorOf(value, this.scope), fold, value: NaN };
    this.parts.push(part);
    return () => part.value;
  }

  add(first: number, rows: number, chosen: Vector | undefined): void {
    const isChosen = chosen?.(first, rows);
    this.rows += isChosen ? ones(isChosen, rows) : rows;
    for (const part of this.parts) {
      const values = part.from(first, rows);
      for (let row = 0; row < rows; row++) {
        if (isChosen && isChosen[row] !== 1) continue;
        if (!Number.isNaN(values[row])) part.value = part.fold(part.value, values[row]);
      }
    }
  }
}

function ones(values: Float64Array, rows: number): number {
  let count = 0;
  for (let row = 0; row < rows; row++) if (values[row] === 1) count++;
  return count;
}
