// The aggregates of a count: what is computed of which rows, apart from what is the same for all rows.
import { aggregates, NotSimple, type CountQuery, type Expression } from './syntax.js';
import { rowsTogether, vectorOf, type Scope, type Vector } from './vectors.js';

type Fold = (typeof aggregates)[number] | 'only';

/**
 * What an aggregate makes of one more value, from NaN on, the aggregate of no rows. (One function, since a double that
 * goes to a function of a table becomes an object.)
 */
function folded(fold: Fold, sofar: number, value: number): number {
  // The value of a row that is earlier than all before.
  if (fold === 'min_by') return value;
  if (Number.isNaN(sofar)) return value;
  if (fold === 'sum') return sofar + value;
  if (fold === 'min') return value < sofar ? value : sofar;
  if (fold === 'max') return value > sofar ? value : sofar;
  if (fold === 'bit_and') return sofar & value;
  if (fold === 'bit_or') return sofar | value;
  if (fold === 'only') throw new NotSimple();
  return sofar;
}

/** One aggregate over the rows of a table. */
export interface Aggregate {
  readonly table: string;
  readonly fold: Fold;
  /** What is aggregated; undefined for a count of rows. */
  readonly argument: Expression | undefined;
  /** What says which value `min_by` takes. */
  readonly by?: Expression;
  /** Which rows. */
  readonly condition: Expression | undefined;
}

/** The same text for the same aggregate. */
export function keyOf({ table, fold, argument, by, condition }: Aggregate): string {
  return JSON.stringify([table, fold, argument ?? null, condition ?? null, ...(by ? [by] : [])]);
}

/** The aggregate that an expression is by itself; undefined for one that is made of others. */
export function aggregateOf(
  expression: Expression,
  table: string,
  condition: Expression | undefined,
): Aggregate | undefined {
  if (expression.is === 'column') return { table, fold: 'only', argument: expression, condition };
  if (expression.is !== 'call' || !(aggregates as readonly string[]).includes(expression.name))
    return undefined;
  const fold = expression.name as (typeof aggregates)[number];
  const [argument, by] = expression.values as readonly (Expression | undefined)[];
  return { table, fold, argument, ...(by && { by }), condition };
}

/** The parts of a condition: what is the same for all rows, and the rest. */
export interface SplitCondition {
  readonly general: readonly Expression[];
  readonly ofRows: Expression | undefined;
}

/** Takes a condition apart at its ANDs. */
export function splitCondition({ condition }: Pick<CountQuery, 'condition'>): SplitCondition {
  const parts = condition === undefined ? [] : conjuncts(condition);
  const ofRows = parts.filter(namesColumn);
  return {
    general: parts.filter((part) => !namesColumn(part)),
    ofRows:
      ofRows.length === 0
        ? undefined
        : ofRows.reduce((left, right) => ({ is: 'call', name: 'and', values: [left, right] })),
  };
}

function conjuncts(condition: Expression): Expression[] {
  if (condition.is !== 'call' || condition.name !== 'and') return [condition];
  return condition.values.flatMap(conjuncts);
}

/** Whether an expression depends on the row; a query in it does not. */
function namesColumn(expression: Expression): boolean {
  if (expression.is === 'column') return true;
  if (expression.is === 'in') return namesColumn(expression.value);
  return expression.is === 'call' && expression.values.some(namesColumn);
}

/** Whether an expression asks something of a table. */
export function asksTables(expression: Expression | undefined): boolean {
  if (expression === undefined) return false;
  if (expression.is === 'in') return asksTables(expression.value);
  return (
    expression.is === 'query' ||
    expression.is === 'exists' ||
    (expression.is === 'call' && expression.values.some(asksTables))
  );
}

/** An aggregate on its way through the rows. */
export class RunningAggregate {
  private value: number;
  private readonly from: Vector | undefined;
  private readonly by: Vector | undefined;
  private least = Infinity;
  private readonly fold: Fold;

  constructor({ fold, argument, by }: Aggregate, scope: Scope) {
    if ((fold === 'min_by') !== (by !== undefined)) throw new NotSimple();
    this.value = fold === 'count' ? 0 : NaN;
    this.fold = fold;
    this.from = argument && vectorOf(argument, scope);
    this.by = by && vectorOf(by, scope);
  }

  /** NaN for null. */
  get result(): number {
    return this.value;
  }

  /** Goes through rows `first` to `first + rows` of the table; `isChosen` is 1 for those that count. */
  add(first: number, rows: number, isChosen: Float64Array | undefined): void {
    if (this.from === undefined) {
      this.value += isChosen ? ones(isChosen, rows) : rows;
      return;
    }
    if (isChosen && ones(isChosen, rows) === 0) return;
    const values = this.from(first, rows);
    const places = this.by?.(first, rows);
    let { value, least } = this;
    for (let row = 0; row < rows; row++) {
      if ((isChosen && isChosen[row] !== 1) || Number.isNaN(values[row])) continue;
      if (places && !(places[row] < least)) continue;
      if (places) least = places[row];
      value = folded(this.fold, value, values[row]);
    }
    this.value = value;
    this.least = least;
  }
}

/** Goes through some thousands of rows at a time. */
export function inPieces(rows: number, visit: (first: number, rows: number) => void): void {
  for (let first = 0; first < rows; first += rowsTogether) visit(first, Math.min(rowsTogether, rows - first));
}

function ones(values: Float64Array, rows: number): number {
  let count = 0;
  for (let row = 0; row < rows; row++) if (values[row] === 1) count++;
  return count;
}
