// The tables of a run, as columns in memory: its events, what the pass made of them, its facts, and the markers of the
// run it is compared with. Knows no SQL.
import { columnsOf, isEventName } from '../tracer/schema/index.js';
import { ColumnCache } from './column-cache.js';
import type { EventSource, RunFacts } from './event-source.js';
import { EventTable, EventTables } from './event-tables.js';
import { Histories, HistoryTable, isHistoryTable, type FoundHistories } from './histories/index.js';
import type { Table, WholeColumn } from './table.js';

/** Tables by name. */
export class RunTables {
  private readonly cache = new ColumnCache();
  private readonly events: EventTables;
  private readonly known = new Map<string, Table>();
  private found: Histories | undefined;

  /** @param recorded what a pass over this very run has found already */
  constructor(
    readonly source: EventSource,
    private readonly baseline?: EventSource,
    recorded?: FoundHistories,
  ) {
    this.events = new EventTables(source, this.cache);
    if (recorded) this.found = new Histories(this.events, recorded, source.facts);
  }

  /** The table of a name; undefined for that of a view. */
  readonly of = (name: string): Table | undefined => {
    const table = this.known.get(name) ?? this.make(name);
    if (table) this.known.set(name, table);
    return table;
  };

  private make(name: string): Table | undefined {
    if (isEventName(name)) return this.events.of(name);
    if (isHistoryTable(name)) return new HistoryTable(name, () => this.histories(), this.cache);
    if (name === 'run_facts') return factsTable(this.source.facts);
    if (name !== 'baseline_marker') return undefined;
    return this.baseline ? new EventTable('marker', this.baseline) : emptyMarkers;
  }

  /** What a pass over the events has found; it is gone through now if it was not before. */
  histories(): Histories {
    return (this.found ??= Histories.of(this.events, this.source.facts));
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
