// What every event row must keep to, and the reference that derives from the rows.
// `npm run docs` (vitest's update) rewrites docs/events.md.
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import {
  columnsOf,
  commonColumns,
  eventFile,
  eventNames,
  eventReference,
  events,
  isEventName,
} from '../../tracer/schema/index.js';

const reference = fileURLToPath(new URL('../../docs/events.md', import.meta.url));

describe('the event rows', () => {
  it('have ids of their own', () => {
    const ids = eventNames.map((name) => events[name].id);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it.each(eventNames)('%s has well-formed names, distinct columns and sentences', (name) => {
    const columns = columnsOf(name);
    const names = columns.map((column) => column.name);
    expect(new Set(names).size).toBe(
      Object.keys(commonColumns).length + Object.keys(events[name].columns).length,
    );
    for (const word of [name, ...names]) expect(word).toMatch(/^[a-z][a-z0-9_]*$/);
    for (const { doc } of [events[name], ...columns]) expect(doc).toMatch(/^.*[.)]$/s);
  });

  it('put common columns first and each kind in a file of its own', () => {
    expect(columnsOf('kfree').map((column) => column.name)).toEqual([
      ...Object.keys(commonColumns),
      ...['frame', 'call_site'],
    ]);
    expect(eventFile('kfree')).toBe('events/kfree.arrows');
  });

  it('answer to their names only', () => {
    expect(['pte_write', 'toString', '', 'PTE_WRITE'].map(isEventName)).toEqual([true, false, false, false]);
  });
});

describe('docs/events.md', () => {
  it('is current', async () => {
    await expect(eventReference()).toMatchFileSnapshot(reference);
  });
});
