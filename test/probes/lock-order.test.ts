// Which locks are taken with others held: when the machine tells it, and the rows that are made of it.
import { expect, test } from 'vitest';
import { RecordKind } from '../../emulator/index.js';
import { BareMachine } from '../support/bare-machine.js';
import { pick, translated } from '../support/raw-records.js';

const [first, second, third, unordered] = [0x80004000, 0x80004010, 0x80004020, 0x80004030];
const depth = 0x80005000;
const hart0 = 0x80006000n;

/** Takes and leaves locks as told: stores of the hart's address, or 0, to holder words. */
function takings(...stores: readonly (readonly [word: number, value: bigint])[]): BareMachine {
  const code = stores.map(([word, value]) => `li a0, ${word}\n li a1, ${value}\n sd a1, 0(a0)`).join('\n');
  const bare = new BareMachine(`start: li a0, ${depth}\n li a1, 4\n sw a1, 0(a0)\n ${code}\n stop: j stop`);
  bare.machine.watch.setLocks({
    holders: [first, second, third, unordered],
    ordered: 3,
    harts: { base: Number(hart0), stride: 128 },
    depth: { base: depth, stride: 128 },
  });
  bare.step(200);
  return bare;
}

const told = (bare: BareMachine): [number, number][] =>
  bare.rows
    .filter(({ kind }) => kind === RecordKind.lockTaken)
    .map(({ size, d }) => [size, Number(d >> 32n) & 0xff]);

test('the machine tells of each pair once, at the lock that is taken later', () => {
  const twice = [first, second, third].map((word) => [word, hart0] as const);
  const free = [first, second, third].map((word) => [word, 0n] as const);
  expect(told(takings(...twice, ...free, ...twice))).toEqual([
    [1, 3],
    [2, 7],
  ]);
  expect(told(takings([second, hart0], [first, hart0]))).toEqual([[0, 3]]);
});

test('but not of a lock alone, of one that another hart took, nor of those whose order is not asked for', () => {
  expect(told(takings([first, hart0], [first, 0n], [second, hart0], [second, 0n]))).toEqual([]);
  expect(told(takings([first, hart0 + 128n], [second, hart0]))).toEqual([]);
  expect(told(takings([first, hart0], [unordered, hart0]))).toEqual([]);
  expect(told(takings([unordered, hart0], [first, hart0]))).toEqual([[0, 9]]);
});

test('holder words are watched for this alone: they are no other events', () => {
  const bare = takings([first, hart0], [second, hart0]);
  expect(bare.rows.map(({ kind }) => kind)).toEqual([RecordKind.lockTaken]);
});

test('a row says which lock was taken, and all that were held then', async () => {
  const record = { kind: RecordKind.lockTaken, size: 1, cycle: 100, d: 3 * 2 ** 32 };
  const { lock_order: rows } = await translated({}, [record]);
  expect(pick(rows, 'cycle', 'lock', 'locks')).toEqual([[100, 1, 3]]);
});

test('a store tells the one lock that is held, also when it is another than at the store before', () => {
  const word = 0x80007000;
  const hold = (lock: number, value: bigint): string => `li a0, ${lock}\n li a1, ${value}\n sd a1, 0(a0)`;
  const store = (value: number): string => `li a0, ${word}\n li a1, ${value}\n sd a1, 0(a0)`;
  const once = [hold(third, hart0), store(1), hold(third, 0n), hold(unordered, hart0), store(2)];
  const again = [hold(unordered, 0n), store(3), hold(third, hart0), store(4)];
  const bare = new BareMachine(
    `start: li a0, ${depth}\n li a1, 1\n sw a1, 0(a0)\n ${[...once, ...again].join('\n')}\n stop: j stop`,
  );
  const harts = { base: Number(hart0), stride: 128 };
  bare.machine.watch.setLocks({
    holders: [first, second, third, unordered],
    harts,
    depth: { base: depth, stride: 128 },
  });
  bare.machine.watch.watchWords(word, 8);
  bare.step(200);
  const stored = bare.rows.filter(({ kind }) => kind === RecordKind.watchedStore);
  // The third store is made with a lock that has no number: a hart counts one, and holds none of these.
  expect(stored.map(({ c, d }) => [Number(c), Number((d >> 32n) & 0xffff_ffffn)])).toEqual([
    [1, 4],
    [2, 8],
    [3, 2 ** 30],
    [4, 4],
  ]);
});
