// The largest machine: code, data and stores where RAM lies beyond 2^31 bytes of the emulator's own memory.
import { expect, test } from 'vitest';
import { ramBase } from '../../emulator/index.js';
import { BareMachine } from '../support/bare-machine.js';

test('code and data in the last page of 2 GiB work as anywhere', () => {
  const bytes = 2 ** 31;
  const last = ramBase + bytes - 4096;
  const bare = new BareMachine('start: jr a0', { memoryBytes: bytes });
  // addi a1, a1, 7; sd a1, 64(a0); ld a2, 64(a0)
  const words = new DataView(new ArrayBuffer(12));
  [0x0075_8593, 0x04b5_3023, 0x0405_3603].forEach((word, index) => words.setUint32(index * 4, word, true));
  bare.machine.ram.write(last, new Uint8Array(words.buffer));
  const [hart] = bare.machine.harts;
  hart.setRegister(10, BigInt(last));
  hart.setRegister(11, 5n);
  hart.write('pc', BigInt(bare.label('start')));
  bare.step(4);
  expect(hart.read('pc')).toBe(BigInt(last + 12));
  expect([hart.register(11), hart.register(12)]).toEqual([12n, 12n]);
});
