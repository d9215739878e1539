// The channel's two sides in one thread: the emulator's does something at each moment at which the other one looks.
import { expect, test } from 'vitest';
import { recordBytes } from '../../emulator/index.js';
import { RecordReceiver, RecordSender } from '../../tracer/session/record-channel.js';

const flush = 1;
const [before, after] = [10, 5];
const records = new DataView(new ArrayBuffer(before * recordBytes));
const enough = new Error('the command was carried out');

class InterruptedReceiver extends RecordReceiver {
  private loads = 0;

  constructor(
    memory: SharedArrayBuffer,
    private readonly at: number,
    private readonly interrupt: () => void,
  ) {
    super(memory);
  }

  protected override load(index: number): number {
    const value = super.load(index);
    if (++this.loads === this.at) this.interrupt();
    return value;
  }
}

test.each([1, 2, 3, 4, 5, 6, 7, 8])('a command between two looks (%d) is carried out at its place', (at) => {
  const sender = new RecordSender(() => {});
  sender.write(records, 0, before * recordBytes);
  const receiver = new InterruptedReceiver(sender.memory, at, () => {
    sender.command(flush);
    sender.write(records, 0, after * recordBytes);
  });
  let passed = 0;
  const run = () =>
    receiver.run({
      records: (_, from, to) => {
        expect(to).toBeGreaterThan(from);
        passed += (to - from) / recordBytes;
      },
      command: (command) => {
        expect([command, passed]).toEqual([flush, before]);
        throw enough;
      },
    });
  expect(run).toThrow(enough);
});
