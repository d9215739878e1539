// Leaves of 2 MiB: rows of page tables above the last level.
import { expect, test } from 'vitest';
import { judgeRows } from '../support/check-rows.js';
import { pte, pteOf } from '../support/story.js';
import { ToyKernel } from '../support/toy-kernel.js';

const name = 'no_writable_shared_superpage';
const [large, writable] = [0x82000000, pte.v | pte.u | pte.r | pte.w];

/** A process has a superpage, and its fork gives the child the same, with these permissions for both. */
function forked(parent: number, child: number, isSame = true): ToyKernel {
  const kernel = new ToyKernel();
  const shell = kernel.fork(kernel.boot('init'));
  const { story } = kernel;
  const place = (of: typeof shell) => ({ root: of.root, level: 1, va: 0x200000, entry: of.tables[1]! + 8 });
  const mine = place(shell);
  story.inside(shell.pid, 'sbrk', (entry) =>
    story.emit('pte_write', entry, 'map', { ...mine, before: 0n, after: pteOf(large, writable) }),
  );
  const other = kernel.fork(shell);
  story.inside(shell.pid, 'fork', (entry) => {
    const after = pteOf(isSame ? large : large + 0x200000, child);
    story.emit('pte_write', entry, 'uvmcopy', { ...place(other), before: 0n, after });
    story.emit('pte_write', entry, 'uvmcopy', {
      ...mine,
      before: pteOf(large, writable),
      after: pteOf(large, parent),
    });
  });
  return kernel;
}

test('a shared superpage that can be written breaks the rule, whoever may write', async () => {
  const readable = writable & ~pte.w;
  for (const kernel of [forked(writable, readable), forked(readable, writable)]) {
    const { violations } = await judgeRows(name, kernel.story.rows());
    expect(violations).toMatchObject([{ frame: BigInt(large), function: 'uvmcopy' }]);
  }
});

test('one that neither may write keeps it, as does a copy', async () => {
  const readable = writable & ~pte.w;
  expect(await judgeRows(name, forked(readable, readable).story.rows())).toMatchObject({
    status: 'holds',
    judged: 3,
  });
  expect(await judgeRows(name, forked(writable, writable, false).story.rows())).toMatchObject({
    status: 'holds',
  });
});

test('without superpages there is nothing to judge', async () => {
  const kernel = new ToyKernel();
  kernel.fork(kernel.boot('init'));
  expect(await judgeRows(name, kernel.story.rows())).toMatchObject({ status: 'vacuous' });
});
