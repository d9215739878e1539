// What the packets that make the machine run ask for, hart by hart.
import { describe, expect, it } from 'vitest';
import { resumptionOf } from '../../tracer/gdb/resumption.js';

const wanted = (packet: string) => {
  const { direction, steps, heeded } = resumptionOf(packet, 3, 1)!;
  return { direction, steps: [...steps], heeded: [...heeded].sort() };
};
const forward = { direction: 'forward', steps: [], heeded: [0, 1, 2] };

describe('a resumption', () => {
  it.each([
    ['c', forward],
    ['C05', forward],
    ['bc', { ...forward, direction: 'backward' }],
    ['s', { ...forward, steps: [[1, undefined]] }],
    ['bs', { ...forward, direction: 'backward', steps: [[1, undefined]] }],
    ['vCont;c', forward],
    ['vCont;s:3;c', { ...forward, steps: [[2, undefined]] }],
    ['vCont;c:1;s:2', { ...forward, steps: [[1, undefined]], heeded: [0, 1] }],
    // The leftmost action of a thread is its own, whatever all others are told.
    [
      'vCont;c:1;s',
      {
        ...forward,
        steps: [
          [1, undefined],
          [2, undefined],
        ],
      },
    ],
    ['vCont;s:1', { ...forward, steps: [[0, undefined]], heeded: [0] }],
    ['vCont;r80000000,80000010:2;c', { ...forward, steps: [[1, { low: 0x80000000n, high: 0x80000010n }]] }],
    ['vCont;S05:2;s:2;c', { ...forward, steps: [[1, undefined]] }],
  ])('%s', (packet, expected) => {
    expect(wanted(packet)).toEqual(expected);
  });

  it.each(['g', '?', 'vCont?', 'vKill;1', 'Hc1'])('%s is none', (packet) => {
    expect(resumptionOf(packet, 3, 0)).toBeUndefined();
  });

  it.each(['c80000000', 's80000000', 'vCont;t', 'vCont;r80000000:1', 'vCont;c:zz'])(
    '%s is refused',
    (packet) => {
      expect(() => resumptionOf(packet, 3, 0)).toThrow(/./);
    },
  );
});
