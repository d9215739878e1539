// The view frame_history: a frame shared by fork, copied by one sharer and freed by the other.
import { describe, expect, test } from 'vitest';
import { queryRows } from '../support/check-rows.js';
import { pte, pteOf, Story, type Entry } from '../support/story.js';

const writable = pte.v | pte.r | pte.w | pte.u;
const shared = pte.v | pte.r | pte.u | pte.cow;
const frame = 0x80200000;
const copy = 0x80201000;
const va = 0x3000;
const spaces = [
  { root: 0x80400000, table: 0x80300000 },
  { root: 0x80410000, table: 0x80310000 },
];

function store(
  story: Story,
  entry: Entry,
  where: string,
  space: number,
  before: bigint,
  after: bigint,
): void {
  const { root, table } = spaces[space];
  story.emit('pte_write', entry, where, { entry: table + 24, root, va, before, after });
}

function link(story: Story, entry: Entry, space: number): void {
  const { root } = spaces[space];
  story.emit('page_table', entry, '', { action: 'linked', table: root, root, level: 2 });
}

/** Process 1 gets a page, forks 2, which writes to it and exits. */
function forkAndWrite(): Story {
  const story = new Story();
  story.inside(1, 'exec', (entry) => {
    link(story, entry, 0);
    story.emit('frame_alloc', entry, 'kalloc', { frame });
    story.emit('process', entry, 'exec', { action: 'exec', subject: 1, root: spaces[0].root, name: 'test' });
    store(story, entry, 'mappages', 0, 0n, pteOf(frame, writable));
  });
  story.inside(1, 'fork', (entry) => {
    link(story, entry, 1);
    store(story, entry, 'mappages', 1, 0n, pteOf(frame, shared));
    story.emit('refcount_change', entry, 'share', { frame, before: 1, after: 2 });
    store(story, entry, 'uvmcopy', 0, pteOf(frame, writable), pteOf(frame, shared));
    const child = { action: 'fork', subject: 2, parent: 1, root: spaces[1].root, name: 'test' };
    story.emit('process', entry, 'fork', child);
  });
  story.inside(2, 'page_fault', (entry) => {
    const fault = {
      cycle: story.cycle,
      access: 'store',
      va: va + 8,
      root: spaces[1].root,
      outcome: 'resolved',
    };
    story.emit('frame_alloc', entry, 'kalloc', { frame: copy });
    store(story, entry, 'cow', 1, pteOf(frame, shared), pteOf(copy, writable));
    story.emit('kfree', entry, 'kfree', { frame });
    story.emit('page_fault', entry, '', fault);
  });
  return story;
}

describe('frame_history', () => {
  const sql = `SELECT what, pid, about, va, after, other FROM frame_history WHERE frame = %F ORDER BY cycle, seq, what`;

  test('tells who shared a frame, and that one of them left it for a copy', async () => {
    const rows = await queryRows(sql.replace('%F', String(frame)), forkAndWrite().rows());
    expect(rows).toEqual([
      ['taken', 1, null, null, null, null],
      ['mapped', 1, 1, va, Number(pteOf(frame, writable)), null],
      ['mapped', 1, 2, va, Number(pteOf(frame, shared)), null],
      ['count', 1, null, null, 2, null],
      ['permissions', 1, 1, va, Number(pteOf(frame, shared)), null],
      ['fault', 2, 2, va + 8, null, copy],
      ['unmapped', 2, 2, va, null, null],
      ['kfree', 2, null, null, null, null],
    ]);
  });

  test('tells of the copy what it is a copy of', async () => {
    const rows = await queryRows(sql.replace('%F', String(copy)), forkAndWrite().rows());
    expect(rows).toEqual([
      ['taken', 2, null, null, null, null],
      ['copy', 2, 2, va + 8, null, frame],
      ['mapped', 2, 2, va, Number(pteOf(copy, writable)), null],
    ]);
  });

  test('knows a double free, and a page table', async () => {
    const story = new Story();
    story.inside(1, 'exit', (entry) => {
      story.emit('page_table', entry, '', { action: 'linked', table: frame, root: frame, level: 2 });
      story.emit('page_table', entry, '', { action: 'retired', table: frame, root: frame, level: 2 });
      story.emit('frame_free', entry, 'kfree', { frame });
      story.emit('frame_free', entry, 'kfree', { frame, already_free: 1 });
    });
    const rows = await queryRows(sql.replace('%F', String(frame)), story.rows());
    expect(rows.map(([what, , , , , other]) => [what, other])).toEqual([
      ['table', null],
      ['table_retired', null],
      ['freed', null],
      ['freed', 1],
    ]);
  });
});
