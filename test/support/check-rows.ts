// Judges rows by one invariant, or asks a view about them.
import { checkTrace, type CheckOptions } from '../../analyzer/check.js';
import type { RunFacts } from '../../analyzer/event-source.js';
import { TraceQuery } from '../../analyzer/query.js';
import type { SqlValue } from '../../analyzer/database.js';
import type { InvariantResult } from '../../analyzer/result.js';
import { sourceOf, type EventRows } from './event-rows.js';

/** What one invariant says of the rows. */
export async function judgeRows(
  name: string,
  rows: EventRows,
  options: CheckOptions & { readonly facts?: RunFacts } = {},
): Promise<InvariantResult> {
  const source = sourceOf(rows, options.facts === undefined ? {} : { facts: options.facts });
  const { invariants } = await checkTrace(source, { ...options, only: [name] });
  return invariants[0];
}

/** What it says of each violation that is kept. */
export function messages({ violations }: InvariantResult): string[] {
  return violations.map(({ message }) => message);
}

/** Rows of a query over the tables and views, wide integers as numbers. */
export async function queryRows(
  sql: string,
  rows: EventRows,
  facts: RunFacts = {},
): Promise<(string | number | boolean | null)[][]> {
  const query = await TraceQuery.open(sourceOf(rows, { facts }));
  try {
    const result = await query.run(sql);
    const plain = (value: SqlValue): string | number | boolean | null => {
      return typeof value === 'bigint' ? Number(value) : value;
    };
    return result.rows.map((row) => row.map(plain));
  } finally {
    query.close();
  }
}
