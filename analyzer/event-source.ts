// Where the analyzer gets events from: a trace directory, or rows in memory. Knows neither files nor DuckDB.
import type { EventBatch } from '../tracer/arrow/batch.js';
import type { EventName } from '../tracer/schema/index.js';

/** What is known of a run beside its events: the key/value table `run_facts`. */
export type RunFacts = Readonly<Record<string, string | number | bigint>>;

/** Events of one run. */
export interface EventSource {
  /** Kinds that were traced, with or without rows. A kind that is not here was not watched for. */
  readonly kinds: ReadonlySet<EventName>;
  /** The rows of a kind in order of `seq`, with at least the named columns; all of the schema when left out. */
  batches(kind: EventName, columns?: readonly string[]): Iterable<EventBatch>;
  /**
   * From the manifest: `program` (path or name of the program that was typed), `end_reason` (prompt, panic,
   * deadlock, cycle_budget, interrupted …), `memory_bytes`, `ram_base`, `harts`. Invariants use what is there.
   * `horizon_cycle` is there when rows were lost: `batches` yields only those before the first lost one, up to this
   * cycle, so that there is no end of the run to ask anything at.
   */
  readonly facts: RunFacts;
  /**
   * Where another thread finds the same events, and how many rows of all kinds there are: of a trace that is whole, as
   * far as is known before its files are read.
   */
  readonly wholeTrace?: { readonly path: string; readonly rows: number } | undefined;
  /** Why the trace is not whole, in a clause ("it ends before …"); undefined when it is complete. */
  readonly incomplete?: string | undefined;
}
