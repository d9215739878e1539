// Invariants about calls, faults, panics and pages: rows that keep the rule, and rows that break it.
import { describe, expect, test } from 'vitest';
import { judgeRows, messages } from '../support/check-rows.js';
import { pte, pteOf, Story } from '../support/story.js';
import { ToyKernel, toyRun } from '../support/toy-kernel.js';
import { leave, toy } from '../support/toy-shell.js';

describe('wait_reaps_a_zombie', () => {
  const name = 'wait_reaps_a_zombie';
  const afterExit = (argument0: number): ToyKernel => {
    const { kernel, shell } = toy();
    kernel.exit(kernel.fork(shell));
    leave(kernel, shell, 'wait', { number: 3, argument0, result: -1 });
    return kernel;
  };

  test('is broken by a wait that fails beside a dead child', async () => {
    for (const address of [0, 0x1008]) {
      const result = await judgeRows(name, afterExit(address).story.rows());
      expect(messages(result)).toEqual([
        expect.stringMatching(/^wait failed though 1 child.* process 3 among them/),
      ]);
    }
  });

  test('holds where the pointer is bad, no child is dead, or the process was killed', async () => {
    const kernel = afterExit(0x10);
    // The second half of the status lies in the guard page.
    const atTheEnd = afterExit(0x1ffe);
    const { kernel: other, shell } = toy();
    other.fork(shell);
    leave(other, shell, 'wait', { number: 3, argument0: 0, result: -1 });
    const { kernel: third, shell: killed } = toy();
    third.exit(third.fork(killed));
    third.story.inside(killed.pid, 'wait', (entry) => {
      third.story.emit('syscall', entry, '', { phase: 'leave', name: 'wait', number: 3, result: -1 });
      third.story.emit('process', entry, 'exit', { action: 'exit', subject: killed.pid, status: -1 });
    });
    for (const one of [kernel, atTheEnd, other, third])
      expect(await judgeRows(name, one.story.rows())).toMatchObject({ status: 'holds', judged: 1 });
  });
});

describe('every_user_page_is_memory', () => {
  const name = 'every_user_page_is_memory';
  const facts = { ram_base: 0x80000000, ram_end: 0x81000000, first_free_frame: 0x80100000 };

  function mapping(frame: number): Story {
    const story = new Story();
    story.inside(2, 'fork', (entry) => {
      const after = pteOf(frame, pte.v | pte.r | pte.u);
      const call_site = story.at('uvmcopy');
      story.emit('pte_write', entry, 'mappages', { entry: 0x80200000, root: 0x80300000, after, call_site });
    });
    return story;
  }

  test('holds inside of what the allocator has', async () => {
    const result = await judgeRows(name, mapping(0x80100000).rows(), { facts });
    expect(result).toMatchObject({ status: 'holds', judged: 1 });
  });

  test.each([0x1000, 0x80001000, 0x81000000])('is broken by a mapping of %i', async (frame) => {
    const { violations } = await judgeRows(name, mapping(frame).rows(), { facts });
    expect(violations).toMatchObject([
      { frame: BigInt(frame), function: 'mappages', caller: { function: 'uvmcopy' } },
    ]);
  });

  test('is vacuous where the memory is not known', async () => {
    expect(await judgeRows(name, mapping(0x1000).rows())).toMatchObject({ status: 'vacuous' });
  });
});

describe('only_whole_frames_are_freed', () => {
  const name = 'only_whole_frames_are_freed';
  const facts = { ram_base: 0x80000000, ram_end: 0x81000000 };

  function freeing(...frames: number[]): Story {
    const story = new Story();
    story.inside(2, 'page_fault', (entry) => {
      for (const frame of frames)
        story.emit('kfree', entry, 'kfree', { frame, call_site: story.at('cowfault') });
    });
    return story;
  }

  test('holds for frames', async () => {
    const result = await judgeRows(name, freeing(0x80100000, 0x80fff000).rows(), { facts });
    expect(result).toMatchObject({ status: 'holds', judged: 2 });
  });

  test('is broken by addresses inside of frames and outside of memory', async () => {
    const result = await judgeRows(name, freeing(0x80100008, 0x4000).rows(), { facts });
    expect(messages(result)).toEqual([
      'the free function got 0x80100008, which is 0x8 bytes into a frame',
      'the free function got 0x4000, where there is no memory',
    ]);
    expect(result.violations[0].caller).toMatchObject({ function: 'cowfault' });
  });
});

