// What rows say of locks, of translations that may be stale, and of the size of a process.
import { describe, expect, test } from 'vitest';
import { recordBytes, RecordKind } from '../../emulator/index.js';
import { attachProbes, findProfile } from '../../tracer/probes/index.js';
import { operand, RawRecord } from '../../tracer/probes/raw-record.js';
import { eventNames } from '../../tracer/schema/index.js';
import { DebugInfo, parseElf } from '../../tracer/symbols/index.js';
import { CowRun } from '../support/cow-run.js';
import { builtinInput } from '../support/kernel-run.js';
import { pick, translated, type RecordInput } from '../support/raw-records.js';

/** For each function that stores to the counts or the free list of a kernel: the locks it held, by their names. */
function heldBy(variant: string): Map<string, Set<string>> {
  const { kernel, kernelPath } = builtinInput(variant);
  const debug = DebugInfo.parse(parseElf(kernel, kernelPath));
  const profile = findProfile(debug);
  const run = new CowRun('frames', { harts: 1 }, variant);
  attachProbes(run.machine, profile, new Set(eventNames), () => {});
  const names = profile.locks!.locks.map(({ name }) => name);
  const held = new Map<string, Set<string>>();
  const record = new RawRecord();
  run.machine.ring.setConsumer((view, from, to) => {
    const words = new Int32Array(view.buffer, view.byteOffset + from, (to - from) / 4);
    for (let at = 0; at < words.length; at += recordBytes / 4) {
      record.move(words, at);
      if (record.kind !== RecordKind.watchedStore) continue;
      const locks = names.filter((_, number) => (record.high(operand.d) >>> number) & 1);
      const storer = debug.locationOf(BigInt(record.pc))!.function;
      held.set(storer, (held.get(storer) ?? new Set()).add(locks.join(' ')));
    }
  });
  run.finish();
  return held;
}

describe('locks held', () => {
  test('are those of the stores that follow them, and of no other', () => {
    const held = heldBy('cow');
    for (const name of ['frame_taken', 'frame_share', 'frame_drop', 'frame_unshare'])
      expect([name, ...held.get(name)!]).toEqual([name, 'refcount_lock']);
    for (const name of ['kalloc', 'kfree']) expect([name, ...held.get(name)!]).toEqual([name, 'kmem.lock']);
    expect([...held.get('frame_adopt')!]).toEqual(['']);
  });

  test('are none where a kernel takes none', () => {
    expect([...heldBy('r08_private_count_without_lock').get('frame_taken')!]).toEqual(['']);
  });
});

const root = 0x80200000;
const leaf = 0x80202000;
const valid = 0xd7n | (0x80300n << 10n);
const tables: readonly RecordInput[] = [
  { kind: RecordKind.tableLinked, size: 2, a: root },
  { kind: RecordKind.tableLinked, size: 1, a: root + 4096, b: root },
  { kind: RecordKind.tableLinked, size: 0, a: leaf, b: root + 4096 },
];
const returns = (cycle: number, fencedAt: number, of = root): RecordInput => {
  return { kind: RecordKind.trapReturn, size: 1, context: 7, cycle, c: of, d: fencedAt };
};
const stores = (cycle: number, before: bigint, after: bigint): RecordInput => {
  return { kind: RecordKind.tableStore, cycle, a: leaf + 8, b: before, c: after };
};

describe('a return', () => {
  test.each([
    ['its permission', valid & ~4n],
    ['its validity', 0n],
    ['its frame', valid + (1n << 10n)],
    ['the use by programs', valid & ~16n],
  ])('is stale when an entry lost %s while the hart could have it', async (_, after) => {
    const records = [
      ...tables,
      returns(95, 90),
      stores(100, valid, after),
      returns(120, 90),
      returns(130, 110),
    ];
    const { trap_return: rows } = await translated({}, [...records, returns(140, 90, root + 2 ** 20)]);
    expect(pick(rows, 'cycle', 'stale')).toEqual([[95, 0], [120, 1], [130, 0], [140, 0]]); // prettier-ignore
  });

  test('is not stale when the hart had not used the table since its last fence', async () => {
    const taken = stores(100, valid, 0n);
    const fresh = [...tables, taken, returns(120, 90), returns(130, 90)];
    expect(pick((await translated({}, fresh)).trap_return, 'stale')).toEqual([[0], [0]]);
    // Fenced at 97, between its stay in user mode and the store.
    const fenced = [...tables, returns(95, 90), taken, returns(120, 97)];
    expect(pick((await translated({}, fenced)).trap_return, 'stale')).toEqual([[0], [0]]);
    // Another hart has used it.
    const elsewhere = [...tables, { ...returns(95, 90), hart: 1 }, taken, returns(120, 90)];
    expect(pick((await translated({}, elsewhere)).trap_return, 'stale')).toEqual([[0], [0]]);
  });

  test('is not stale when an entry only allows more, or its table is used anew', async () => {
    const wider = [stores(100, 0n, valid & ~4n), stores(101, valid & ~4n, valid)];
    const retired: RecordInput = { kind: RecordKind.tableRetired, cycle: 125, a: root };
    const records = [
      ...tables,
      returns(95, 90),
      ...wider,
      returns(120, 90),
      stores(121, valid, 0n),
      retired,
      returns(130, 90),
    ];
    expect(pick((await translated({}, records)).trap_return, 'stale')).toEqual([[0], [0], [0]]);
  });
});
