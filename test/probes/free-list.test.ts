// Which frames are free, from the stores to the heads of one list or several.
import { describe, expect, test } from 'vitest';
import { framesOnLists } from '../../tracer/probes/followers/first-lists.js';
import {
  allocateEntered,
  allocateReturns,
  foundFree,
  pick,
  store,
  translated,
  type RecordInput,
  given,
} from '../support/raw-records.js';

const first = 0x80100000;
const frame = (index: number): number => first + index * 4096;
const heads = [0x80001000, 0x80001020];
const lists = (count: number) => ({ freeList: { heads: heads.slice(0, count), finding: given } });

/** Frames pushed in order on a list that was empty. */
function pushed(head: number, ...indices: number[]): RecordInput[] {
  return indices.map((index, position) => {
    const before = position === 0 ? 0 : frame(indices[position - 1]);
    return store(head, before, frame(index), { link: before });
  });
}

describe('one list', () => {
  test('a head that links to the old one is a free, any other an allocation', async () => {
    const { frame_free, frame_alloc } = await translated(lists(1), [
      ...pushed(heads[0], 0, 1),
      store(heads[0], frame(1), frame(0), { context: 7, link: 0 }),
      store(heads[0], frame(0), 0),
    ]);
    expect(pick(frame_free, 'frame', 'free_frames', 'already_free')).toEqual([
      [frame(0), 1, 0],
      [frame(1), 2, 0],
    ]);
    expect(pick(frame_alloc, 'frame', 'free_frames', 'pid')).toEqual([
      [frame(1), 1, 7],
      [frame(0), 0, 0],
    ]);
  });

  test('a frame freed twice is marked', async () => {
    const { frame_free } = await translated(lists(1), [
      ...pushed(heads[0], 0, 1),
      store(heads[0], frame(1), frame(0), { link: frame(1) }),
    ]);
    expect(pick(frame_free, 'frame', 'already_free')).toEqual([
      [frame(0), 0],
      [frame(1), 0],
      [frame(0), 1],
    ]);
  });

  test('a frame put on the list whose head it is links to itself, is marked, and comes off once', async () => {
    const { frame_free, frame_alloc } = await translated(lists(1), [
      ...pushed(heads[0], 0, 1),
      store(heads[0], frame(1), frame(1), { link: frame(1) }),
      store(heads[0], frame(1), frame(1), { link: frame(1) }),
      store(heads[0], frame(1), frame(1), { link: frame(1) }),
    ]);
    expect(pick(frame_free, 'frame', 'already_free')).toEqual([
      [frame(0), 0],
      [frame(1), 0],
      [frame(1), 1],
      [frame(1), 0],
    ]);
    expect(pick(frame_alloc, 'frame')).toEqual([[frame(1)]]);
  });

  test('words that are no head are no frames', async () => {
    const { frame_free } = await translated(lists(1), pushed(heads[1], 0, 1));
    expect(frame_free).toEqual([]);
  });
});

describe('frames linked to each other without the head', () => {
  test('are free once they are found in memory, each once', async () => {
    const { frame_free, frame_alloc } = await translated(lists(1), [
      store(heads[0], 0, frame(0)),
      ...[2, 1, 0].map((index) => foundFree(frame(index))),
      store(heads[0], frame(0), frame(1), { link: frame(2) }),
    ]);
    expect(pick(frame_free, 'frame', 'free_frames')).toEqual([
      [frame(0), 1],
      [frame(2), 2],
      [frame(1), 3],
    ]);
    expect(pick(frame_alloc, 'frame', 'free_frames')).toEqual([[frame(0), 2]]);
  });

  test.each([
    ['one after the other, to the null link', [2, 1, 0], 0],
    ['up to where the list runs into itself', [0, 1, 2], frame(1)],
    ['up to where it leaves memory', [1, 2], 0x90000000],
    ['up to where it is no list of frames', [2, 0], first + 8],
  ])('are found %s', (_, indices, last) => {
    const bytes = new Uint8Array(4 * 4096);
    const words = new DataView(bytes.buffer);
    const set = (address: number, value: number) => words.setUint32(address - first, value, true);
    const chain = indices.map(frame);
    set(frame(3), chain[0]);
    chain.forEach((at, position) => set(at, chain[position + 1] ?? last));
    const ramRange = { start: first, end: first + bytes.length };
    const ram = {
      bytes,
      contains: (address: number, length: number) => address >= first && address + length <= ramRange.end,
    };
    expect(framesOnLists({ ram, ramRange }, [frame(3)])).toEqual(chain);
  });
});

