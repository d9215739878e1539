// Each view by a small story of its own: what it makes of a few rows.
import { describe, expect, test } from 'vitest';
import { queryRows } from '../support/check-rows.js';
import { pte, pteOf, Story, type Entry } from '../support/story.js';
import { toyRun } from '../support/toy-kernel.js';

const userData = pte.v | pte.r | pte.w | pte.u;
const frame = 0x80200000;
const table = 0x80300000;
const root = 0x80400000;

/** Maps the frame at page `page` of the table; nothing when `bits` is 0. */
function write(story: Story, pid: number, page: number, before: number, after: number, at = frame): void {
  story.inside(pid, 'sbrk', (entry) => {
    story.emit('pte_write', entry, 'mappages', {
      entry: table + page * 8,
      root,
      va: page * 4096,
      before: before ? pteOf(at, before) : 0n,
      after: after ? pteOf(at, after) : 0n,
    });
  });
}

describe('mappings', () => {
  test('entry_changes decodes user entries and leaves out kernel ones', async () => {
    const story = new Story();
    write(story, 1, 0, 0, userData);
    write(story, 1, 1, 0, pte.v | pte.r | pte.x);
    const rows = await queryRows(
      'SELECT va, user_before, user_after, frame_after, readable, writable, executable FROM entry_changes',
      story.rows(),
    );
    expect(rows).toEqual([[0, false, true, frame, true, true, false]]);
  });

  test('leaf_mappings ends at the next store to the entry, and at the retirement of its table', async () => {
    const story = new Story();
    write(story, 1, 0, 0, userData); // seq 0
    write(story, 1, 0, userData, pte.v | pte.r | pte.u); // seq 2
    write(story, 1, 1, 0, userData, frame + 4096); // seq 4
    write(story, 1, 2, 0, userData, frame + 8192); // seq 6
    write(story, 1, 2, userData, 0, frame + 8192); // seq 8
    story.inside(1, 'wait', (entry) => {
      story.emit('page_table', entry, '', { action: 'retired', table, root }); // seq 10
    });
    write(story, 2, 1, 0, userData, frame + 4096); // seq 12, the table lives again
    const rows = await queryRows(
      'SELECT frame, from_seq, to_seq, writable FROM leaf_mappings ORDER BY from_seq',
      story.rows(),
    );
    expect(rows).toEqual([
      [frame, 0, 2, true],
      [frame, 2, 10, false],
      [frame + 4096, 4, 10, true],
      [frame + 8192, 6, 8, true],
      [frame + 4096, 12, null, true],
    ]);
  });

  test('frame_mapping_count runs up and down with the mappings', async () => {
    const story = new Story();
    write(story, 1, 0, 0, userData);
    write(story, 1, 1, 0, pte.v | pte.r | pte.u);
    write(story, 1, 0, userData, 0);
    const rows = await queryRows(
      'SELECT mappings, writable_mappings FROM frame_mapping_count ORDER BY seq',
      story.rows(),
    );
    expect(rows).toEqual([
      [1, 1],
      [2, 1],
      [1, 0],
    ]);
  });

  test('sharers names the processes that map a frame', async () => {
    const kernel = toyRun();
    const [most] = await queryRows(
      `SELECT frame, seq FROM frame_mapping_count ORDER BY mappings DESC, seq LIMIT 1`,
      kernel.story.rows(),
    );
    const names = await queryRows(
      `SELECT pid, name FROM sharers WHERE frame = ${most[0]} AND from_seq <= ${most[1]}
       AND coalesce(to_seq > ${most[1]}, true) ORDER BY pid`,
      toyRun().story.rows(),
    );
    expect(names).toEqual([
      [1, 'init'],
      [2, 'init'],
    ]);
  });
});

