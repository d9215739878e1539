// The core-local interruptor: time from cycles, timer and software interrupts of each hart.
import { describe, expect, test } from 'vitest';
import { Clint } from '../../emulator/devices/clint.js';
import { deviceContract } from './contract.js';
import { FakeClock, fakeLines } from './fakes.js';

const mtimecmp = 0x4000;
const mtime = 0xbff8;

function createClint(harts = 2) {
  const clock = new FakeClock();
  const software = fakeLines(harts);
  const timer = fakeLines(harts);
  return { clint: new Clint({ clock, software, timer }), clock, software, timer };
}

function write64(clint: Pick<Clint, 'write'>, offset: number, low: number, high: number) {
  clint.write(offset, 4, low);
  clint.write(offset + 4, 4, high);
}

deviceContract('clint', {
  create: () => createClint().clint,
  disturb(clint) {
    clint.write(0, 4, 1);
    clint.write(mtimecmp + 8, 4, 77);
    clint.write(mtimecmp + 12, 4, 0);
    write64(clint, mtime, 5, 6);
  },
  vacant: [0x8, 0x3ffc, mtimecmp + 16, 0xbff4],
  length: 0x10000,
});

describe('clint', () => {
  test('msip bit 0 drives the software interrupt of its own hart', () => {
    const { clint, software } = createClint();
    clint.write(4, 4, 0xffff_ffff);
    expect(software.map((line) => line.level)).toEqual([false, true]);
    expect(clint.read(4)).toBe(1);
    clint.write(4, 4, 0);
    expect(software[1].level).toBe(false);
  });

  test('mtime advances once in ten cycles, across 2^32 too', () => {
    const { clint, clock } = createClint();
    clock.now = 19;
    expect(clint.read(mtime)).toBe(1);
    clock.now = (2 ** 32 + 7) * 10 + 3;
    expect([clint.read(mtime), clint.read(mtime + 4)]).toEqual([7, 1]);
  });

  test('no timer interrupt is pending, nor due, before mtimecmp is written', () => {
    const { clint, timer } = createClint();
    expect(timer[0].level).toBe(false);
    expect(clint.deadline()).toBe(Infinity);
  });

  test('the timer interrupt rises exactly at its deadline and falls when mtimecmp moves on', () => {
    const { clint, clock, timer } = createClint();
    clock.now = 25;
    write64(clint, mtimecmp, 100, 0);
    expect(clint.deadline()).toBe(1000);
    clock.now = 999;
    clint.tick();
    expect(timer[0].level).toBe(false);
    clock.now = 1000;
    clint.tick();
    expect(timer.map((line) => line.level)).toEqual([true, false]);
    expect(clint.deadline()).toBe(Infinity);
    write64(clint, mtimecmp, 200, 0);
    expect(timer[0].level).toBe(false);
    expect(clint.deadline()).toBe(2000);
  });

  test('the deadline is the earliest of all harts; a time in the past is pending at once', () => {
    const { clint, clock, timer } = createClint(8);
    write64(clint, mtimecmp + 8 * 7, 50, 0);
    write64(clint, mtimecmp + 8 * 3, 40, 0);
    expect(clint.deadline()).toBe(400);
    clock.now = 1000;
    write64(clint, mtimecmp, 100, 0);
    expect(timer[0].level).toBe(true);
  });

  test('a written mtime goes on from there, and timers follow it', () => {
    const { clint, clock } = createClint();
    clock.now = 12_345;
    write64(clint, mtime, 3, 0x8000_0000);
    expect([clint.read(mtime), clint.read(mtime + 4)]).toEqual([3, 0x8000_0000]);
    clock.now += 20;
    expect(clint.timeLow()).toBe(5);
    write64(clint, mtimecmp, 10, 0x8000_0000);
    expect(clint.deadline()).toBe(12_410);
  });

  test('setting mtime back keeps both halves right', () => {
    const { clint, clock } = createClint();
    clock.now = 10 * (2 ** 32 + 100);
    write64(clint, mtime, 0, 0);
    expect([clint.timeLow(), clint.timeHigh()]).toEqual([0, 0]);
    clock.now += 10 * 2 ** 32;
    expect([clint.timeLow(), clint.timeHigh()]).toEqual([0, 1]);
  });

  test('a half that is written with the value it has changes nothing', () => {
    const { clint, clock } = createClint();
    clock.now = 1000;
    clint.write(mtime, 4, 100);
    expect([clint.timeLow(), clint.timeHigh()]).toEqual([100, 0]);
  });

  test('cycleOfTime serves stimecmp: present cycle when reached, Infinity when out of count', () => {
    const { clint, clock } = createClint();
    clock.now = 55;
    expect(clint.cycleOfTime(5, 0)).toBe(55);
    expect(clint.cycleOfTime(6, 0)).toBe(60);
    expect(clint.cycleOfTime(0xffff_ffff, 0xffff_ffff)).toBe(Infinity);
  });

  test('restore drives the lines', () => {
    const { clint, clock } = createClint();
    clock.now = 1000;
    clint.write(0, 4, 1);
    write64(clint, mtimecmp + 8, 1, 0);
    const other = createClint();
    other.clock.now = 1000;
    other.clint.restore(clint.save());
    expect(other.software[0].level).toBe(true);
    expect(other.timer.map((line) => line.level)).toEqual([false, true]);
  });
});
