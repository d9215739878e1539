// The invariant about the kernel's stores to frames on the free list: rows that keep it, and rows that break it.
import { describe, expect, test } from 'vitest';
import { judgeRows } from '../support/check-rows.js';
import { ToyKernel } from '../support/toy-kernel.js';

describe('no_free_frame_is_written', () => {
  const name = 'no_free_frame_is_written';

  /** A read whose page is replaced: the old frame goes to the list, and the storing function stores into it then. */
  function read(storing: string, caller: string): ToyKernel {
    const kernel = new ToyKernel();
    const shell = kernel.fork(kernel.boot('init'));
    kernel.exec(shell, 'sh');
    const { story } = kernel;
    const { frame } = shell.pages.get(0x1000)!;
    story.inside(shell.pid, 'read', (entry) => {
      story.emit('kfree', entry, 'kfree', { frame, call_site: story.at('vmfault') });
      story.emit('frame_free', entry, 'kfree', { frame, call_site: story.at('vmfault') });
      story.emit('free_frame_write', entry, storing, {
        frame,
        address: frame + 8,
        call_site: story.at(caller),
      });
    });
    return kernel;
  }

  test('is broken by a store to an address that was found before the frame was given up', async () => {
    const { violations } = await judgeRows(name, read('memmove', 'copyout').story.rows());
    expect(violations).toMatchObject([
      {
        function: 'memmove',
        suspects: [{ function: 'copyout' }, { function: 'vmfault' }, { function: 'memmove' }],
        message: expect.stringMatching(/which the same kernel entry had put on the free list/),
      },
    ]);
  });

  test('suspects first who stores, where the same entry had freed the frame, as by an index', async () => {
    const { violations } = await judgeRows(name, read('count_up', 'freerange').story.rows());
    expect(violations[0].suspects.map((one) => one.function)).toEqual(['count_up', 'freerange', 'vmfault']);
  });

  test('suspects no caller without a name, as of code that no symbol is for', async () => {
    const { violations } = await judgeRows(name, read('memmove', '').story.rows());
    expect(violations[0].suspects.map((one) => one.function)).toEqual(['vmfault', 'memmove']);
  });

  test('holds for what the free function itself stores', async () => {
    expect(await judgeRows(name, read('memset', 'kfree').story.rows())).toMatchObject({ status: 'holds' });
    expect(await judgeRows(name, read('kfree', 'vmfault').story.rows())).toMatchObject({ status: 'holds' });
  });

  /** The allocator hands a frame out, and stores into one that stays free. */
  function astray(offset: number): ToyKernel {
    const kernel = new ToyKernel();
    const shell = kernel.fork(kernel.boot('init'));
    const free = 0x80100000;
    kernel.story.inside(shell.pid, 'sbrk', (entry) => {
      const at = { frame: free, address: free + offset, call_site: kernel.story.at('kalloc') };
      kernel.story.emit('free_frame_write', entry, 'setref', at);
      kernel.story.emit('kalloc', entry, 'kalloc', { frame: 0x80108000 });
    });
    return kernel;
  }

  test('is broken by an allocator that counts beyond its array, not by what it keeps in free frames', async () => {
    expect((await judgeRows(name, astray(0xa50).story.rows())).violations).toMatchObject([
      {
        function: 'setref',
        message: expect.stringMatching(/ the free frame .* handed out or took back another/),
      },
    ]);
    expect(await judgeRows(name, astray(8).story.rows())).toMatchObject({ status: 'holds' });
  });
});
