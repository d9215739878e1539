// Who lives, from the stores to a process table; and whom each hart runs.
import { describe, expect, test } from 'vitest';
import { RecordKind } from '../../emulator/index.js';
import type { ProcessFacts } from '../../tracer/probes/discovery/process-facts.js';
import { pick, store, translated, type By, type RecordInput } from '../support/raw-records.js';

const states = { unused: 0, used: 1, sleeping: 2, runnable: 3, running: 4, zombie: 5 };
const offsets = { state: 0x18, pid: 0x30, parent: 0x38, pagetable: 0x50, name: 0x60 };
const processes: ProcessFacts = {
  table: 0x80010000,
  stride: 0x70,
  count: 4,
  offsets,
  nameBytes: 16,
  states,
  current: 0x8000f000,
  currentStride: 0x80,
  harts: 2,
  findings: [],
};
const slot = (index: number): number => processes.table + index * processes.stride;

/** A table that remembers its words, so that a store of a member is the store of its word. */
class Table {
  readonly records: RecordInput[] = [];
  private readonly words = new Map<number, bigint>();

  set(index: number, member: keyof typeof offsets, value: number | bigint, by: By = {}): this {
    const bytes = member === 'pid' || member === 'state' ? 4 : 8;
    return this.write(slot(index) + offsets[member], BigInt(value), bytes, by);
  }

  name(index: number, text: string): this {
    Buffer.from(text.padEnd(16, '\0')).forEach((byte, at) =>
      this.write(slot(index) + offsets.name + at, BigInt(byte), 1, {}),
    );
    return this;
  }

  run(hart: number, index: number | undefined): this {
    const to = index === undefined ? 0n : BigInt(slot(index));
    return this.write(processes.current + hart * processes.currentStride, to, 8, { hart });
  }

  add(record: RecordInput): this {
    this.records.push(record);
    return this;
  }

  private write(address: number, value: bigint, bytes: number, by: By): this {
    const at = address - (address % 8);
    const shift = BigInt((address - at) * 8);
    const mask = ((1n << BigInt(bytes * 8)) - 1n) << shift;
    const before = this.words.get(at) ?? 0n;
    const after = (before & ~mask) | (value << shift);
    this.words.set(at, after);
    if (before !== after) this.records.push(store(at, before, after, by));
    return this;
  }
}

/** The first process in slot 0, with pid 1, running on hart 0. */
function booted(): Table {
  const table = new Table().set(0, 'pid', 1).set(0, 'state', states.used).set(0, 'pagetable', 0x80100000);
  return table.name(0, 'init').set(0, 'state', states.runnable).run(0, 0).set(0, 'state', states.running);
}

const parent = { context: 1 };

function forked(table: Table, pid = 2, index = 1): Table {
  return table
    .set(index, 'pid', pid, parent)
    .set(index, 'state', states.used, parent)
    .set(index, 'pagetable', 0x80200000, parent)
    .name(index, 'init')
    .set(index, 'parent', slot(0), parent)
    .set(index, 'state', states.runnable, parent);
}

const rowsOf = async (table: Table) => (await translated({ processes }, table.records)).process;

describe('process rows', () => {
  test('fork, exec, exit and reap, each with whom it is about', async () => {
    const table = forked(booted())
      .set(1, 'state', states.running)
      .set(1, 'pagetable', 0x80300000, { context: 2 })
      .name(1, 'echo')
      .set(1, 'state', states.zombie, { context: 2 })
      .set(1, 'pagetable', 0, parent)
      .set(1, 'pid', 0, parent)
      .name(1, '')
      .set(1, 'state', states.unused, parent);
    const rows = await rowsOf(table);
    expect(pick(rows, 'action', 'subject', 'parent', 'root', 'name')).toEqual([
      ['fork', 1, 0, 0x80100000, 'init'],
      ['fork', 2, 1, 0x80200000, 'init'],
      ['exec', 2, 1, 0x80300000, 'init'],
      ['exit', 2, 1, 0x80300000, 'echo'],
      ['reap', 2, 1, 0, ''],
    ]);
  });

  test('a kernel without a state for slots being filled forks all the same', async () => {
    const table = new Table()
      .set(2, 'pid', 9)
      .set(2, 'pagetable', 0x80100000)
      .set(2, 'state', states.runnable);
    expect(pick(await rowsOf(table), 'action', 'subject')).toEqual([['fork', 9]]);
  });

  test('waking up and being preempted are no forks', async () => {
    const table = booted()
      .set(0, 'state', states.sleeping)
      .set(0, 'state', states.runnable)
      .set(0, 'state', states.running)
      .set(0, 'state', states.runnable);
    expect(await rowsOf(table)).toHaveLength(1);
  });

  test('a slot that was given up before its fork was done leaves no row', async () => {
    const table = booted()
      .set(1, 'pid', 2, parent)
      .set(1, 'state', states.used, parent)
      .set(1, 'pid', 0, parent)
      .set(1, 'state', states.unused, parent);
    expect(pick(await rowsOf(table), 'subject')).toEqual([[1]]);
  });

  test('a slot is used again for another process', async () => {
    const table = forked(booted())
      .set(1, 'state', states.running)
      .set(1, 'state', states.zombie)
      .set(1, 'pid', 0)
      .set(1, 'state', states.unused);
    const rows = await rowsOf(forked(table, 3));
    expect(pick(rows, 'action', 'subject')).toEqual([
      ['fork', 1],
      ['fork', 2],
      ['exit', 2],
      ['reap', 2],
      ['fork', 3],
    ]);
  });

  test('the status is the argument of exit, and -1 for a process that was killed', async () => {
    const call = (number: number, argument: number): RecordInput[] => [
      { kind: RecordKind.trap, context: 2, a: 8, size: 1 << 4 },
      { kind: RecordKind.call, context: 2, a: number, b: argument },
    ];
    for (const [number, status] of [
      [2, 7],
      [5, -1],
    ]) {
      const table = forked(booted()).set(1, 'state', states.running);
      for (const record of call(number, 7)) table.add(record);
      table.set(1, 'state', states.zombie, { context: 2 });
      expect((await rowsOf(table)).at(-1)).toMatchObject({ action: 'exit', status });
    }
  });
});

test('context switches name both processes on each hart', async () => {
  const table = forked(booted()).run(1, 1).run(0, undefined).run(0, 1);
  const { context_switch } = await translated({ processes }, table.records);
  expect(pick(context_switch, 'hart', 'from_pid', 'to_pid')).toEqual([
    [0, 0, 1],
    [1, 0, 2],
    [0, 1, 0],
    [0, 0, 2],
  ]);
});