describe('quiescent points', () => {
  const point = 'SELECT span, mappings, judged, undisturbed FROM quiescent_points ORDER BY seq';

  function map(story: Story, entry: ReturnType<Story['begin']>, page: number): void {
    const after = pteOf(frame, userData);
    story.emit('pte_write', entry, 'mappages', {
      entry: table + page * 8,
      root,
      va: page * 4096,
      before: 0n,
      after,
    });
  }

  test('a frame is judged when the entry that touched it ends', async () => {
    const story = new Story();
    story.inside(1, 'sbrk', (entry) => map(story, entry, 0));
    story.inside(2, 'sbrk', (entry) => map(story, entry, 1));
    expect(await queryRows(point, story.rows())).toEqual([
      [1, 1, true, true],
      [2, 2, true, true],
    ]);
  });

  test('not while another entry that touched it is unfinished; then the last to end is judged', async () => {
    const story = new Story();
    const first = story.begin(1, 'fork', 0);
    map(story, first, 0);
    const second = story.begin(2, 'sbrk', 1);
    map(story, second, 1);
    story.end(second);
    story.end(first);
    expect(await queryRows(point, story.rows())).toEqual([
      [2, 1, false, false],
      [1, 2, true, false],
    ]);
  });

  test('an entry that has touched nothing, such as a parent in wait, disturbs nobody', async () => {
    const story = new Story();
    story.begin(1, 'wait');
    story.inside(2, 'sbrk', (entry) => map(story, entry, 0));
    expect(await queryRows(point, story.rows())).toEqual([[2, 1, true, true]]);
  });

  test('boot code has no end and holds nothing', async () => {
    const story = new Story();
    map(story, story.begin(0, 'scheduler'), 0);
    story.inside(2, 'sbrk', (entry) => map(story, entry, 1));
    expect(await queryRows(point, story.rows())).toEqual([[2, 2, true, true]]);
  });

  test('an entry that the trace cuts off keeps its frames from being judged', async () => {
    const story = new Story();
    map(story, story.begin(1, 'fork'), 0);
    story.inside(2, 'sbrk', (entry) => map(story, entry, 1));
    expect(await queryRows(point, story.rows())).toEqual([[2, 1, false, false]]);
  });

  describe('an entry that gives up its hart', () => {
    function called(story: Story, cause: string): Entry {
      const entry = story.begin(1, cause);
      story.emit('trap', entry, '', { interrupt: 0, from_mode: 0, to_mode: 1 });
      return entry;
    }

    function leaving(cause: 'wait' | 'exit'): Story {
      const story = new Story();
      const entry = called(story, cause);
      map(story, entry, 0);
      if (cause === 'exit') story.end(entry);
      story.emit('context_switch', story.begin(0, 'scheduler'), '', { from_pid: 1, to_pid: 0 });
      story.emit('trap_return', story.begin(2, 'sbrk'), '', { to_mode: 0 });
      return story;
    }

    function sleeping(interrupted: boolean): Story {
      const story = new Story();
      const entry = called(story, 'exec');
      const scheduler = story.begin(0, 'scheduler');
      map(story, entry, 0);
      if (interrupted) story.emit('trap', entry, '', { interrupt: 1, from_mode: 1, to_mode: 1 });
      story.emit('context_switch', scheduler, 'scheduler', { from_pid: 1, to_pid: 0 });
      story.inside(2, 'sbrk', (other) => map(story, other, 1));
      story.emit('context_switch', entry, 'scheduler', { from_pid: 0, to_pid: 1 });
      if (interrupted) story.emit('trap_return', entry, '', { to_mode: 1 });
      map(story, entry, 2);
      story.end(entry);
      return story;
    }

    test('to sleep is judged then, and stays unfinished for others', async () => {
      expect(await queryRows(point, sleeping(false).rows())).toEqual([
        [1, 1, true, true],
        [3, 2, false, false],
        [1, 3, true, false],
      ]);
    });

    test('because of an interrupt is in the middle of something', async () => {
      expect(await queryRows(point, sleeping(true).rows())).toEqual([
        [3, 1, false, false],
        [1, 3, true, false],
      ]);
    });

    test.each(['wait', 'exit'] as const)('for good, in %s, is judged once', async (cause) => {
      expect(await queryRows(point, leaving(cause).rows())).toEqual([[1, 1, true, true]]);
    });
  });

  test('count_convention tells what a frame with a sole owner counts', async () => {
    const sql = 'SELECT extra FROM count_convention';
    for (const soleOwnerCounts of [0, 1, 2] as const)
      expect(await queryRows(sql, toyRun({ soleOwnerCounts }).story.rows())).toEqual([[soleOwnerCounts - 1]]);
    // A fork that forgets to count must not look like a convention.
    expect(await queryRows(sql, toyRun({ fault: 'fork does not count' }).story.rows())).toEqual([[0]]);
  });
});

