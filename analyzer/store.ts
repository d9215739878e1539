// A database of one run with the views over it, made when a statement first needs them. Closed to the outside from the
// start.
import { columnsOf, eventNames, isEventName } from '../tracer/schema/index.js';
import { ColumnCache } from './column-cache.js';
import { Database, type DatabaseLimits } from './database.js';
import type { EventSource, RunFacts } from './event-source.js';
import { EventTable, EventTables } from './event-tables.js';
import {
  Histories,
  HistoryTable,
  type FoundHistories,
  historyTables,
  isHistoryTable,
} from './histories/index.js';
import type { ViewFile } from './query-file.js';
import { readsOf } from './query-library.js';
import type { Table, WholeColumn } from './table.js';

/** The tables and views of a run. */
export class EventStore {
  private readonly ready = new Set<string>();
  private readonly cache = new ColumnCache();
  private readonly events: EventTables;
  private known: Histories | undefined;

  private constructor(
    readonly database: Database,
    readonly source: EventSource,
    private readonly views: readonly ViewFile[],
    private readonly baseline: EventSource | undefined,
  ) {
    this.events = new EventTables(source, this.cache);
  }

  /** `views` come in order of dependency; `recorded` is what a pass over this very run has found already. */
  static async open(
    source: EventSource,
    views: readonly ViewFile[],
    options: {
      readonly limits?: DatabaseLimits | undefined;
      readonly baseline?: EventSource | undefined;
      readonly recorded?: FoundHistories | undefined;
    } = {},
  ): Promise<EventStore> {
    const { baseline, recorded } = options;
    const store = new EventStore(await Database.open(options.limits), source, views, baseline);
    if (recorded) store.known = new Histories(store.events, recorded);
    return store;
  }

  /** Makes everything that these tables and views are made from. */
  async prepare(names: readonly string[]): Promise<void> {
    const read = readsOf(names, this.views);
    for (const name of read) {
      const table = this.ready.has(name) ? undefined : this.table(name);
      if (table === undefined) continue;
      this.ready.add(name);
      await this.database.show(name, table);
    }
    for (const view of this.views) {
      if (!read.has(view.name) || this.ready.has(view.name)) continue;
      this.ready.add(view.name);
      await define(this.database, view);
    }
  }

  /** Makes every table and view. */
  async prepareAll(): Promise<void> {
    await this.prepare([...eventNames, ...Object.keys(historyTables), ...this.views.map(({ name }) => name)]);
  }

  close(): void {
    this.database.close();
  }

  private table(name: string): Table | undefined {
    if (isEventName(name)) return this.events.of(name);
    if (isHistoryTable(name)) return new HistoryTable(name, () => this.histories(), this.cache);
    if (name === 'run_facts') return factsTable(this.source.facts);
    if (name !== 'baseline_marker') return undefined;
    return this.baseline ? new EventTable('marker', this.baseline) : emptyMarkers;
  }

  private histories(): Histories {
    return (this.known ??= Histories.of(this.events));
  }
}

const emptyMarkers: Table = {
  columns: columnsOf('marker'),
  rows: 0,
  read: (names) => names.map(() => ({ values: new Uint8Array(), dictionary: [] })),
};

function factsTable(facts: RunFacts): Table {
  const entries = Object.entries(facts).map(([key, value]) => [key, String(value)]);
  const rows = entries.length;
  const column = (index: number): WholeColumn => {
    return { values: Int32Array.from(entries.keys()), dictionary: entries.map((entry) => entry[index]) };
  };
  return {
    columns: [
      { name: 'key', type: 'text' },
      { name: 'value', type: 'text' },
    ],
    rows,
    read: (names) => names.map((name) => column(name === 'key' ? 0 : 1)),
  };
}

async function define(database: Database, view: ViewFile): Promise<void> {
  const what = view.materialized ? 'TABLE' : 'VIEW';
  try {
    await database.execute(`CREATE ${what} ${view.name} AS ${view.sql}`);
  } catch (error) {
    throw new Error(`${view.file} fails: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  }
}
