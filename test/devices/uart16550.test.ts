// The serial line: registers, receiving, transmitting, and when it asks for an interrupt.
import { describe, expect, test } from 'vitest';
import { Uart16550 } from '../../emulator/devices/uart16550.js';
import { deviceContract } from './contract.js';
import { FakeClock, FakeConsole, FakeLine } from './fakes.js';

const RBR = 0;
const THR = 0;
const IER = 1;
const IIR = 2;
const FCR = 2;
const LCR = 3;
const MCR = 4;
const LSR = 5;
const MSR = 6;
const SCR = 7;

function createUart() {
  const clock = new FakeClock();
  const console = new FakeConsole();
  const interrupt = new FakeLine();
  const uart = new Uart16550({ clock, console, interrupt });
  return { uart, clock, console, interrupt };
}

/** As a driver starts the port: FIFO on and cleared, 8 data bits, both interrupts. */
function start(uart: Uart16550, enabled = 0x03) {
  uart.write(FCR, 1, 0x07);
  uart.write(LCR, 1, 0x03);
  uart.write(IER, 1, enabled);
}

deviceContract('uart', {
  create: () => createUart().uart,
  disturb(uart) {
    uart.write(LCR, 1, 0x83);
    uart.write(0, 1, 0x34);
    uart.write(1, 1, 0x12);
    uart.write(LCR, 1, 0x03);
    uart.write(FCR, 1, 0x07);
    uart.write(MCR, 1, 0x10);
    uart.write(THR, 1, 0x41);
    uart.write(IER, 1, 0x03);
    uart.write(SCR, 1, 0x99);
  },
  vacant: [0x8, 0xc, 0x80],
  length: 0x100,
});

describe('uart16550', () => {
  test('what is written is printed at once, and the transmitter stays empty', () => {
    const { uart, console } = createUart();
    for (const character of 'ok\n') uart.write(THR, 1, character.charCodeAt(0));
    expect(console.printed).toBe('ok\n');
    expect(uart.read(LSR)).toBe(0x60);
  });

  test('enabling the transmit interrupt raises it; reading IIR takes it back; a write raises it again', () => {
    const { uart, interrupt } = createUart();
    uart.write(IER, 1, 0x02);
    expect(interrupt.level).toBe(true);
    expect(uart.read(IIR)).toBe(0x02);
    expect(interrupt.level).toBe(false);
    expect(uart.read(IIR)).toBe(0x01);
    uart.write(THR, 1, 0x41);
    expect(interrupt.level).toBe(true);
    uart.write(IER, 1, 0);
    expect(interrupt.level).toBe(false);
  });

  test('a polled byte raises the receive interrupt until it is read, and outranks the transmitter', () => {
    const { uart, console, interrupt } = createUart();
    start(uart);
    expect(uart.read(IIR)).toBe(0xc2);
    console.type('x');
    uart.poll();
    uart.write(THR, 1, 0x2e);
    expect(uart.read(IIR)).toBe(0xc4);
    expect(uart.read(RBR)).toBe('x'.charCodeAt(0));
    expect(uart.read(IIR)).toBe(0xc2);
    expect(interrupt.level).toBe(false);
  });

  test('one byte at a time: the next is taken when the driver looks, and only into an empty receiver', () => {
    const { uart, console } = createUart();
    start(uart, 0x01);
    console.type('abc');
    uart.poll();
    uart.poll();
    expect(console.input.length).toBe(2);
    let text = '';
    while (uart.read(LSR) & 1) text += String.fromCharCode(uart.read(RBR));
    expect(text).toBe('abc');
    expect(uart.read(RBR)).toBe(0);
  });

  test('input arrives when the console has it', () => {
    const { uart, console, clock, interrupt } = createUart();
    start(uart, 0x01);
    console.type('z');
    console.from = 500;
    uart.poll();
    expect(interrupt.level).toBe(false);
    clock.now = 500;
    uart.poll();
    expect(interrupt.level).toBe(true);
  });

  test('below the trigger level of the FIFO the cause is the timeout', () => {
    const { uart, console } = createUart();
    uart.write(FCR, 1, 0x81);
    uart.write(IER, 1, 0x01);
    console.type('q');
    uart.poll();
    expect(uart.read(IIR)).toBe(0xcc);
  });

  test('clearing the receive FIFO drops the byte and its interrupt', () => {
    const { uart, console, interrupt } = createUart();
    start(uart, 0x01);
    console.type('q');
    uart.poll();
    uart.write(FCR, 1, 0x03);
    expect(interrupt.level).toBe(false);
    expect(uart.read(LSR) & 1).toBe(0);
  });

  test('an empty receiver reads its last byte again without FIFO, and 0 with it', () => {
    const { uart, console } = createUart();
    console.type('ab');
    expect([uart.read(RBR), uart.read(RBR), uart.read(RBR)]).toEqual([0x61, 0x62, 0x62]);
    start(uart);
    console.type('c');
    expect([uart.read(RBR), uart.read(RBR)]).toEqual([0x63, 0]);
  });

  test('the divisor latch hides data and interrupt enable', () => {
    const { uart, console } = createUart();
    uart.write(IER, 1, 0x05);
    uart.write(LCR, 1, 0x80);
    uart.write(0, 1, 0x03);
    uart.write(1, 1, 0x01);
    expect([uart.read(0), uart.read(1)]).toEqual([0x03, 0x01]);
    uart.write(LCR, 1, 0x03);
    expect(uart.read(IER)).toBe(0x05);
    expect(console.printed).toBe('');
  });

  test('in loop mode output comes back as input; without FIFO a second byte is an overrun, with it the 17th', () => {
    for (const [control, capacity] of [
      [0x00, 1],
      [0x01, 16],
    ]) {
      const { uart, console, interrupt } = createUart();
      uart.write(FCR, 1, control);
      uart.write(MCR, 1, 0x10);
      uart.write(IER, 1, 0x04);
      for (let count = 0; count < capacity; count++) uart.write(THR, 1, 0x30 + count);
      expect(interrupt.level).toBe(false);
      uart.write(THR, 1, 0x7f);
      expect(uart.read(IIR) & 0x0f).toBe(0x06);
      expect(uart.read(LSR)).toBe(0x63);
      expect(interrupt.level).toBe(false);
      expect(uart.read(RBR)).toBe(capacity === 1 ? 0x7f : 0x30); // the holding register is overwritten
      expect(console.printed).toBe('');
    }
  });

  test('the modem is connected; in loop mode its outputs are its inputs', () => {
    const { uart } = createUart();
    expect(uart.read(MSR)).toBe(0xb0);
    for (const [outputs, inputs] of [
      [0x01, 0x20],
      [0x02, 0x10],
      [0x04, 0x40],
      [0x08, 0x80],
    ]) {
      uart.write(MCR, 1, 0x10 | outputs);
      expect(uart.read(MSR)).toBe(inputs);
    }
  });

  test('bytes that were read are no state', () => {
    const [one, other] = [createUart(), createUart()];
    for (const { uart } of [one, other]) start(uart);
    one.console.type('secret');
    while (one.uart.read(LSR) & 1) one.uart.read(RBR);
    expect(one.uart.save()).toEqual(other.uart.save());
  });

  test('restore brings the byte back, and does not ask for an interrupt that was asked for before', () => {
    const { uart, console } = createUart();
    start(uart);
    console.type('k');
    uart.poll();
    const other = createUart();
    other.uart.restore(uart.save());
    expect(other.interrupt.level).toBe(false);
    expect(other.uart.read(IIR)).toBe(0xc4);
    expect(other.uart.read(RBR)).toBe('k'.charCodeAt(0));
  });
});
