// Counts of rules answered from the columns in memory: DuckDB takes longer to start and to plan the counts of all
// rules than most runs take, and a kernel that breaks no rule is judged by its counts alone.
import type { Table } from '../table.js';
import {
  aggregateOf,
  inPieces,
  keyOf,
  RunningAggregate,
  splitCondition,
  type Aggregate,
} from './aggregates.js';
import { printed } from './printed.js';
import {
  NotSimple,
  parseCount,
  parseRow,
  type CountQuery,
  type Expression,
  type RowQuery,
} from './syntax.js';
import { vectorOf, type Scope } from './vectors.js';

/** The table of a name, undefined when it is no table but a view. */
export type FindTable = (name: string) => Table | undefined;

/** What is known of an aggregate, by its key, without looking at rows; undefined when it is not. */
export type FindTally = (key: string) => number | undefined;

const noTallies: FindTally = () => undefined;

/** The one number of a query; undefined when only DuckDB can tell. A null is 0. */
export function countOf(sql: string, tables: FindTable, tallies = noTallies): number | undefined {
  try {
    const value = new Counter(tables, tallies).valueOf(parseCount(sql));
    return Number.isNaN(value) ? 0 : value;
  } catch (error) {
    if (error instanceof NotSimple) return undefined;
    throw error;
  }
}

/** A value of a row; null where there is none. */
export type FoundValue = number | string | null;

/**
 * The rows, one or none, of a query that finds one row by aggregates; undefined when only DuckDB can tell. It says what
 * DuckDB would.
 */
export function rowsOf(sql: string, tables: FindTable): Record<string, FoundValue>[] | undefined {
  try {
    return new Counter(tables, noTallies).rowsOf(parseRow(sql));
  } catch (error) {
    if (error instanceof NotSimple) return undefined;
    throw error;
  }
}

class Counter {
  constructor(
    private readonly tables: FindTable,
    private readonly tallies: FindTally,
  ) {}

  /** NaN for null. */
  valueOf(query: CountQuery): number {
    const { value } = query;
    if (value === undefined) throw new NotSimple();
    const scope = this.scopeOf(query);
    const { table } = scope;
    if (query.table === undefined || table === undefined) return vectorOf(value, scope)(0, 1)[0];
    const { general, ofRows } = splitCondition(query);
    const values = new Aggregates(query.table, ofRows, scope, this.tallies);
    const result = values.of(value);
    // What is known to be empty may be a view, whose columns nobody knows.
    if (table.rows > 0 && general.every((part) => isTrue(part, scope))) values.find();
    return result();
  }

  rowsOf(query: RowQuery): Record<string, FoundValue>[] {
    const scope = this.scopeOf(query);
    const { general, ofRows } = splitCondition(query);
    if (general.length > 0 || scope.table === undefined) throw new NotSimple();
    const aggregates = new Aggregates(query.table, ofRows, scope, this.tallies);
    const having = aggregates.of(query.having);
    const values = query.values.map(({ name, value }) => ({ name, read: aggregates.valueOf(value) }));
    if (scope.table.rows > 0) aggregates.find();
    return having() === 1 ? [Object.fromEntries(values.map(({ name, read }) => [name, read()]))] : [];
  }

  private scopeOf({ table: name }: Pick<CountQuery, 'table'>): Scope {
    const table = name === undefined ? undefined : this.tables(name);
    if (name !== undefined && table === undefined) throw new NotSimple();
    return {
      table,
      scalar: (inner) => (inner.is === 'query' ? this.valueOf(inner.query) : this.exists(inner.query)),
    };
  }

  private exists(query: CountQuery): number {
    return this.valueOf({ ...query, value: { is: 'call', name: 'count', values: [] } }) > 0 ? 1 : 0;
  }
}

function isTrue(expression: Expression, scope: Scope): boolean {
  return vectorOf(expression, { ...scope, table: undefined })(0, 1)[0] === 1;
}

/** The aggregates of one SELECT. */
class Aggregates {
  private readonly parts: { readonly of: Aggregate; value: number }[] = [];

  constructor(
    private readonly table: string,
    private readonly condition: Expression | undefined,
    private readonly scope: Scope,
    private readonly tallies: FindTally,
  ) {}

  /** How to compute an expression from the aggregates; they are those of no rows until they are found. */
  of(expression: Expression): () => number {
    const aggregate = aggregateOf(expression, this.table, this.condition);
    if (aggregate) {
      const part = { of: aggregate, value: aggregate.fold === 'count' ? 0 : NaN };
      this.parts.push(part);
      return () => part.value;
    }
    const scope = { ...this.scope, table: undefined };
    if (expression.is !== 'call') return () => vectorOf(expression, scope)(0, 1)[0];
    const values = expression.values.map((value) => this.of(value));
    return () => {
      const known = values.map((value): Expression => ({ is: 'number', value: value() }));
      return vectorOf({ ...expression, values: known }, scope)(0, 1)[0];
    };
  }

  /** The same for a value that may be a text. */
  valueOf(expression: Expression): () => FoundValue {
    if (expression.is === 'text') return () => expression.value;
    if (expression.is === 'call' && expression.name === 'case') {
      const isFirst = this.of(expression.values[0]);
      const [first, second] = expression.values.slice(1).map((value) => this.valueOf(value));
      return () => (isFirst() === 1 ? first() : second());
    }
    if (expression.is === 'call' && expression.name === 'printf') {
      const [format, ...values] = expression.values;
      if (format.is !== 'text') throw new NotSimple();
      const numbers = values.map((value) => this.of(value));
      return () =>
        printed(
          format.value,
          numbers.map((read) => read()),
        );
    }
    const number = this.of(expression);
    return () => (Number.isNaN(number()) ? null : number());
  }

  /** Finds those that are not known by going through the rows. */
  find(): void {
    for (const part of this.parts) {
      const isPlain = part.of.fold === 'count' && part.of.condition === undefined;
      part.value = isPlain
        ? this.scope.table!.rows
        : (this.tallies(keyOf(part.of)) ?? this.goThrough(part.of));
    }
  }

  private goThrough(aggregate: Aggregate): number {
    const running = new RunningAggregate(aggregate, this.scope);
    const chosen = this.condition && vectorOf(this.condition, this.scope);
    inPieces(this.scope.table!.rows, (first, rows) => running.add(first, rows, chosen?.(first, rows)));
    return running.result;
  }
}
