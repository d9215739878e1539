// Changes of frames' counts, from the stores to arrays of several shapes; and which array counts, by its use.
import { describe, expect, test } from 'vitest';
import { RecordKind } from '../../emulator/index.js';
import type { ReferenceCountFacts } from '../../tracer/probes/discovery/reference-count-facts.js';
import { ProbeId } from '../../tracer/probes/probe-id.js';
import { change, facts, firstFree, frame, freeList, head, kernelBase } from '../support/count-array.js';
import {
  allocateReturns,
  freeEntered,
  pick,
  store,
  translated,
  type RecordInput,
} from '../support/raw-records.js';

/** A boot that frees frames 0 to 9, setting each count to 1 before, and an allocation of the last one. */
function boot(array: ReferenceCountFacts, base: number, spacing = 4096): RecordInput[] {
  const frees = Array.from({ length: 10 }, (_, index): RecordInput[] => [
    change(array, base, frame(index), 0, 1, spacing),
    freeEntered(frame(index)),
    change(array, base, frame(index), 1, 0, spacing),
    store(head, index === 0 ? 0 : frame(index - 1), frame(index), {
      link: index === 0 ? 0 : frame(index - 1),
    }),
  ]).flat();
  return [
    ...frees,
    store(head, frame(9), frame(8), { link: frame(7) }),
    change(array, base, frame(9), 0, 1, spacing),
    allocateReturns(frame(9)),
  ];
}

const changes = async (array: ReferenceCountFacts, records: readonly RecordInput[]) =>
  pick(
    (await translated({ freeList, referenceCounts: [array] }, records)).refcount_change,
    'frame',
    'before',
    'after',
  );

describe('an array that only use can tell', () => {
  test('counts nothing where its elements may be searched for a frame', async () => {
    const entries = [store(0x80010000, 0, 2), store(0x80010004, 0, 2)];
    expect(await changes(facts({}), entries)).toHaveLength(2);
    expect(await changes(facts({ isKeyed: true }), entries)).toEqual([]);
  });

  test('is not told by one element that is changed with one frame again and again', async () => {
    const keyed = facts({ isKeyed: true });
    const again = [
      store(head, frame(1), frame(2)),
      change(keyed, firstFree, frame(1), 0, 2),
      allocateReturns(frame(1)),
    ];
    expect(await changes(keyed, Array.from({ length: 40 }, () => again).flat())).toEqual([]);
    expect(await changes(keyed, boot(keyed, kernelBase))).toHaveLength(21);
  });

  test.each([
    ['in order of frames', {}, 2 ** 22],
    ['that may be searched for them', { isKeyed: true }, 2 ** 12],
  ])('has elements for all frames, %s: the first one is for none amid them', async (_, shape, distance) => {
    const array = facts(shape);
    const rowsWith = async (imageEnd: number) =>
      (await translated({ freeList, referenceCounts: [array], imageEnd }, boot(array, firstFree)))
        .refcount_change;
    expect(await rowsWith(firstFree - 16)).toHaveLength(21);
    expect(pick(await rowsWith(firstFree - distance - 4096), 'frame')).not.toContainEqual([frame(0)]);
  });

  test('has no elements behind those for the frames of RAM', async () => {
    const pointer = facts({ isPointer: true, count: 0 });
    const [start, ramEnd] = [0x80020000, frame(12)];
    const placed = {
      kind: RecordKind.probe,
      size: ProbeId.countsPlaced,
      a: 0,
      b: start,
      c: 557_056,
      d: ramEnd,
    };
    const array = facts({ address: start });
    const behind = [change(array, firstFree, frame(11), 0, 1), change(array, firstFree, frame(12), 0, 1)];
    const rows = await changes(pointer, [placed, ...boot(array, firstFree), ...behind]);
    expect(rows.at(-1)).toEqual([frame(11), 0, 1]);
  });
});

describe('elements', () => {
  const shapes: readonly (readonly [string, Partial<ReferenceCountFacts>])[] = [
    ['8 bits', { elementBytes: 1 }],
    ['16 bits', { elementBytes: 2 }],
    ['32 bits', { elementBytes: 4 }],
    ['64 bits', { elementBytes: 8 }],
    ['32 bits in structs of 40 bytes', { elementBytes: 4, stride: 40, address: 0x80010004 }],
    ['16 bits in structs of 4 bytes', { elementBytes: 2, stride: 4, address: 0x80010002 }],
    ['8 bits at an odd address', { elementBytes: 1, address: 0x80010003 }],
  ];
  test.each(shapes)('%s: each change is a row of its frame', async (_, shape) => {
    const array = facts(shape);
    const rows = await changes(array, boot(array, kernelBase));
    expect(rows.slice(0, 2)).toEqual([
      [frame(0), 0, 1],
      [frame(0), 1, 0],
    ]);
    expect(rows).toHaveLength(21);
    expect(rows.at(-1)).toEqual([frame(9), 0, 1]);
  });

  test('signed counts go below zero, unsigned ones wrap', async () => {
    for (const [isSigned, below] of [
      [true, -1],
      [false, 255],
    ] as const) {
      const array = facts({ elementBytes: 1, isSigned });
      const rows = await changes(array, [
        ...boot(array, kernelBase),
        change(array, kernelBase, frame(3), 0, -1),
      ]);
      expect(rows.at(-1)).toEqual([frame(3), 0, below]);
    }
  });

  test('one store can change several elements', async () => {
    const array = facts({ elementBytes: 2 });
    const rows = await changes(array, [
      ...boot(array, kernelBase),
      store(
        array.address + ((frame(0) - kernelBase) / 4096) * 2,
        0x0001_0000_0002_0001n,
        0x0001_0007_0002_0000n,
      ),
    ]);
    expect(rows.slice(-2)).toEqual([
      [frame(0), 1, 0],
      [frame(2), 0, 7],
    ]);
  });
});