describe('a list a hart', () => {
  const thief = { hart: 1, context: 5 };

  test('frames taken together, of which all but the returned one go to the own list, stay free', async () => {
    const { frame_free, frame_alloc } = await translated(lists(2), [
      ...pushed(heads[0], 0, 1, 2, 3),
      allocateEntered(thief),
      // Three at once off list 0; two of them, linked out of sight, onto list 1.
      store(heads[0], frame(3), frame(0), { ...thief, link: 0 }),
      store(heads[1], 0, frame(2), { ...thief, link: frame(1) }),
      allocateReturns(frame(3), thief),
      // They are found there by the next ones.
      allocateEntered(thief),
      store(heads[1], frame(2), frame(1), { ...thief, link: 0 }),
      allocateReturns(frame(2), thief),
      allocateEntered(thief),
      store(heads[1], frame(1), 0, thief),
      allocateReturns(frame(1), thief),
    ]);
    expect(frame_free).toHaveLength(4);
    expect(pick(frame_alloc, 'frame', 'free_frames')).toEqual([
      [frame(3), 3],
      [frame(2), 2],
      [frame(1), 1],
    ]);
  });

  test('frames taken one by one and pushed as a chain are free again when the allocator returns', async () => {
    const { frame_free, frame_alloc } = await translated(lists(2), [
      ...pushed(heads[0], 0, 1, 2),
      allocateEntered(thief),
      store(heads[0], frame(2), frame(1), { ...thief, link: frame(0) }),
      store(heads[0], frame(1), frame(0), { ...thief, link: 0 }),
      store(heads[0], frame(0), 0, thief),
      // 2 -> 1 -> 0 by links out of sight, then 2 is popped and returned.
      store(heads[1], 0, frame(2), { ...thief, link: frame(1) }),
      store(heads[1], frame(2), frame(1), { ...thief, link: frame(0) }),
      allocateReturns(frame(2), thief),
    ]);
    const out = new Map<unknown, number>();
    for (const row of frame_free) out.set(row.frame, (out.get(row.frame) ?? 0) - 1);
    for (const row of frame_alloc) out.set(row.frame, (out.get(row.frame) ?? 0) + 1);
    expect([...out].sort()).toEqual([
      [frame(0), -1],
      [frame(1), -1],
      [frame(2), 0],
    ]);
    expect(frame_free.at(-1)).toMatchObject({ free_frames: 2 });
  });

  test('a whole list that changes hands stays free', async () => {
    const { frame_free, frame_alloc } = await translated(lists(2), [
      ...pushed(heads[0], 0, 1),
      allocateEntered(thief),
      store(heads[1], 0, frame(1), { ...thief, link: frame(0) }),
      store(heads[0], frame(1), 0, thief),
      store(heads[1], frame(1), frame(0), { ...thief, link: 0 }),
      allocateReturns(frame(1), thief),
    ]);
    expect(frame_free).toHaveLength(2);
    expect(pick(frame_alloc, 'frame', 'free_frames')).toEqual([[frame(1), 1]]);
  });

  test('a frame in the hands of a process that was preempted in the allocator is not free', async () => {
    const other = { hart: 1, context: 6 };
    const { frame_free } = await translated(lists(2), [
      ...pushed(heads[0], 0, 1),
      allocateEntered(thief),
      store(heads[0], frame(1), frame(0), { ...thief, link: 0 }),
      allocateEntered(other),
      store(heads[0], frame(0), 0, other),
      allocateReturns(frame(0), other),
      allocateReturns(frame(1), thief),
    ]);
    expect(frame_free).toHaveLength(2);
  });
});
