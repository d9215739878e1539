// The real-time clock: its time goes with the cycles from a fixed date; its alarm rings once.
import { describe, expect, test } from 'vitest';
import { GoldfishRtc } from '../../emulator/devices/goldfish-rtc.js';
import { deviceContract } from './contract.js';
import { FakeClock, FakeLine } from './fakes.js';

const register = {
  timeLow: 0,
  timeHigh: 4,
  alarmLow: 8,
  alarmHigh: 12,
  enable: 16,
  clearAlarm: 20,
  status: 24,
};
const clearInterrupt = 28;

function create() {
  const clock = new FakeClock();
  const interrupt = new FakeLine();
  return { rtc: new GoldfishRtc({ clock, interrupt }), clock, interrupt };
}

/** The time as a driver reads it, low half first. */
function time(rtc: GoldfishRtc): bigint {
  const low = rtc.read(register.timeLow);
  return (BigInt(rtc.read(register.timeHigh)) << 32n) | BigInt(low);
}

function setAlarm(rtc: GoldfishRtc, at: bigint): void {
  rtc.write(register.alarmHigh, 4, Number(at >> 32n));
  rtc.write(register.alarmLow, 4, Number(at & 0xffff_ffffn));
}

deviceContract('rtc', {
  create: () => create().rtc,
  disturb(rtc) {
    rtc.write(register.alarmHigh, 4, 0x7fff_ffff);
    rtc.write(register.alarmLow, 4, 5);
    rtc.write(register.enable, 4, 1);
    rtc.write(register.timeLow, 4, 77);
  },
  vacant: [0x20, 0x24],
  length: 0x28,
});

describe('rtc', () => {
  test('starts at a fixed date and gains 10 ns a cycle', () => {
    const { rtc, clock } = create();
    expect(new Date(Number(time(rtc) / 1_000_000n)).toISOString()).toBe('2020-01-01T00:00:00.000Z');
    const start = time(rtc);
    clock.now = 250_000_000;
    expect(time(rtc) - start).toBe(2_500_000_000n);
  });

  test('the high half is that of the moment when the low one was read', () => {
    const { rtc, clock } = create();
    rtc.write(register.timeHigh, 4, 8);
    rtc.write(register.timeLow, 4, 0xffff_ffff);
    expect(rtc.read(register.timeLow)).toBe(0xffff_ffff);
    clock.now = 1;
    expect(rtc.read(register.timeHigh)).toBe(8);
    expect(time(rtc)).toBe((9n << 32n) + 9n);
  });

  test('untouched it has no state; a look at it is kept', () => {
    const { rtc } = create();
    expect(rtc.save()).toHaveLength(0);
    time(rtc);
    expect(rtc.save().length).toBeGreaterThan(0);
  });

  test('the alarm rings at its cycle, once, where interrupts are enabled', () => {
    const { rtc, clock, interrupt } = create();
    setAlarm(rtc, time(rtc) + 1005n);
    expect([rtc.read(register.status), rtc.deadline()]).toEqual([1, 101]);
    clock.now = 100;
    rtc.tick();
    expect(rtc.read(register.status)).toBe(1);
    clock.now = 101;
    rtc.tick();
    expect([rtc.read(register.status), rtc.deadline(), interrupt.level]).toEqual([0, Infinity, false]);
    rtc.write(register.enable, 4, 1);
    expect(interrupt.level).toBe(true);
    rtc.write(clearInterrupt, 4, 0);
    expect(interrupt.level).toBe(false);
  });

  test('an alarm in the past rings at once; one that is cleared does not', () => {
    const { rtc, clock, interrupt } = create();
    rtc.write(register.enable, 4, 1);
    setAlarm(rtc, time(rtc));
    expect(interrupt.level).toBe(true);
    rtc.write(clearInterrupt, 4, 0);
    setAlarm(rtc, time(rtc) + 100n);
    rtc.write(register.clearAlarm, 4, 0);
    clock.now = 1000;
    rtc.tick();
    expect([interrupt.level, rtc.read(register.status)]).toEqual([false, 0]);
  });

  test('a restored one does not request again what it had requested: the PLIC has that in its own state', () => {
    const { rtc } = create();
    rtc.write(register.enable, 4, 1);
    setAlarm(rtc, time(rtc));
    const other = create();
    other.rtc.restore(rtc.save());
    other.rtc.tick();
    expect(other.interrupt.level).toBe(false);
  });
});
