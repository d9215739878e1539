// Ad-hoc SQL over a run: what `trace query` runs. Tables are read when a statement first needs them.
import { UsageError } from '../errors.js';
import { events } from '../tracer/schema/index.js';
import type { DatabaseLimits, QueryResult } from './database.js';
import type { EventSource } from './event-source.js';
import { historyTables } from './histories/index.js';
import { readQueries, type QueryLibrary } from './query-library.js';
import { RunTables } from './run-tables.js';
import { explainMistake } from './sql-mistakes.js';
import { EventStore } from './store.js';

/** Statements that ask which tables there are. */
const catalogue = /\b(show|information_schema|pragma|duckdb_\w+)\b/i;

/** What a statement can name, with what it holds: event kinds, what the pass over a run finds, and these views. */
export function tablesWith(views: QueryLibrary['views']): { readonly name: string; readonly doc: string }[] {
  const made = [events, historyTables].flatMap((tables) => Object.entries<{ readonly doc: string }>(tables));
  return [...made.map(([name, { doc }]) => ({ name, doc })), ...views];
}

/** An open run that answers one statement after the other. */
export class TraceQuery {
  private constructor(
    private readonly store: EventStore,
    /** Tables and views that a statement can name. */
    private readonly names: readonly string[],
  ) {}

  static async open(
    source: EventSource,
    options: { readonly limits?: DatabaseLimits; readonly queries?: QueryLibrary } = {},
  ): Promise<TraceQuery> {
    const { views } = options.queries ?? readQueries();
    const names = tablesWith(views).map(({ name }) => name);
    return new TraceQuery(await EventStore.open(new RunTables(source), views, options.limits), names);
  }

  /**
   * The rows of a statement, at most `limit`. Throws UsageError with DuckDB's words when the statement is wrong or
   * needs more memory than it may have.
   */
  async run(sql: string, limit?: number): Promise<QueryResult> {
    if (sql.trim() === '')
      throw new UsageError('There is no SQL to run: give a statement, such as SELECT * FROM process.');
    try {
      // Every word could name a table: one too many costs time only, and names that do not exist cost nothing.
      if (catalogue.test(sql)) await this.store.prepareAll();
      else await this.store.prepare(sql.toLowerCase().match(/[a-z_]\w*/g) ?? []);
      return await this.store.database.query(sql, limit);
    } catch (error) {
      if (error instanceof UsageError) throw error;
      const message = error instanceof Error ? error.message : String(error);
      throw new UsageError(explainMistake(message, sql, this.names));
    }
  }

  close(): void {
    this.store.close();
  }
}
