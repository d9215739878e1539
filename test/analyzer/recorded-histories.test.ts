// The pass that goes along with a recording finds what the pass over the finished trace finds, bit by bit, and a check
// that is given it says the same.
import { beforeAll, describe, expect, test } from 'vitest';
import { countOf } from '../../analyzer/counts/count.js';
import { EventTables } from '../../analyzer/event-tables.js';
import { Histories } from '../../analyzer/histories/index.js';
import { checkTrace, findingsWhileRecording, openTraceSource } from '../../analyzer/index.js';
import { countsOf, readQueries } from '../../analyzer/query-library.js';
import { RunTables } from '../../analyzer/run-tables.js';
import type { FoundWhileRecording } from '../../analyzer/while-recording.js';
import { eventNames, type EventName } from '../../tracer/schema/index.js';
import type { RunResult } from '../../tracer/session/index.js';
import { differingParts } from '../support/differing-arrays.js';
import { record } from '../support/recorded-run.js';
import { temporaryDirectory } from '../support/temporary-directory.js';

const inside = temporaryDirectory();

async function recorded(out: string, kinds: readonly EventName[]): Promise<RunResult> {
  return record({
    out,
    program: ['frames'],
    kinds,
    machine: { harts: 2 },
    consumer: findingsWhileRecording,
  });
}

function foundIn(run: RunResult): FoundWhileRecording {
  return run.consumed as FoundWhileRecording;
}

function foundLater(out: string): Histories {
  return new Histories(new EventTables(openTraceSource(out)));
}

describe('a run that is looked at while it is recorded', () => {
  const out = inside('whole.trace');
  let run: RunResult;
  beforeAll(async () => (run = await recorded(out, eventNames)));

  test('leaves what its trace leaves', () => {
    const later = foundLater(out);
    expect(later.frames.length).toBeGreaterThan(5_000);
    expect(differingParts(foundIn(run).histories, later.found)).toEqual([]);
  });

  test('is counted as its columns are', () => {
    const { histories, tallies } = foundIn(run);
    const tables = new RunTables(openTraceSource(out), undefined, { histories, tallies: {} });
    const used = new Set<string>();
    const tally = (key: string): number | undefined => {
      if (key in tallies) used.add(key);
      return tallies[key];
    };
    for (const sql of countsOf(readQueries()))
      expect(countOf(sql, tables.of, tally), sql).toBe(countOf(sql, tables.of));
    expect(used.size).toBeGreaterThan(20);
  });

  test('gets the verdict of its trace', async () => {
    const result = await checkTrace(openTraceSource(out), { recorded: run.consumed });
    expect(result).toEqual(await checkTrace(openTraceSource(out)));
    expect(result.verdict).toBe('passed');
  });

  test('is judged by its trace when something of that is missing', async () => {
    const { found } = new Histories(new EventTables({ kinds: new Set(), facts: {}, batches: () => [] }));
    const nothing: FoundWhileRecording = { histories: found, tallies: {} };
    const rule = ['every_unmapped_frame_is_freed', 'no_mapped_frame_on_free_list'];
    const judged = async (recorded: unknown, incomplete?: string): Promise<number> => {
      const trace = openTraceSource(out);
      const { kinds, facts } = trace;
      const source = { kinds, facts, incomplete, batches: trace.batches.bind(trace) };
      const { invariants } = await checkTrace(source, { recorded, only: rule });
      return invariants.reduce((sum, one) => sum + one.judged, 0);
    };
    expect(await judged(nothing)).toBe(0);
    expect(await judged(nothing, 'it was cut off')).toBe(await judged(undefined));
  });
});

test('what was not traced is missing to both', async () => {
  const out = inside('part.trace');
  const run = await recorded(out, ['pte_write', 'page_table', 'trap', 'context_switch']);
  const { found } = foundLater(out);
  expect(found.pages.mappings.length).toBeGreaterThan(100);
  expect(differingParts(foundIn(run).histories, found)).toEqual([]);
});
