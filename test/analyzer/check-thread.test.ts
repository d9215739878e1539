// A check that is divided between two threads finds what one finds alone, also where the second one is of no use.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CheckThread, startCheckThread } from '../../analyzer/check-thread.js';
import { countOf } from '../../analyzer/counts/count.js';
import { openTraceSource } from '../../analyzer/index.js';
import { countsOf, readQueries } from '../../analyzer/query-library.js';
import { RunTables } from '../../analyzer/run-tables.js';
import { eventNames } from '../../tracer/schema/index.js';
import { compileModule } from '../session/compiled.js';
import { differingParts } from '../support/differing-arrays.js';
import { record } from '../support/recorded-run.js';
import { temporaryDirectory } from '../support/temporary-directory.js';

const inside = temporaryDirectory();
const { folder: compiled, entry } = compileModule('analyzer/check-worker.ts');
afterAll(() => rmSync(compiled, { recursive: true }));

const counts = countsOf(readQueries());

async function gone(path: string, thread?: CheckThread): Promise<RunTables> {
  const tables = new RunTables(openTraceSource(path));
  await tables.goThrough(counts, thread);
  thread?.end();
  return tables;
}

describe('two threads', () => {
  const out = inside('frames.trace');
  let alone: RunTables;
  beforeAll(async () => {
    await record({ out, program: ['frames'], kinds: eventNames, machine: { harts: 2 } });
    alone = await gone(out);
  });

  function expectAsAlone(tables: RunTables): void {
    expect(differingParts(tables.histories().found, alone.histories().found)).toEqual([]);
    for (const sql of counts)
      expect(countOf(sql, tables.of, tables.tally), sql).toBe(countOf(sql, alone.of, alone.tally));
  }

  test('find what one finds', async () => {
    const thread = new CheckThread(out, entry);
    const tables = await gone(out, thread);
    const answer = await thread.found();
    expect(answer!.calls.moves.rows.length).toBeGreaterThan(10);
    expect(tables.histories().found.moves).toBe(answer!.calls.moves);
    expect(Object.keys(answer!.tallies).length).toBeGreaterThan(20);
    expectAsAlone(tables);
  });

  test('do without the one that finds no trace', async () => {
    expectAsAlone(await gone(out, new CheckThread(inside('nowhere.trace'), entry)));
  });

  test('do without the one that finds a damaged trace', async () => {
    const damaged = inside('damaged.trace');
    mkdirSync(damaged);
    writeFileSync(`${damaged}/manifest.json`, '{');
    expectAsAlone(await gone(out, new CheckThread(damaged, entry)));
  });

  test('do without the one that cannot be started', async () => {
    expectAsAlone(await gone(out, new CheckThread(out, pathToFileURL(inside('no-module.js')))));
  });

  test('are not used for few rows', () => {
    expect(openTraceSource(out).wholeTrace!.rows).toBeGreaterThan(10_000);
    expect(startCheckThread(openTraceSource(out))).toBeUndefined();
  });
});