describe('frames', () => {
  test('frame_lifetimes runs from allocation to return, owned by whom it was taken for', async () => {
    const story = new Story();
    story.inside(1, 'fork', (entry) => {
      story.emit('frame_alloc', entry, 'kalloc', { frame, free_frames: 9 });
      story.emit('process', entry, 'fork', { action: 'fork', subject: 2, parent: 1 });
    });
    story.inside(1, 'pipe', (entry) =>
      story.emit('frame_alloc', entry, 'kalloc', { frame: 4096, free_frames: 8 }),
    );
    story.inside(1, 'wait', (entry) => story.emit('frame_free', entry, 'kfree', { frame, free_frames: 9 }));
    const rows = await queryRows(
      'SELECT frame, alloc_seq, free_seq, owner FROM frame_lifetimes ORDER BY alloc_seq',
      story.rows(),
    );
    expect(rows).toEqual([
      [frame, 0, 5, 2],
      [4096, 3, null, null],
    ]);
  });

  test('free_frames is the length of the list after each change', async () => {
    const story = new Story();
    const entry = story.begin(1, 'sbrk');
    story.emit('frame_alloc', entry, 'kalloc', { frame, free_frames: 9 });
    story.emit('frame_free', entry, 'kfree', { frame, free_frames: 10 });
    expect(await queryRows('SELECT free_frames FROM free_frames ORDER BY seq', story.rows())).toEqual([
      [9],
      [10],
    ]);
  });

  test('fault_cost tells what a shared and a sole write fault take and return', async () => {
    const rows = await queryRows(
      'SELECT mappings_before, frames_allocated, frames_freed, undisturbed FROM fault_cost ORDER BY seq LIMIT 3',
      toyRun().story.rows(),
    );
    expect(rows).toEqual([
      [2, 1, 0, true],
      [2, 1, 0, true],
      [1, 1, 1, true],
    ]);
  });

  test('left_over_frames asks after every reaped process and says where the frame was taken', async () => {
    const rows = await queryRows(
      `SELECT about, "function", alloc_seq > 0 FROM left_over_frames f JOIN location l ON l.address = f.call_site
       WHERE question = 'reaped' ORDER BY about`,
      toyRun({ fault: 'wait keeps the trapframe' }).story.rows(),
    );
    expect(rows).toEqual([
      [3, 'allocproc', true],
      [4, 'allocproc', true],
      [5, 'allocproc', true],
    ]);
  });
});

describe('the cases of frames', () => {
  test('readings belong to the case before them; all ones means that our own count serves', async () => {
    const story = new Story();
    const entry = story.begin(3, 'exec');
    const markers: [number, bigint, number][] = [
      [101, 0n, 50],
      [1, 50n, 50],
      [2, 2n ** 64n - 1n, 47],
      [102, 0n, 50],
      [1, 50n, 50],
    ];
    for (const [id, value, free_frames] of markers)
      story.emit('marker', entry, '', { id, value, free_frames });
    const rows = await queryRows(
      'SELECT case_number, reading, frames, by_kernel FROM frame_case_readings ORDER BY seq',
      story.rows(),
    );
    expect(rows).toEqual([
      [1, 1, 50, true],
      [1, 2, 47, false],
      [2, 1, 50, true],
    ]);
    const [[count]] = await queryRows('SELECT count(*) FROM frame_case_rules', {});
    expect(count).toBe(14);
    const results = await queryRows('SELECT first, second, holds FROM frame_case_results', story.rows());
    expect(results).toEqual([]);
  });
});
