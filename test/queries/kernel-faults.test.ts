// Faults of the kernel's own instructions: those that end in a panic, and those that never end.
import { describe, expect, test } from 'vitest';
import { judgeRows, messages } from '../support/check-rows.js';
import { Story } from '../support/story.js';

describe('the_kernel_takes_no_fault', () => {
  const name = 'the_kernel_takes_no_fault';

  function faulting(panics: boolean): Story {
    const story = new Story();
    story.inside(3, 'fork', (entry) => {
      story.emit('trap', entry, 'uvmcopy', { interrupt: 0, cause: 15, value: 8, from_mode: 1, to_mode: 1 });
      if (panics)
        story.emit('panic', entry, 'panic', { text: 'kerneltrap', call_site: story.at('kerneltrap') });
    });
    return story;
  }

  test('is broken by one that ends in a panic, and names the instruction', async () => {
    const { violations } = await judgeRows(name, faulting(true).rows());
    expect(violations).toMatchObject([
      {
        pid: 3,
        function: 'uvmcopy',
        message:
          'the kernel wrote to address 0x8, where nothing is mapped (a null pointer), and panicked: kerneltrap',
      },
    ]);
  });

  test('is broken by those that come without end, and tells where the program had been sent', async () => {
    const story = faulting(false);
    const wild = { interrupt: 0, cause: 12, value: 0x5050, from_mode: 0, to_mode: 1 };
    story.inside(4, 'page_fault', (entry) => {
      story.emit('trap', entry, '', { ...wild, pc: 0x5050 });
      for (const value of [0x3ffffff08a, 0x3ffffff000, 0x3ffffff000])
        story.emit('trap', entry, '', { ...wild, cause: 1, value, from_mode: 1 });
    });
    const hung = await judgeRows(name, story.rows(), { facts: { end_reason: 'hang' } });
    expect(messages(hung)).toEqual([
      'the kernel jumped to address 0x3ffffff08a, where nothing is mapped, and its way into traps faults too, ' +
        'without end; the program had gone on at 0x5050, where it has nothing',
    ]);
    expect(await judgeRows(name, story.rows())).toMatchObject({ status: 'holds' });
  });

  test('suspects who frees frames of a link of the free list that was filled over', async () => {
    const story = new Story();
    story.inside(3, 'fork', (entry) => {
      story.emit('kfree', entry, 'kfree', { frame: 0x80400000 });
      const value = 0x0101010101010101n;
      story.emit('trap', entry, 'kalloc', { interrupt: 0, cause: 13, value, from_mode: 1, to_mode: 1 });
    });
    const facts = { end_reason: 'hang', function_allocate: 'kalloc', function_free: 'kfree' };
    const { violations } = await judgeRows(name, story.rows(), { facts });
    expect(violations[0].suspects.map((one) => one.function)).toEqual(['kfree', 'kalloc']);
    expect(violations[0].message).toContain('is mapped (made of what memory is filled with)');
  });

  test('holds for one that the kernel survives', async () => {
    expect(await judgeRows(name, faulting(false).rows())).toMatchObject({ status: 'holds', judged: 1 });
  });
});
