// Registers of interrupted kernel code, from what its trap vector saved.
import { expect, it } from 'vitest';
import { interruptedRegisters } from '../../tracer/moment/interrupted.js';

it('are what the vector stored; its sp is where it came from, whatever it stored of that', () => {
  const texts = [
    'addi sp,sp,-256',
    'sd ra,0(sp)',
    'sd sp,8(sp)',
    'sd t0,32(sp)',
    'jal 0x80001000',
    'sd a0,40(sp)',
  ];
  const vector = texts.map((text, index) => ({ address: BigInt(4 * index), bytes: new Uint8Array(4), text }));
  const stack = 0x8000_8000n;
  const words = new Map([
    [stack, 0x11n],
    [stack + 8n, 0x22n],
    [stack + 32n, 0x33n],
    [stack + 40n, 0x44n],
    [stack - 16n, 0x55n],
  ]);
  const { pc, x } = interruptedRegisters(0x8000_1234n, stack, vector, (at) => words.get(at));
  expect([pc, x[1], x[2], x[5], x[8], x[10]]).toEqual([0x8000_1234n, 0x11n, stack + 256n, 0x33n, 0x55n, 0n]);
});
