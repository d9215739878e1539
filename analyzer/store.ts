// A database of one run with the views over it, in which a table is filled when a statement first reads it. Closed to
// the outside from the start.
import { isEventName } from '../tracer/schema/index.js';
import { Database, type DatabaseLimits } from './database.js';
import type { EventSource } from './event-source.js';
import type { ViewFile } from './query-file.js';
import { readsOf } from './query-library.js';

/** The tables and views of a run. */
export class EventStore {
  private readonly ready = new Set<string>();

  private constructor(
    readonly database: Database,
    private readonly source: EventSource,
    private readonly views: readonly ViewFile[],
  ) {}

  /** Makes every table, empty, and every view; `views` come in order of dependency. */
  static async open(
    source: EventSource,
    views: readonly ViewFile[],
    options: {
      readonly limits?: DatabaseLimits | undefined;
      readonly baseline?: EventSource | undefined;
    } = {},
  ): Promise<EventStore> {
    const database = await Database.open(options.limits);
    await database.lockDown();
    await database.createTables(source.facts);
    if (options.baseline?.kinds.has('marker'))
      await database.fill('baseline_marker', 'marker', options.baseline);
    for (const view of views) await define(database, 'VIEW', view);
    return new EventStore(database, source, views);
  }

  /** Fills and stores everything that these tables and views are made from. */
  async prepare(names: readonly string[]): Promise<void> {
    const read = readsOf(names, this.views);
    for (const name of read) {
      if (!isEventName(name) || this.ready.has(name)) continue;
      this.ready.add(name);
      if (this.source.kinds.has(name)) await this.database.fill(name, name, this.source);
    }
    for (const view of this.views) {
      if (!view.materialized || !read.has(view.name) || this.ready.has(view.name)) continue;
      this.ready.add(view.name);
      await this.database.execute(`DROP VIEW ${view.name}`);
      await define(this.database, 'TABLE', view);
    }
  }

  close(): void {
    this.database.close();
  }
}

async function define(database: Database, what: 'VIEW' | 'TABLE', view: ViewFile): Promise<void> {
  try {
    await database.execute(`CREATE ${what} ${view.name} AS ${view.sql}`);
  } catch (error) {
    throw new Error(`${view.file} fails: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  }
}
