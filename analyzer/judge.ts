// Applies one rule after the other to a run. A rule whose counts say that there is nobody to suspect costs no query,
// and a run without suspects no database.
import type { EventName } from '../tracer/schema/index.js';
import { countOf } from './counts/count.js';
import type { DatabaseLimits } from './database.js';
import type { BrokenRule } from './findings.js';
import { foundByQuery, foundInColumns, type FoundRows } from './found-rows.js';
import { tablesRead, type InvariantFile } from './query-file.js';
import { kindsNeeded, type QueryLibrary } from './query-library.js';
import type { InvariantResult } from './result.js';
import type { RunTables } from './run-tables.js';
import { EventStore } from './store.js';
import type { Table } from './table.js';
import { noViolations, ViolationWriter, type Violations } from './violations.js';

/** What the SELECTs of numbers of a rule say. */
interface Counts {
  readonly judged: number;
  readonly skipped: number;
  readonly suspects: number;
}

/** What judging depends on beside the run. */
export interface JudgeOptions {
  readonly limits?: DatabaseLimits;
  /** Violations kept of each invariant; the rest are counted. */
  readonly violationsKept?: number;
}

const noRows: Table = { columns: [], rows: 0, read: () => [] };

/** Judges a run by rules. */
export class Judge {
  private opened: Promise<EventStore> | undefined;
  private readonly writer: ViolationWriter;

  constructor(
    private readonly tables: RunTables,
    private readonly queries: QueryLibrary,
    private readonly options: JudgeOptions,
  ) {
    this.writer = new ViolationWriter(tables);
  }

  /** The database of the run, opened when it is first asked for. */
  store(): Promise<EventStore> {
    return (this.opened ??= EventStore.open(this.tables, this.queries.views, this.options.limits));
  }

  close(): void {
    void this.opened?.then((store) => store.close());
  }

  /** What comes of a rule; a query that fails is its result. */
  async judge(invariant: InvariantFile): Promise<BrokenRule> {
    const { name, title, rule, severity, hint, breaks, follows } = invariant;
    const about = { ...(breaks && { breaks }), ...(follows && { follows }) };
    const nothing = { judged: 0, skipped: 0, violationCount: 0, violations: [] };
    const base = { name, title, rule, severity, hint, ...nothing };
    const missing = this.missingKinds(invariant);
    if (missing.length > 0) {
      const reason = `needs events ${missing.join(', ')}, which were not traced`;
      return { result: { ...base, status: 'not_judged', reason }, frames: new Set(), ...about };
    }
    try {
      const { judged, skipped, suspects } = await this.counts(invariant);
      const { violations, violationCount, frames } =
        suspects > 0 ? await this.violations(invariant) : noViolations;
      const status = violationCount > 0 ? 'violated' : judged > 0 ? 'holds' : 'vacuous';
      const lacking = status === 'vacuous' && skipped === 0 ? await this.lackingIn(invariant) : undefined;
      const reason = lacking === undefined ? {} : { reason: lacking };
      const points = { judged, skipped, violationCount, violations };
      const result: InvariantResult = { ...base, status, ...points, ...reason };
      return { result, frames, ...about };
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      return { result: { ...base, status: 'error', reason }, frames: new Set(), ...about };
    }
  }

  private missingKinds({ needs }: InvariantFile): EventName[] {
    const { kinds } = this.tables.source;
    return kindsNeeded(needs, this.queries.views).filter((kind) => !kinds.has(kind));
  }

  private async counts({
    judged,
    skipped = 'SELECT 0',
    suspects = 'SELECT 1',
  }: InvariantFile): Promise<Counts> {
    const queries = [judged, skipped, suspects];
    const known = queries.map((sql) => countOf(sql, this.tableOf, this.tables.tally));
    const others = queries.filter((_, index) => known[index] === undefined);
    const asked = others.length === 0 ? [] : await this.ask(others);
    const [points, missed, doubtful] = known.map((count) => count ?? asked.shift()!);
    return { judged: points, skipped: missed, suspects: doubtful };
  }

  /** What a run lacks in which a rule found nothing to judge though there was something, if so. */
  private async lackingIn({ expected, lacking }: InvariantFile): Promise<string | undefined> {
    if (expected === undefined) return undefined;
    const points = countOf(expected, this.tableOf, this.tables.tally) ?? (await this.ask([expected]))[0];
    return points > 0 ? lacking : undefined;
  }

  /** A table, or an empty one for a view that has no candidates. */
  private readonly tableOf = (name: string): Table | undefined => {
    const table = this.tables.of(name);
    if (table) return table;
    const candidates = this.queries.views.find((view) => view.name === name)?.candidates;
    return candidates !== undefined && countOf(candidates, this.tableOf, this.tables.tally) === 0
      ? noRows
      : undefined;
  };

  private async ask(queries: readonly string[]): Promise<number[]> {
    const store = await this.store();
    await store.prepare(queries.flatMap((sql) => [...tablesRead(sql)]));
    const { rows } = await store.database.query(`SELECT ${queries.map((sql) => `(${sql})`).join(', ')}`);
    return rows[0].map((value) => Number(value ?? 0));
  }

  private async violations(invariant: InvariantFile): Promise<Violations> {
    const found = foundInColumns(invariant, this.tableOf) ?? (await this.found(invariant));
    return this.writer.violationsOf(found);
  }

  private async found(invariant: InvariantFile): Promise<FoundRows> {
    const store = await this.store();
    await store.prepare([...invariant.needs, ...invariant.optional]);
    return await foundByQuery(store, invariant, this.options.violationsKept ?? 100);
  }
}