describe('a_failed_call_keeps_no_frame', () => {
  const name = 'a_failed_call_keeps_no_frame';
  const frame = 0x80200000;

  function failing(after?: 'frame_free' | 'kfree' | 'pte_write'): Story {
    const story = new Story();
    story.inside(4, 'fork', (entry) => {
      story.emit('frame_alloc', entry, 'kalloc', { frame, call_site: story.at('uvmcopy') });
      const mapping = { entry: 0x80300000, root: 0x80300000, after: pteOf(frame, pte.v | pte.r | pte.u) };
      if (after) story.emit(after, entry, 'undo', after === 'pte_write' ? mapping : { frame });
      story.emit('syscall', entry, '', { phase: 'leave', number: 1, name: 'fork', result: -1 });
    });
    return story;
  }

  test('is broken by a frame that stays out', async () => {
    const { violations } = await judgeRows(name, failing().rows());
    expect(violations).toMatchObject([
      { pid: 4, frame: BigInt(frame), function: 'kalloc', caller: { function: 'uvmcopy' } },
    ]);
  });

  test.each(['frame_free', 'kfree', 'pte_write'] as const)('holds after %s', async (after) => {
    expect(await judgeRows(name, failing(after).rows())).toMatchObject({ status: 'holds', judged: 1 });
  });
});

