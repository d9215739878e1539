// A fault that comes again and again with nothing done: how many rows tell it, and what ends that.
import { expect, test } from 'vitest';
import { RecordKind } from '../../emulator/index.js';
import { toldInFull } from '../../tracer/probes/followers/fault-repeats.js';
import { pick, store, translated, type RecordInput } from '../support/raw-records.js';

const fromUser = 1 << 4;
const pc = 0x1000;
const va = 0x4008;

const fault = (by: Partial<RecordInput> = {}): RecordInput[] => [
  { kind: RecordKind.trap, context: 3, a: 15, b: va, c: 0x80100000, size: fromUser, pc, ...by },
  { kind: RecordKind.trapReturn, context: 3, a: pc, pc: 0x80000100, ...by, size: 1, b: 0 },
];
const many = (times: number): RecordInput[] => Array.from({ length: times }, () => fault()).flat();
const change: RecordInput = { kind: RecordKind.marker, context: 3, a: 1 };

test('what comes a hundred times is told in full', async () => {
  const { trap, page_fault, fault_repeat } = await translated({}, many(toldInFull));
  expect([trap.length, page_fault.length, fault_repeat.length]).toEqual([toldInFull, toldInFull, 0]);
});

test('further repetitions are one row, with how many there were', async () => {
  const rows = await translated({}, [...many(toldInFull + 250), change]);
  const { trap, page_fault, trap_return, kernel_span } = rows;
  for (const told of [trap, page_fault, trap_return, kernel_span]) expect(told).toHaveLength(toldInFull);
  expect(pick(rows.fault_repeat, 'pid', 'pc', 'access', 'va', 'times', 'cycle')).toEqual([
    [3, pc, 'store', va, 250, (toldInFull + 250) * 20],
  ]);
});

test('whatever else the hart does begins the count anew, and a trap that ends otherwise is told', async () => {
  const again = [...many(toldInFull - 1), change, ...many(toldInFull)];
  expect((await translated({}, again)).fault_repeat).toEqual([]);

  const [trap] = fault();
  const cutOff = await translated({}, [...many(toldInFull + 5), trap]);
  expect([cutOff.trap.length, pick(cutOff.fault_repeat, 'times')]).toEqual([toldInFull + 1, [[5]]]);

  const handled = await translated({}, [...many(toldInFull + 5), trap, change]);
  expect(handled.trap).toHaveLength(toldInFull + 1);
  expect(pick(handled.fault_repeat, 'times')).toEqual([[5]]);
});

test('a fault elsewhere, of another process or to another page is not the same', async () => {
  for (const by of [{ b: va + 8 }, { context: 4 }, { a: 13 }]) {
    const [trap] = fault(by);
    const back = { ...fault()[1], context: by.context ?? 3 };
    const { trap: told, fault_repeat } = await translated({}, [...many(toldInFull + 1), trap, back]);
    expect(told).toHaveLength(toldInFull + 1);
    expect(fault_repeat).toHaveLength(1);
  }
});

test('another hart in between is told in its order and changes nothing', async () => {
  const [trap, back] = fault();
  const other = store(0x80001000, 0, 1, { hart: 1 });
  const marker: RecordInput = { kind: RecordKind.marker, hart: 1, a: 7 };
  const records = [...many(toldInFull + 1), trap, other, marker, back, ...many(2)];
  const { trap: told, fault_repeat, marker: markers } = await translated({}, records);
  expect(pick(fault_repeat, 'times')).toEqual([[3]]);
  expect(told).toHaveLength(toldInFull + 1);
  expect(Number(told[toldInFull].seq)).toBeLessThan(Number(markers[0].seq));
});
