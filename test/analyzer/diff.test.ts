// Comparing two runs by what was done in them.
import { describe, expect, test } from 'vitest';
import { diffRuns, diffText, runsDiffer } from '../../analyzer/index.js';
import { sourceOf, type EventRows } from '../support/event-rows.js';
import { toyRun } from '../support/toy-kernel.js';

const facts = { kernel_digest: 'abc', program: '/test' };
const runOf = (rows: EventRows) => sourceOf(rows, { facts });

/** The same run at other cycles, on another hart and with other frames and pids. */
function elsewhere(rows: EventRows): EventRows {
  const shift = 0x100000n;
  const frames = ['frame', 'root', 'table', 'entry'];
  const pids = ['pid', 'subject', 'parent', 'from_pid', 'to_pid'];
  const moved = Object.entries(rows).map(([kind, list]) => [
    kind,
    list.map((row) => {
      const other: Record<string, number | bigint | string | null> = { ...row };
      for (const [name, value] of Object.entries(row)) {
        if (value === null || typeof value === 'string') continue;
        if (frames.includes(name) && value !== 0) other[name] = BigInt(value) + shift;
        if (pids.includes(name) && Number(value) > 2) other[name] = Number(value) + 40;
        if (name === 'before' || name === 'after')
          other[name] = kind === 'pte_write' && value !== 0n ? BigInt(value) + (shift >> 2n) : value;
        if (name.endsWith('cycle')) other[name] = Number(value) * 3 + 7;
      }
      return kind === 'location' ? row : { ...other, hart: 1 };
    }),
  ]);
  return Object.fromEntries(moved) as EventRows;
}

describe('two runs', () => {
  test('that did the same at other cycles, with other frames and pids, do not differ', async () => {
    const rows = toyRun().story.rows();
    const diff = await diffRuns(runOf(rows), runOf(elsewhere(rows)));
    expect(runsDiffer(diff)).toBe(false);
    expect(diff.program!.rows[0]).toBeGreaterThan(5);
    expect(diff.kernel!.rows[0]).toBeGreaterThan(20);
    expect(diffText(diff, ['a', 'b'])).toMatch(
      /the kernel did the same in both: \d+ events of \d+ processes/,
    );
  });

  test('of a right kernel and one with a planted fault part where the fault is', async () => {
    const wrong = elsewhere(toyRun({ fault: 'parent stays writable' }).story.rows());
    const diff = await diffRuns(runOf(toyRun().story.rows()), runOf(wrong));
    expect(runsDiffer(diff)).toBe(true);
    const [first] = diff.kernel!.partings;
    expect(first.a[0].text).toMatch(/^page 0x\d000: rw-u -> r--u/);
    expect(first.b[0].text).not.toEqual(first.a[0].text);
    expect(first.before.length).toBeGreaterThan(0);
    const text = diffText(diff, ['a', 'b']);
    expect(text).toMatch(
      /the kernel parts in process [\d.]+ \(\w+\), pid \d+ in A and \d+ in B, after \d+ equal/,
    );
    for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(100);
  });

  test('one of which lost its end part where that begins', async () => {
    const rows = toyRun().story.rows();
    const cut = { ...rows, process: rows.process!.slice(0, -1) };
    const { program } = await diffRuns(runOf(rows), runOf(cut));
    expect(program!.partings.map(({ a, b }) => [a.length > 0, b.length])).toEqual([[true, 0]]);
  });

  test('part late in a long history as they do early, with what was done before', async () => {
    const rows = toyRun().story.rows();
    const { pid } = rows.process![0];
    /** One process that marks and marks; from the mark with this number on with another value. */
    const marking = (other: number): EventRows => {
      const marker = Array.from({ length: 1500 }, (_, index) => {
        return { seq: 1e6 + index, cycle: 1e6 + index, pid, id: 1, value: BigInt(index < other ? 1 : 2) };
      });
      return { ...rows, marker };
    };
    const partingAt = async (other: number) =>
      (await diffRuns(runOf(marking(1500)), runOf(marking(other)))).program!.partings[0];
    const early = await partingAt(0);
    // Rows are compared in blocks of 1,024: this is the second row of the second one.
    const late = await partingAt(1025 - early.common);
    expect(late.common).toBe(1025);
    expect(late.before.map(({ number }) => number)).toEqual([1021, 1022, 1023, 1024, 1025]);
    expect([late.a[0].number, late.b[0].number]).toEqual([1026, 1026]);
  });

  test('that did the same in another order differ', async () => {
    const rows = toyRun().story.rows();
    const { pid } = rows.process![0];
    const marking = (...values: bigint[]): EventRows => ({
      ...rows,
      marker: values.map((value, index) => ({ seq: 1e6 + index, cycle: 1e6 + index, pid, id: 1, value })),
    });
    const { program } = await diffRuns(runOf(marking(1n, 2n, 3n)), runOf(marking(1n, 3n, 2n)));
    expect(program!.partings.map(({ a }) => a[0].text)).toEqual(['marker 1 with 0x2']);
  });

  test('print what the guest wrote escaped, and where they first print something else', async () => {
    const rows = toyRun().story.rows();
    const said = (text: string): EventRows => ({
      ...rows,
      console: [{ seq: 1e6, cycle: 1e6, direction: 'output', text: `same\n${text}\n` }],
    });
    const text = diffText(await diffRuns(runOf(said('one')), runOf(said('\x1b[2J'))), ['a', 'b']);
    expect(text).toContain('the console first differs in line 2\n  A  one\n  B  \\x1b[2J\n');
  });

  test('without the events to compare are refused', async () => {
    const few = sourceOf({}, { kinds: ['console'], facts });
    await expect(diffRuns(few, few)).rejects.toThrow('record both runs without --events');
  });
});
