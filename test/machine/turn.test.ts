// What is left of a turn after slices that covered it in part, whole, or with some of the next ones.
import { expect, test } from 'vitest';
import { Turn } from '../../emulator/schedule/turn.js';

test.each([
  [[30], 70],
  [[30, 70], 0],
  [[100], 0],
  [[130], 70],
  [[30, 100], 70],
  [[200], 0],
  [[1600], 0],
  [[1, 1499], 0],
])('of 100 cycles, after %j, are %i', (slices, left) => {
  const turn = new Turn(100);
  turn.begin(true);
  for (const cycles of slices) turn.pass(cycles);
  expect(turn.left).toBe(left);
});

test('a slice covers several turns only where the turn has just begun, of a hart that is alone', () => {
  const turn = new Turn(100);
  const reach = (isAlone: boolean, settled = Infinity): number => {
    turn.begin(isAlone);
    return turn.reach(settled);
  };
  expect([reach(false), reach(true), reach(true, 0), reach(true, 16)]).toEqual([100, 1600, 100, 200]);
  expect(turn.reach(Infinity)).toBe(100);
});
