// The platform interrupt controller: priorities, enables, claims and completions of each context.
import { describe, expect, test } from 'vitest';
import { Plic } from '../../emulator/devices/plic.js';
import { deviceContract } from './contract.js';
import { fakeLines } from './fakes.js';

const pending = 0x1000;
/** Supervisor context of a hart. */
const enable = (hart: number) => 0x2080 + 0x100 * hart;
const threshold = (hart: number) => 0x20_1000 + 0x2000 * hart;
const claim = (hart: number) => 0x20_1004 + 0x2000 * hart;
const machineEnable = 0x2000;
const machineClaim = 0x20_0004;

function createPlic(harts = 2) {
  const machine = fakeLines(harts);
  const supervisor = fakeLines(harts);
  return { plic: new Plic({ machine, supervisor }), machine, supervisor };
}

/** Sources 1 and 10 at priority 1, enabled for the supervisor of each hart. */
function start(plic: Plic, harts = 2) {
  plic.write(4 * 1, 4, 1);
  plic.write(4 * 10, 4, 1);
  for (let hart = 0; hart < harts; hart++) plic.write(enable(hart), 4, (1 << 1) | (1 << 10));
}

deviceContract('plic', {
  create: () => createPlic().plic,
  disturb(plic) {
    plic.write(4 * 10, 4, 3);
    plic.write(enable(1) + 4, 4, 0x8000_0001);
    plic.write(threshold(0), 4, 2);
  },
  vacant: [0, 4 * 96, 0x100c, 0x200c, 0x2200, 0x20_0008, 0x20_4000, 0x20_4004],
  length: 0x60_0000,
});

describe('plic', () => {
  test('a request reaches the supervisor of every hart that enables it, and of no other', () => {
    const { plic, machine, supervisor } = createPlic(3);
    start(plic, 2);
    plic.source(10).set(true);
    expect(supervisor.map((line) => line.level)).toEqual([true, true, false]);
    expect(machine.some((line) => line.level)).toBe(false);
    expect(plic.read(pending)).toBe(1 << 10);
  });

  test('the first claim takes the request from everyone; others read 0', () => {
    const { plic, supervisor } = createPlic();
    start(plic);
    plic.source(10).set(true);
    expect(plic.read(claim(1))).toBe(10);
    expect(plic.read(claim(0))).toBe(0);
    expect(supervisor.map((line) => line.level)).toEqual([false, false]);
    expect(plic.read(pending)).toBe(0);
  });

  test('driving the wire while it is served asks again after completion; a level that only stays high does not', () => {
    const { plic, supervisor } = createPlic();
    start(plic);
    const wire = plic.source(1);
    wire.set(true);
    expect(plic.read(claim(0))).toBe(1);
    wire.set(true);
    expect([supervisor[0].level, plic.read(claim(0)), plic.read(pending)]).toEqual([false, 0, 2]);
    plic.write(claim(0), 4, 1);
    expect(supervisor[0].level).toBe(true);
    expect(plic.read(claim(0))).toBe(1);
    plic.write(claim(0), 4, 1);
    expect(supervisor[0].level).toBe(false);
  });

  test('a request is not withdrawn when its level falls before the claim', () => {
    const { plic } = createPlic();
    start(plic);
    plic.source(1).set(true);
    plic.source(1).set(false);
    expect(plic.read(claim(0))).toBe(1);
  });

  test('the higher priority is claimed first; among equals the lower number', () => {
    const { plic } = createPlic();
    start(plic);
    plic.source(10).set(true);
    plic.source(1).set(true);
    expect([plic.read(claim(0)), plic.read(claim(0))]).toEqual([1, 10]);
    plic.write(claim(0), 4, 1);
    plic.write(claim(0), 4, 10);
    plic.write(4 * 10, 4, 7);
    plic.source(1).set(true);
    plic.source(10).set(true);
    expect([plic.read(claim(0)), plic.read(claim(0)), plic.read(claim(0))]).toEqual([10, 1, 0]);
  });

  test('neither line nor claim sees a priority of 0, or one not above the threshold', () => {
    const { plic, supervisor } = createPlic();
    plic.write(enable(0), 4, 2);
    plic.source(1).set(true);
    expect([supervisor[0].level, plic.read(claim(0))]).toEqual([false, 0]);
    plic.write(4, 4, 3);
    expect(supervisor[0].level).toBe(true);
    plic.write(threshold(0), 4, 3);
    expect([supervisor[0].level, plic.read(claim(0))]).toEqual([false, 0]);
    plic.write(threshold(0), 4, 2);
    expect([supervisor[0].level, plic.read(claim(0))]).toEqual([true, 1]);
  });

  test('any context may complete, and a number that is no source is ignored', () => {
    const { plic, supervisor } = createPlic();
    start(plic, 1);
    plic.source(1).set(true);
    plic.read(claim(0));
    plic.source(1).set(true);
    plic.write(claim(1), 4, 96 + 1);
    expect(supervisor[0].level).toBe(false);
    plic.write(claim(1), 4, 1);
    expect(supervisor[0].level).toBe(true);
  });

  test('machine contexts have their own enables and claims, up to source 95', () => {
    const { plic, machine, supervisor } = createPlic();
    plic.write(4 * 95, 4, 0xffff_ffff);
    expect(plic.read(4 * 95)).toBe(7);
    plic.write(machineEnable + 8, 4, 0x8000_0000);
    expect(plic.read(machineEnable + 8)).toBe(0x8000_0000);
    plic.source(95).set(true);
    expect([machine[0].level, supervisor[0].level]).toEqual([true, false]);
    expect(plic.read(machineClaim)).toBe(95);
  });

  test('source 0 cannot be enabled', () => {
    const { plic } = createPlic();
    plic.write(enable(0), 4, 0xffff_ffff);
    expect(plic.read(enable(0))).toBe(0xffff_fffe);
  });

  test('a claim in progress survives save and restore; restore drives the lines', () => {
    const { plic } = createPlic();
    start(plic);
    plic.source(10).set(true);
    plic.read(claim(0));
    plic.source(1).set(true);
    const other = createPlic();
    other.plic.restore(plic.save());
    expect(other.supervisor[1].level).toBe(true);
    expect([other.plic.read(claim(0)), other.plic.read(claim(0))]).toEqual([1, 0]);
    other.plic.source(10).set(true);
    expect(other.plic.read(claim(0))).toBe(0);
    other.plic.write(claim(0), 4, 10);
    expect(other.plic.read(claim(0))).toBe(10);
  });
});
