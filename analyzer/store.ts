// A database of one run with the views over it, made when a statement first needs them. Closed to the outside from the
// start.
import { eventNames, Pte } from '../tracer/schema/index.js';
import { Database, type DatabaseLimits } from './database.js';
import type { EventSource } from './event-source.js';
import { historyTables, permissionNeeded } from './histories/index.js';
import type { ViewFile } from './query-file.js';
import { readsOf } from './query-library.js';
import { RunTables } from './run-tables.js';

/** What an entry of a page table names, as the schema lays entries out: physical address of a frame. */
const frameOfEntry = `CREATE MACRO frame_of(entry) AS ((entry >> ${Pte.numberShift}) & ${Pte.numberMask}) << 12`;

const permissionsByAccess = Object.entries(permissionNeeded).map(
  ([access, bit]) => `WHEN '${access}' THEN ${bit}`,
);
/** The bit of an entry that lets a program do what it did, by the `access` of a page fault. */
const permissionForAccess = `CREATE MACRO permission_for(access) AS CASE access ${permissionsByAccess.join(' ')} END`;

/** The tables and views of a run. */
export class EventStore {
  private readonly ready = new Set<string>();

  private constructor(
    readonly database: Database,
    private readonly tables: RunTables,
    private readonly views: readonly ViewFile[],
  ) {}

  /** `views` come in order of dependency. */
  static async open(
    tables: RunTables,
    views: readonly ViewFile[],
    limits?: DatabaseLimits,
  ): Promise<EventStore> {
    const database = await Database.open(limits);
    await database.execute(frameOfEntry);
    await database.execute(permissionForAccess);
    return new EventStore(database, tables, views);
  }

  get source(): EventSource {
    return this.tables.source;
  }

  /** Makes everything that these tables and views are made from. */
  async prepare(names: readonly string[]): Promise<void> {
    const read = readsOf(names, this.views);
    for (const name of read) {
      const table = this.ready.has(name) ? undefined : this.tables.of(name);
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
