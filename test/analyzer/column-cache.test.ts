// Which columns stay when there is no room for all, and that queries do not notice.
import { expect, test } from 'vitest';
import { ColumnCache } from '../../analyzer/column-cache.js';
import { EventTables } from '../../analyzer/event-tables.js';
import { historyTables, HistoryTable, Histories } from '../../analyzer/histories/index.js';
import type { WholeColumn } from '../../analyzer/table.js';
import { sourceOf } from '../support/event-rows.js';
import { toyRun } from '../support/toy-kernel.js';

const bytes = (count: number): WholeColumn => ({ values: new Uint8Array(count) });

test('what was used longest ago goes first, and what comes last stays', () => {
  const cache = new ColumnCache(100);
  cache.keep('trap', 'cycle', bytes(40));
  cache.keep('trap', 'hart', bytes(40));
  expect(cache.get('trap', 'cycle')).toBeDefined();
  cache.keep('kfree', 'cycle', bytes(40));
  expect(cache.get('trap', 'hart')).toBeUndefined();
  expect(cache.get('trap', 'cycle')).toBeDefined();
  cache.keep('kfree', 'pc', { values: new Uint8Array(90), validity: new Uint8Array(20) });
  expect(cache.get('kfree', 'pc')).toBeDefined();
  expect(cache.get('kfree', 'cycle')).toBeUndefined();
});

test('a table without room for two columns reads as one with room', () => {
  const source = sourceOf(toyRun().story.rows());
  const columns = (room: number): WholeColumn[] => {
    const cache = new ColumnCache(room);
    const events = new EventTables(source, cache);
    const names = Object.keys(historyTables.leaf_mappings.columns);
    const mappings = new HistoryTable('leaf_mappings', () => new Histories(events), cache);
    const twice = () => [...events.of('pte_write').read(['seq', 'pc', 'va']), ...mappings.read(names)];
    return [...twice(), ...twice()];
  };
  expect(columns(1)).toEqual(columns(1e9));
});
