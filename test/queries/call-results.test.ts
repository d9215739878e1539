// Invariants about system calls that put results into pages: rows that keep the rule, and rows that break it.
import { describe, expect, test } from 'vitest';
import { judgeRows, messages } from '../support/check-rows.js';
import type { EventRowInput } from '../support/event-rows.js';
import { ToyKernel } from '../support/toy-kernel.js';
import { leave, toy } from '../support/toy-shell.js';

describe('the_kernel_writes_where_the_program_may', () => {
  const name = 'the_kernel_writes_where_the_program_may';
  const read = (argument1: number): EventRowInput => ({ number: 5, argument1, result: 4 });

  test('holds for a page that is writable', async () => {
    const { kernel, shell } = toy();
    leave(kernel, shell, 'read', read(0x1008));
    expect(await judgeRows(name, kernel.story.rows())).toMatchObject({ status: 'holds', judged: 1 });
  });

  test('is broken by a result in a shared frame', async () => {
    const { kernel, shell } = toy();
    kernel.fork(shell);
    leave(kernel, shell, 'read', read(0x1008));
    const result = await judgeRows(name, kernel.story.rows());
    expect(messages(result)).toEqual([
      expect.stringMatching(/^read wrote to the page at 0x1000, .* 2 mappings/),
    ]);
    expect(result.violations[0]).toMatchObject({ pid: shell.pid, process: 'sh' });
  });

  test('is broken by a result in read-only text, also when only its end is there', async () => {
    const { kernel, shell } = toy();
    leave(kernel, shell, 'wait', { number: 3, argument0: 0x10, result: 9 });
    const result = await judgeRows(name, kernel.story.rows());
    expect(messages(result)).toEqual(['wait wrote to the page at 0x0, which the program may only read']);
  });

  test('is broken by a result in a guard page, and not by one where no entry is seen', async () => {
    const { kernel, shell } = toy();
    leave(kernel, shell, 'read', read(0x2008));
    leave(kernel, shell, 'read', read(0x8008));
    const result = await judgeRows(name, kernel.story.rows());
    expect(messages(result)).toEqual([
      'read wrote to the page at 0x2000, which is mapped for the kernel only',
    ]);
  });

  test('leaves calls alone that wrote nothing', async () => {
    const { kernel, shell } = toy();
    kernel.fork(shell);
    leave(kernel, shell, 'read', { number: 5, argument1: 0x1008, result: -1 });
    leave(kernel, shell, 'wait', { number: 3, argument0: 0, result: 9 });
    expect(await judgeRows(name, kernel.story.rows())).toMatchObject({ status: 'vacuous' });
  });
});

describe('results_reach_shared_pages', () => {
  const name = 'results_reach_shared_pages';

  /** Reads into the child's shared data, with these results. */
  function reading(...results: number[]): ToyKernel {
    const { kernel, shell } = toy();
    const program = kernel.fork(shell);
    kernel.exec(program, 'reader');
    const child = kernel.fork(program);
    for (const result of results)
      kernel.story.inside(child.pid, 'read', (entry) => {
        const call = { name: 'read', number: 5, argument0: 3, argument1: 0x1008 };
        kernel.story.emit('syscall', entry, '', { phase: 'enter', ...call });
        kernel.story.emit('syscall', entry, '', { phase: 'leave', ...call, result });
      });
    kernel.exit(program, 1);
    return kernel;
  }

  test('is broken when every such call is refused', async () => {
    const result = await judgeRows(name, reading(-1, -1).story.rows());
    expect(messages(result)).toHaveLength(2);
    expect(messages(result)[0]).toMatch(/^read failed with the address 0x1008 .* all 2 such/);
    expect(result.violations[0].suspects).toEqual([]);
  });

  test('suspects copyout, of which nothing is seen', async () => {
    const { location, ...others } = reading(-1, -1).story.rows();
    const copyout = { address: 0x80009000, function: 'copyout', file: 'vm.c', line: 7 };
    const { violations } = await judgeRows(name, { ...others, location: [...location!, copyout] });
    expect(violations[0].suspects).toEqual([{ function: 'copyout', file: 'vm.c', line: 7 }]);
  });

  test('is broken by one refusal when the program has failed', async () => {
    const result = await judgeRows(name, reading(-1).story.rows(), { facts: { program: 'reader' } });
    expect(messages(result)).toHaveLength(1);
  });

  test('holds when one was served, or there was but one', async () => {
    for (const results of [[-1, 4, -1], [-1]])
      expect(await judgeRows(name, reading(...results).story.rows())).toMatchObject({
        status: 'holds',
        judged: results.length,
      });
  });
});
