// The tables of a run, as columns in memory: its events, what the pass made of them, its facts, and the markers of the
// run it is compared with. Knows no SQL.
import { columnsOf, isEventName } from '../tracer/schema/index.js';
import { ColumnCache } from './column-cache.js';
import type { EventSource, RunFacts } from './event-source.js';
import { EventTable, EventTables } from './event-tables.js';
import { Tallies, type FoundTallies } from './counts/tallies.js';
import type { CheckThread } from './check-thread.js';
import {
  callPassKinds,
  foundOfCalls,
  foundOfFrames,
  framePassKinds,
  Histories,
  HistoryTable,
  isHistoryTable,
  type FoundOfCalls,
} from './histories/index.js';
import type { Table, WholeColumn } from './table.js';
import type { FoundWhileRecording } from './while-recording.js';

/** Tables by name. */
export class RunTables {
  private readonly cache = new ColumnCache();
  private readonly events: EventTables;
  private readonly known = new Map<string, Table>();
  private found: Histories | undefined;
  private tallies: FoundTallies = {};

  /** @param recorded what has been found of this very run already */
  constructor(
    readonly source: EventSource,
    private readonly baseline?: EventSource,
    recorded?: FoundWhileRecording,
  ) {
    this.events = new EventTables(source, this.cache);
    if (recorded === undefined) return;
    this.found = new Histories(this.events, recorded.histories, source.facts);
    this.tallies = recorded.tallies;
  }

  /** An aggregate that is known, by its key. */
  readonly tally = (key: string): number | undefined => this.tallies[key];

  /**
   * Goes through the events now, if that was not done before, and counts on the way.
   *
   * @param thread takes a part of it, if it can
   */
  async goThrough(counts: readonly string[], thread?: CheckThread): Promise<void> {
    if (this.found) return;
    thread?.begin(counts);
    const tallies = new Tallies(thread ? [] : counts, framePassKinds);
    const frames = foundOfFrames(this.events, tallies);
    const beside = (await thread?.found()) ?? this.goThroughCalls(counts);
    this.found = new Histories(this.events, { ...frames, ...beside.calls }, this.source.facts);
    this.tallies = { ...tallies.found(), ...beside.tallies };
  }

  private goThroughCalls(counts: readonly string[]): { calls: FoundOfCalls; tallies: FoundTallies } {
    const kinds = callPassKinds.filter((kind) => !framePassKinds.includes(kind));
    const tallies = new Tallies(counts, kinds);
    return { calls: foundOfCalls(this.events, tallies), tallies: tallies.found() };
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

  /** What the passes over the events find; they are gone through when somebody needs it, if they were not before. */
  histories(): Histories {
    return (this.found ??= new Histories(this.events, undefined, this.source.facts));
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
