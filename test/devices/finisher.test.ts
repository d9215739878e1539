// The test finisher: what a store to it ends the run with.
import { describe, expect, test } from 'vitest';
import { Finisher, type FinisherOutcome } from '../../emulator/devices/finisher.js';
import { deviceContract } from './contract.js';

deviceContract('finisher', { create: () => new Finisher(() => {}), vacant: [4, 0xffc], length: 0x1000 });

describe('finisher', () => {
  test('knows three commands; a failure carries its code', () => {
    const outcomes: FinisherOutcome[] = [];
    const finisher = new Finisher((outcome) => outcomes.push(outcome));
    finisher.write(0, 4, 0x5555);
    finisher.write(0, 4, 0xfffe_3333);
    finisher.write(0, 2, 0x7777);
    expect(outcomes).toEqual([{ kind: 'power_off' }, { kind: 'fail', code: 0xfffe }, { kind: 'reset' }]);
  });

  test('ignores other values and other offsets', () => {
    const outcomes: FinisherOutcome[] = [];
    const finisher = new Finisher((outcome) => outcomes.push(outcome));
    finisher.write(0, 4, 0x1234);
    finisher.write(4, 4, 0x5555);
    expect(outcomes).toEqual([]);
  });
});