describe('a_resolved_fault_makes_progress', () => {
  const name = 'a_resolved_fault_makes_progress';

  function faults(times: number, changes: boolean, flags = pte.v | pte.r | pte.u | pte.w): Story {
    const story = new Story();
    for (let time = 0; time < times; time++) {
      const entry = story.begin(5, 'page_fault');
      const before = pteOf(0x80200000, flags & ~pte.w);
      const after = pteOf(0x80201000 + time * 4096, flags);
      if (changes)
        story.emit('pte_write', entry, 'cow', {
          entry: 0x80300000,
          root: 0x80300000,
          va: 0x1000,
          before,
          after,
        });
      story.end(entry);
      const at = { access: 'store', va: 0x1008, root: 0x80300000, outcome: 'resolved' };
      story.emit('page_fault', entry, 'user code', at);
    }
    return story;
  }

  test('is broken by the same fault again, nothing having changed', async () => {
    expect(messages(await judgeRows(name, faults(4, false).rows()))).toEqual([
      'a store at 0x1008 was declared resolved with no entry changed, and faulted again (3 time(s))',
    ]);
  });

  test('suspects who resolves other faults, where nobody wrote the entry', async () => {
    const story = faults(4, false);
    expect((await judgeRows(name, story.rows())).violations[0].suspects).toEqual([]);
    const resolved = faults(4, false);
    resolved.inside(6, 'page_fault', (entry) => {
      const after = pteOf(0x80300000, pte.v | pte.r | pte.u | pte.w);
      const columns = { entry: 0x80400000, root: 0x80400000, va: 0x2000, before: 0, after };
      resolved.emit('pte_write', entry, 'page_make_writable', columns);
      const at = { access: 'store', va: 0x2008, root: 0x80400000, outcome: 'resolved' };
      resolved.emit('page_fault', entry, 'user code', at);
    });
    const [{ suspects }] = (await judgeRows(name, resolved.rows())).violations;
    expect(suspects[0]).toMatchObject({ function: 'page_make_writable' });
  });

  test('counts the repetitions that have no rows of their own', async () => {
    const story = faults(4, false);
    const at = story.begin(5, 'interrupt');
    const repeat = { access: 'store', va: 0x1008, times: 50_000 };
    story.emit('fault_repeat', at, 'user code', repeat);
    expect(messages(await judgeRows(name, story.rows()))[0]).toContain('faulted again (50003 time(s))');
  });

  test('tells what the kernel says of it each time, and that there was no frame', async () => {
    const story = new Story();
    for (let time = 0; time < 3; time++)
      story.inside(5, 'page_fault', (entry) => {
        const { cycle } = story;
        story.emit('kalloc', entry, 'kalloc', { frame: 0 });
        story.emit('console', entry, '', { direction: 'output', text: 'usertrap: bad\n' });
        const at = { cycle, access: 'store', va: 0x1008, root: 0x80300000, outcome: 'resolved' };
        story.emit('page_fault', entry, 'user code', { ...at, end_cycle: story.cycle });
      });
    expect(messages(await judgeRows(name, story.rows()))[0]).toMatch(
      /\(2 time\(s\)\); there was no frame left; the kernel said of it each time: usertrap: bad$/,
    );
  });

  test('tells of an entry that was written and still forbids the store', async () => {
    const written = messages(await judgeRows(name, faults(4, true, pte.v | pte.r | pte.w).rows()));
    expect(written).toEqual([
      'a store at 0x1008 was declared resolved with the entry of its page set to 0x20080407, ' +
        'which does not let it through, and faulted again (3 time(s))',
    ]);
  });

  test('is broken by faults of one instruction in turn, when the run ended for it', async () => {
    const story = new Story();
    for (let time = 0; time < 101; time++) {
      const entry = story.begin(5, 'page_fault');
      const at = { cycle: story.cycle, access: 'store', va: 0x1ffc + (time % 2) * 4, outcome: 'resolved' };
      const place = { entry: 0x80300000, root: 0x80300000, va: at.va & ~0xfff };
      story.emit('pte_write', entry, 'cow', { ...place, before: 0n, after: pteOf(0x80200000, 23) });
      story.end(entry);
      story.emit('page_fault', entry, 'user code', { ...at, root: 0x80300000, end_cycle: story.cycle + 9 });
    }
    const rows = story.rows();
    expect(messages(await judgeRows(name, rows, { facts: { end_reason: 'fault_loop' } }))).toEqual([
      'one instruction faulted 101 times, in turn for a store at 0x1ffc and store at 0x2000: each was declared ' +
        'resolved, and the instruction never got through',
    ]);
    expect(await judgeRows(name, rows)).toMatchObject({ status: 'holds' });
  });

  test('holds where the entry changed, and for a single fault', async () => {
    expect(await judgeRows(name, faults(4, true).rows())).toMatchObject({ status: 'holds', judged: 4 });
    expect(await judgeRows(name, faults(1, false).rows())).toMatchObject({ status: 'holds', judged: 1 });
  });
});

describe('warnings', () => {
  test('no_page_is_writable_and_marked learns the mark from use', async () => {
    const name = 'no_page_is_writable_and_marked';
    expect(await judgeRows(name, toyRun().story.rows())).toMatchObject({
      status: 'holds',
      severity: 'warning',
    });
    const { violations } = await judgeRows(name, toyRun({ fault: 'handler keeps the mark' }).story.rows());
    expect(violations[0]).toMatchObject({ function: 'mappages', caller: { function: 'cowfault' } });
    expect(await judgeRows(name, toyRun({ eager: true }).story.rows())).toMatchObject({ status: 'vacuous' });
  });

  test('a_sole_owner_copies_nothing counts what was copied for nobody', async () => {
    const name = 'a_sole_owner_copies_nothing';
    expect(await judgeRows(name, toyRun({ reuses: true }).story.rows())).toMatchObject({ status: 'holds' });
    const result = await judgeRows(name, toyRun().story.rows());
    expect(messages(result)).toEqual([
      expect.stringMatching(/^this kernel copies for sole owners too: \d+ time/),
    ]);
    expect(result.violations[0].caller).toMatchObject({ function: 'cowfault' });
  });
});
