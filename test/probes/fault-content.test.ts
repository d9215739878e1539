// What became of a page on which a user's store had faulted: what the machine's records tell of it.
import { describe, expect, test } from 'vitest';
import { PageOutcome, RecordKind, RecordSource, recordBytes, recordField } from '../../emulator/index.js';
import { BareMachine } from '../support/bare-machine.js';
import { full, PageTables } from '../support/page-tables.js';

const root = 0x80010000;
const flag = { user: 16, writable: 4 } as const;
const readOnly = (full | flag.user) & ~flag.writable;
const [old, copy] = [0x80004000, 0x80006000];

/** The handler stores a2 into the last word before a3, installs it, and goes back a6 bytes further. */
const guest = `
  start: csrw sepc, a0
  sret
  .org 0x40
  handler: sd a2, -8(a3)
  sd a4, 0(a5)
  csrr t0, sepc
  add t0, t0, a6
  csrw sepc, t0
  sfence.vma
  sret
  .org 0x1000
  program: sd a0, 0(a1)
  stop: j stop
  .org 0x2000`;

/** What the machine finds at returns to user mode, into the program and from its fault. */
function outcomesOf({ machine }: BareMachine): number[] {
  const outcomes: number[] = [];
  machine.ring.setConsumer((view, from, to) => {
    for (let at = from; at < to; at += recordBytes)
      if (view.getUint8(at + recordField.kind) === RecordKind.trapReturn)
        outcomes.push(view.getUint8(at + recordField.size) >>> 6);
  });
  machine.watch.setSources(RecordSource.traps);
  return outcomes;
}

/** A program's store faults, and goes on at a copy whose last word is `stored`. */
function outcomeOf({ stored = 0n, skips = 0n, mapped = true, others = 0, isUser = true } = {}): number {
  const bare = new BareMachine(guest, { harts: 1 + others });
  const [hart, ...rest] = bare.machine.harts;
  const tables = new PageTables(bare.machine, root);
  tables.map(0x80000000n, 0x80000000, full, 2);
  tables.map(0x1000n, 0x80001000, full | flag.user);
  tables.map(0x5000n, old, mapped ? (isUser ? readOnly : readOnly & ~flag.user) : 0);
  const values = { mode: 1n, satp: tables.satp, stvec: BigInt(bare.label('handler')), medeleg: 0xb000n };
  for (const [name, value] of Object.entries(values)) hart.write(name as 'satp', value);
  hart.write('pc', BigInt(bare.label('start')));
  for (const other of rest) other.write('satp', tables.satp);
  const after = (BigInt(copy) >> 2n) | BigInt(full | flag.user);
  const entry = BigInt(tables.entryAddress(0x5000n));
  const registers = [0x1000n, 0x5010n, stored, BigInt(copy) + 4096n, after, entry, skips];
  registers.forEach((value, index) => hart.setRegister(10 + index, value));
  const outcomes = outcomesOf(bare);
  bare.step(12);
  expect(outcomes).toEqual([PageOutcome.unknown, expect.any(Number)]);
  return outcomes[1];
}

describe('the machine compares the page of a store that faulted', () => {
  test('equal: kept', () => expect(outcomeOf()).toBe(PageOutcome.kept));
  test('another last word: changed', () => expect(outcomeOf({ stored: 7n })).toBe(PageOutcome.changed));
  test('another last word, and another hart runs the program: unknown', () =>
    expect(outcomeOf({ stored: 7n, others: 1 })).toBe(PageOutcome.unknown));
  test('a page of the kernel: unknown', () =>
    expect(outcomeOf({ stored: 7n, isUser: false })).toBe(PageOutcome.unknown));
  test('no page before: unknown', () => expect(outcomeOf({ mapped: false })).toBe(PageOutcome.unknown));
  test('the program goes on elsewhere: unknown', () =>
    expect(outcomeOf({ stored: 7n, skips: 4n })).toBe(PageOutcome.unknown));
});
