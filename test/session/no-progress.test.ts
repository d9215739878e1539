// What ends a run whose guest gets nowhere: that it ends, at which cycle, and what is said of it.
import { expect, test } from 'vitest';
import { RecordKind, type Machine } from '../../emulator/index.js';
import { recordBytes, recordField } from '../../emulator/ring/records.js';
import { NoProgress } from '../../tracer/session/no-progress.js';
import type { DebugInfo } from '../../tracer/symbols/index.js';
import { encode } from '../support/raw-records.js';

const step = 50_000;
const [fromUser, toUser] = [1 << 4, 1];

/** A hart that always does something, so that there is no lockup. */
function machineAt(cycle: () => number): Machine {
  const hart = { read: (name: string) => (name === 'pc' ? BigInt(cycle()) : 0n), register: () => 0n };
  const ramRange = { start: 0x80000000, end: 0x81000000 };
  return { cycle, harts: [hart], ramRange, requestStop: () => undefined } as unknown as Machine;
}

test('a loop of faults ends the run 10 M cycles behind the fault that settles it, with a sentence', () => {
  let cycle = 0;
  const machine = machineAt(() => cycle);
  const watch = new NoProgress(machine, {} as DebugInfo);
  const fault = { kind: RecordKind.trap, context: 5, a: 15, b: 0x5240, size: fromUser, pc: 0x1552 };
  const view = encode([fault, { kind: RecordKind.trapReturn, context: 5, a: 0x1552, size: toUser }]);
  const setCycle = (record: number, value: number): void =>
    view.setBigUint64(record * recordBytes + recordField.cycle, BigInt(value), true);
  const settled = 100_000 * step;
  for (let at = 0; at <= settled; at += step) {
    setCycle(0, at);
    setCycle(1, at + step - 1);
    watch.observe(view, 0, view.byteLength);
  }
  const ends: [number, string][] = [];
  while (cycle < settled + 100e6 && ends.length === 0) {
    cycle = watch.next;
    const end = watch.endAt(cycle);
    if (end !== undefined) ends.push([cycle, end]);
  }
  expect(ends).toEqual([[settled + 10e6, 'fault_loop']]);
  expect(watch.remarks()).toEqual([
    'process 5 took a page fault by a store at 0x5240 100,000 times in a row since cycle 0: each time the kernel ' +
      'returned to the instruction at 0x1552, which faulted again',
  ]);
});