describe('the frame of element 0', () => {
  test.each([
    ['address 0', 0],
    ['the start of RAM', kernelBase],
    ['the first frame behind the kernel', firstFree],
    ['the frame before that', firstFree - 4096],
  ])('is learned from use: %s', async (_, base) => {
    const array = facts({ count: 600_000 });
    const rows = await changes(array, boot(array, base));
    expect(rows.map(([of]) => of)).toEqual([
      ...Array.from({ length: 20 }, (__, index) => frame(Math.floor(index / 2))),
      frame(9),
    ]);
  });

  test.each([1024, 16])('is learned where every %d bytes have an element', async (spacing) => {
    const array = facts({ count: 600_000 });
    const rows = await changes(array, boot(array, kernelBase, spacing));
    expect(rows.map(([of]) => of)).toEqual([
      ...Array.from({ length: 20 }, (__, index) => frame(Math.floor(index / 2))),
      frame(9),
    ]);
  });

  test('is the expected one as long as use says nothing', async () => {
    const array = facts({});
    expect(await changes(array, [change(array, kernelBase, frame(4), 1, 2)])).toEqual([[frame(4), 1, 2]]);
  });
});

describe('which array counts', () => {
  const wrong = facts({ name: 'reference_times', address: 0x80200000 });
  const right = facts({ name: 'table', isNamedSo: false });

  test('is told by use, not by name', async () => {
    const noise = boot(right, kernelBase).flatMap((record, index) => [
      record,
      change(wrong, kernelBase, frame((index * 7) % 50), index, index + 1),
    ]);
    const { refcount_change } = await translated({ freeList, referenceCounts: [wrong, right] }, noise);
    expect(pick(refcount_change, 'frame', 'before', 'after').slice(0, 2)).toEqual([
      [frame(0), 0, 1],
      [frame(0), 1, 0],
    ]);
    expect(refcount_change).toHaveLength(21);
  });

  test('is not what is changed and changed back: a lock for each frame', async () => {
    const last = right.address + ((frame(9) - kernelBase) / 4096) * right.stride;
    const noise = boot(right, kernelBase).flatMap((record) => {
      const address = Number(record.a ?? 0);
      if (record.kind !== RecordKind.watchedStore || address < right.address || address > last)
        return [record];
      const counted = kernelBase + ((address - right.address) / right.stride) * 4096;
      // An element of four bytes in a word of eight: the odd one has its bits above.
      const of = (record.c ?? 0) < 2 && (record.b ?? 0) < 2 ? counted : counted + 4096;
      return [change(wrong, kernelBase, of, 0, 1), record, change(wrong, kernelBase, of, 1, 0)];
    });
    const { refcount_change } = await translated({ freeList, referenceCounts: [wrong, right] }, noise);
    expect(refcount_change).toHaveLength(21);
  });

  test('is what a free function takes below zero and sets to zero again', async () => {
    const array = facts({ count: 557_056, firstFrame: 0, isSigned: true });
    const frees = Array.from({ length: 12 }, (_, index) => [
      freeEntered(frame(index)),
      change(array, kernelBase, frame(index), 0, -1),
      change(array, kernelBase, frame(index), -1, 0),
    ]).flat();
    const rows = await changes(array, [...frees, change(array, kernelBase, frame(3), 0, 1)]);
    expect(rows.at(-1)).toEqual([frame(3), 0, 1]);
    expect(rows).toHaveLength(25);
  });

  test('is none when no answer fits', async () => {
    const records = boot(right, kernelBase).flatMap((record, index) =>
      right.address <= Number(record.a ?? 0) && Number(record.a) < right.address + 0x40000
        ? [change(wrong, kernelBase, frame((index * index) % 97), 0, 1)]
        : [record],
    );
    const { refcount_change } = await translated({ freeList, referenceCounts: [wrong] }, records);
    expect(refcount_change).toEqual([]);
  });

  test('is found by what drops a reference where a sole owner has count 0', async () => {
    const frees = Array.from({ length: 9 }, (_, index) => [
      freeEntered(frame(index)),
      change(right, kernelBase, frame(index), 1, 0),
    ]).flat();
    const { refcount_change } = await translated({ freeList, referenceCounts: [right] }, frees);
    expect(pick(refcount_change, 'frame')).toEqual(Array.from({ length: 9 }, (_, index) => [frame(index)]));
  });
});

describe('an array that counts where pages are mapped, not where frames are handed out,', () => {
  /** An entry of the last level is made for a frame, and its count goes up behind it, or before. */
  const maps = (array: ReferenceCountFacts, base: number, isBehind = true): RecordInput[] =>
    Array.from({ length: 9 }, (_, index): RecordInput[] => {
      const of = frame(20 - index);
      const entry = { kind: RecordKind.tableStore, a: 0x80200000 + index * 8, c: (of / 4096) * 1024 + 0x1f };
      const counted = change(array, base, of, 0, 1);
      return isBehind ? [entry, counted] : [counted, entry];
    }).flat();
  const array = facts({ firstFrame: 0, count: 557056 });

  test.each([0, kernelBase])('tells by the frames of the entries where it begins: %i', async (base) => {
    const rows = await changes(array, maps(array, base));
    expect([rows.length, rows[0]]).toEqual([9, [frame(20), 0, 1]]);
  });

  test('is left where it was taken to begin if the frames would say something unusual', async () => {
    const rows = await changes(array, maps(array, 0, false));
    expect([rows.length, rows[0]]).toEqual([9, [frame(20), 0, 1]]);
  });
});
