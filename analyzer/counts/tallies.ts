// The aggregates of rules over the rows of one kind of event, found as the rows go by: no column of them has to be
// read again, or kept, for a count.
import type { EventBatch } from '../../tracer/arrow/batch.js';
import { columnsOf, isEventName, type EventName } from '../../tracer/schema/index.js';
import type { Table, WholeColumn } from '../table.js';
import {
  aggregateOf,
  asksTables,
  inPieces,
  keyOf,
  RunningAggregate,
  splitCondition,
  type Aggregate,
} from './aggregates.js';
import { NotSimple, parseCount, type CountQuery, type Expression } from './syntax.js';
import { vectorOf, type Scope, type Vector } from './vectors.js';

/** Results by key of the aggregate; NaN for null. */
export type FoundTallies = Readonly<Record<string, number>>;

/** Tallies of counts, as far as they need no other table and no number that is known only later. */
export class Tallies {
  private readonly kinds = new Map<EventName, KindTallies>();

  /**
   * @param counts SELECTs of one number; those that are no plain aggregates of events are passed over
   * @param kinds whose rows there will be; all when left out
   */
  constructor(counts: readonly string[], kinds?: readonly EventName[]) {
    for (const aggregate of counts.flatMap(aggregatesOf)) {
      const kind = aggregate.table as EventName;
      if (kinds?.includes(kind) === false) continue;
      const tallies = this.kinds.get(kind) ?? new KindTallies(kind);
      this.kinds.set(kind, tallies);
      tallies.add(aggregate);
    }
  }

  /** The columns that are looked at, by kind. */
  columns(): { readonly [K in EventName]?: readonly string[] } {
    return Object.fromEntries([...this.kinds].map(([kind, tallies]) => [kind, tallies.columns]));
  }

  /** Rows of a kind that follow those of the last call for it. */
  take(kind: EventName, batch: EventBatch): void {
    this.kinds.get(kind)?.take(batch);
  }

  /** All rows have been taken. */
  found(): FoundTallies {
    return Object.fromEntries([...this.kinds.values()].flatMap((tallies) => tallies.found()));
  }
}

interface Tally {
  readonly key: string;
  readonly running: RunningAggregate;
  readonly chosen: Vector | undefined;
}

class KindTallies {
  readonly columns: string[] = [];
  private readonly batch: PresentBatch;
  private readonly scope: Scope;
  private tallies: Tally[] = [];

  constructor(kind: EventName) {
    this.batch = new PresentBatch(kind, this.columns);
    this.scope = {
      table: this.batch,
      scalar: () => {
        throw new NotSimple();
      },
    };
  }

  add(aggregate: Aggregate): void {
    const key = keyOf(aggregate);
    if (this.tallies.some((known) => known.key === key)) return;
    this.unlessTooHard(() => {
      const running = new RunningAggregate(aggregate, this.scope);
      const chosen = aggregate.condition && vectorOf(aggregate.condition, this.scope);
      this.tallies.push({ key, running, chosen });
    });
  }

  take(batch: EventBatch): void {
    this.batch.set(batch);
    for (const tally of this.tallies) {
      const { running, chosen } = tally;
      const isSimple = this.unlessTooHard(() =>
        inPieces(batch.rows, (first, rows) => running.add(first, rows, chosen?.(first, rows))),
      );
      if (!isSimple) this.tallies = this.tallies.filter((other) => other !== tally);
    }
  }

  found(): [string, number][] {
    return this.tallies.map(({ key, running }) => [key, running.result]);
  }

  /** What cannot be told here is told from the columns, or by DuckDB. */
  private unlessTooHard(attempt: () => void): boolean {
    try {
      attempt();
      return true;
    } catch (error) {
      if (error instanceof NotSimple) return false;
      throw error;
    }
  }
}

type PresentColumn = { -readonly [K in keyof WholeColumn]: WholeColumn[K] };

/** The rows of the present batch as a table, whose columns stay the same objects. */
class PresentBatch implements Table {
  readonly columns;
  rows = 0;
  private readonly present = new Map<string, PresentColumn>();

  /** @param used takes the names of the columns that somebody reads */
  constructor(
    kind: EventName,
    private readonly used: string[],
  ) {
    this.columns = columnsOf(kind);
  }

  read(names: readonly string[]): WholeColumn[] {
    return names.map((name) => {
      const known = this.present.get(name);
      if (known) return known;
      this.used.push(name);
      const column: PresentColumn = { values: new Uint8Array(), dictionary: undefined, validity: undefined };
      this.present.set(name, column);
      return column;
    });
  }

  set({ rows, columns }: EventBatch): void {
    this.rows = rows;
    for (const [name, column] of this.present)
      Object.assign(column, { dictionary: undefined, validity: undefined }, columns[name]);
  }
}

/** The aggregates of events in a query and in the queries inside it. */
function aggregatesOf(sql: string): Aggregate[] {
  try {
    return inQuery(parseCount(sql));
  } catch (error) {
    if (error instanceof NotSimple) return [];
    throw error;
  }
}

function inQuery(query: CountQuery): Aggregate[] {
  const { table, condition } = query;
  const value: Expression = query.value ?? { is: 'call', name: 'count', values: [] };
  const inner = [value, ...(condition ? [condition] : [])].flatMap(inExpression);
  if (table === undefined || !isEventName(table)) return inner;
  const { ofRows } = splitCondition(query);
  if (asksTables(ofRows)) return inner;
  const own = aggregatesIn(value, table, ofRows).filter(
    ({ fold, argument }) => fold !== 'only' && !asksTables(argument) && (argument ?? ofRows) !== undefined,
  );
  return [...inner, ...own];
}

function aggregatesIn(value: Expression, table: string, condition: Expression | undefined): Aggregate[] {
  const own = aggregateOf(value, table, condition);
  if (own) return [own];
  return value.is === 'call' ? value.values.flatMap((part) => aggregatesIn(part, table, condition)) : [];
}

function inExpression(expression: Expression): Aggregate[] {
  if (expression.is === 'query' || expression.is === 'exists') return inQuery(expression.query);
  if (expression.is === 'in') return inExpression(expression.value);
  return expression.is === 'call' ? expression.values.flatMap(inExpression) : [];
}
