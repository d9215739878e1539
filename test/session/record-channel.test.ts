// The channel's two sides in one thread: the emulator's does something at each moment at which the other one looks.
import { expect, test } from 'vitest';
import { recordBytes } from '../../emulator/index.js';
import { Command, commandsAhead, RecordReceiver, RecordSender } from '../../tracer/session/record-channel.js';

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

test('commands given ahead take effect in order, each behind its records, and are answered that much later', () => {
  const sender = new RecordSender(() => {});
  const told: string[] = [];
  const receiver = new RecordReceiver(sender.memory);
  const reader = {
    records: (_: DataView, from: number, to: number) =>
      void told.push(`${(to - from) / recordBytes} records`),
    command: (command: number, argument: number) => told.push(`command ${command} with ${argument}`),
  };
  const given: number[] = [];
  for (let round = 0; round < 2; round++) {
    for (let ahead = 1; ahead < commandsAhead; ahead++) {
      sender.write(records, 0, ahead * recordBytes);
      given.push(sender.command(Command.flush, ahead));
    }
    sender.write(records, 0, after * recordBytes);
    given.push(sender.command(Command.close, round));
    receiver.run(reader);
    sender.settle();
  }
  const once = (round: number) => [
    ...['1 records', 'command 1 with 1', '2 records', 'command 1 with 2', '3 records', 'command 1 with 3'],
    ...[`${after} records`, `command 3 with ${round}`],
  ];
  expect(told).toEqual([...once(0), ...once(1)]);
  expect(given).toEqual([0, 0, 0, 0, 2, 4, 6, 8]);
});

test('many records are read in pieces, so that there is room before all are read', () => {
  const sender = new RecordSender(() => {});
  const many = new DataView(new ArrayBuffer(20_000 * recordBytes));
  sender.write(many, 0, many.byteLength);
  sender.command(Command.close);
  const pieces: number[] = [];
  new RecordReceiver(sender.memory).run({
    records: (_, from, to) => void pieces.push((to - from) / recordBytes),
    command: () => 0,
  });
  expect(pieces.reduce((sum, one) => sum + one, 0)).toBe(20_000);
  expect(Math.max(...pieces)).toBeLessThan(10_000);
});
