// Whose count a store changes after the free function has returned early.
import { describe, expect, test } from 'vitest';
import { RecordKind } from '../../emulator/index.js';
import { change, facts, frame, freeList, kernelBase } from '../support/count-array.js';
import { freeEntered, pick, translated, type RecordInput } from '../support/raw-records.js';
import { functionNamed, readFixture } from '../symbols/fixtures.js';

describe('a free function that returns early, as the frame has other owners,', () => {
  const { info } = readFixture('dwarf-5');
  const [caller, helper] = ['entry', 'finish'].map((name) => Number(functionNamed(info, name).address));
  const array = facts({ count: 557_056, firstFrame: 0 });

  /** Pages are unmapped from the highest frame down: each is counted, by pc called from site, and freed. */
  async function counted(isBefore: boolean, pc: number, site: number): Promise<unknown[]> {
    const records = Array.from({ length: 12 }, (_, index): RecordInput[] => {
      const of = frame(20 - index);
      const counts = { ...change(array, kernelBase, of, 2, 1), pc, d: site };
      const frees = { ...freeEntered(of), b: caller + 6 };
      return isBefore ? [counts, frees] : [frees, counts];
    }).flat();
    const rows = await translated({ freeList, referenceCounts: [array] }, records, info);
    return pick(rows.refcount_change, 'frame').map(([of]) => (Number(of) - frame(20)) / 4096);
  }

  const inOrder = Array.from({ length: 12 }, (_, index) => 0 - index);
  const unlearned = inOrder.map((each) => each - kernelBase / 4096);

  test('is not at work when its caller counts, or what that calls: the count is of another frame', async () => {
    expect(await counted(true, caller + 2, 0)).toEqual(unlearned);
    expect(await counted(true, helper, caller + 12)).toEqual(unlearned);
  });

  test('is at work while it or what returns for it counts', async () => {
    expect(await counted(false, helper, caller + 6)).toEqual(inOrder);
    expect(await counted(false, helper, helper + 2)).toEqual(inOrder);
  });

  test('is not at work when an entry is made: the count behind that is of the frame mapped', async () => {
    const records = inOrder.flatMap((_, index): RecordInput[] => {
      const of = frame(20 - index);
      const entry = { kind: RecordKind.tableStore, a: 0x80200000 + index * 8, c: (of / 4096) * 1024 + 0x1f };
      const counts = { ...change(array, kernelBase, of, 1, 2), pc: helper, d: helper + 2 };
      return [{ ...freeEntered(frame(40 + index)), b: caller + 6 }, entry, counts];
    });
    const rows = await translated({ freeList, referenceCounts: [array] }, records, info);
    expect(pick(rows.refcount_change, 'frame')).toEqual(inOrder.map((each) => [frame(20 + each)]));
  });
});
