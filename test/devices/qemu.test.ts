// The devices, judged access by access by those of QEMU where it is installed.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { ramBase } from '../../emulator/devices/address-map.js';
import { virtioRegister as register, type VirtioVersion } from '../../emulator/devices/virtio-registers.js';
import { Random } from '../support/random.js';
import { hasQemu, load, playInQemu, playOnBoard, settle, store, type Step } from './qemu.js';
import { unless } from '../support/skipped.js';

const clint = 0x0200_0000;
const plic = 0x0c00_0000;
const uart = 0x1000_0000;
const disk = 0x1000_1000;
const sectors = 64;
const image = new Uint8Array(512 * sectors).map((_, at) => (at * 7 + (at >>> 9)) & 0xff);

const folder = mkdtempSync(join(tmpdir(), 'devices-'));
afterAll(() => rmSync(folder, { recursive: true }));

async function expectSame(steps: readonly Step[], version: VirtioVersion = 'modern') {
  const path = join(folder, 'disk.img');
  writeFileSync(path, image);
  const loads = steps.filter((step) => step.kind === 'load');
  const label = (values: number[]) =>
    values.map((value, at) => `${at}: 0x${loads[at].address.toString(16)} reads 0x${value.toString(16)}`);
  const expected = await playInQemu(steps, version, path);
  expect(label(playOnBoard(steps, version, image))).toEqual(label(expected));
}

describe.skipIf(!hasQemu)(
  `the same accesses to QEMU and to the board read the same${unless(hasQemu, 'qemu-system-riscv64')}`,
  () => {
    test('interrupt controller and core-local interruptor: registers keep what they can hold', async () => {
      const registers = [
        ...[1, 10, 11, 95].map((source) => plic + 4 * source),
        ...[0, 1, 2, 3].flatMap((context) => [
          plic + 0x2000 + 0x80 * context + 4,
          plic + 0x20_0000 + 0x1000 * context,
        ]),
        ...[0, 4, 0x4000, 0x4004, 0x4008, 0x400c].map((at) => clint + at),
      ];
      const values = [0xffff_ffff, 5, 0x8000_0001, 0];
      const steps = values.flatMap((value) => registers.flatMap((at) => [store(at, 4, value), load(at, 4)]));
      await expectSame(steps);
    });

    test('an interrupt of the serial port: pending, claimed once, complete, pending again', async () => {
      const pending = load(plic + 0x1000, 4);
      const claim = (hart: number) => plic + 0x20_1004 + 0x2000 * hart;
      const start = [store(plic + 40, 4, 1), store(plic + 0x2080, 4, 0x400), store(plic + 0x2180, 4, 0x400)];
      const raise = [store(uart + 1, 1, 2), pending];
      const serve = [
        load(claim(1), 4),
        load(claim(0), 4),
        pending,
        load(uart + 2, 1),
        store(claim(1), 4, 10),
        pending,
      ];
      const again = [store(uart, 1, 0x2e), pending, ...serve];
      await expectSame([pending, ...start, ...raise, ...serve, ...again]);
    });

    // Trigger levels stay at one byte: the timeout that a higher one needs takes no time here, and some in QEMU.
    test.each([1, 2, 3, 4])('serial port: 400 random accesses, seed %i', async (seed) => {
      const random = new Random(seed);
      const steps: Step[] = [];
      for (let count = 0; count < 400; count++) {
        const at = random.below(8);
        const value = at === 2 ? random.below(16) : random.below(256);
        steps.push(random.oneIn(2) ? load(uart + at, 1) : store(uart + at, 1, value));
        if (random.oneIn(8)) steps.push(load(uart + 2, 1), load(uart + 5, 1));
      }
      await expectSame(steps);
    });

    test.each([11, 12, 13, 14, 15, 16])(
      'serial port and interrupt controller: 600 random accesses, seed %i',
      async (seed) => {
        const random = new Random(seed);
        const context = () => 0x1000 * random.below(4);
        const choices: (() => Step)[] = [
          () => store(plic + 40, 4, random.below(4)),
          () => store(plic + 0x2000 + (context() >>> 5), 4, random.oneIn(4) ? 0 : 0x400),
          () => store(plic + 0x20_0000 + context(), 4, random.below(3)),
          () => load(plic + 0x20_0004 + context(), 4),
          () => load(plic + 0x20_0004 + context(), 4),
          () => store(plic + 0x20_0004 + context(), 4, 10),
          () => store(uart, 1, 0x2e),
          () => store(uart + 1, 1, random.below(8)),
          () => store(uart + 2, 1, random.below(8)),
          () => store(uart + 4, 1, random.oneIn(2) ? 0x10 : 0),
          () => load(uart, 1),
          () => load(uart + 2, 1),
          () => load(uart + 5, 1),
        ];
        const pending = load(plic + 0x1000, 4);
        await expectSame(Array.from({ length: 600 }, () => [random.pick(choices)(), pending]).flat());
      },
    );

    test.each<VirtioVersion>(['modern', 'legacy'])(
      'disk, %s: set-up, good and bad requests',
      async (version) => {
        await expectSame(diskScript(version), version);
      },
    );
  },
);

const [descriptors, used, header, status, data] = [0x1000, 0x2000, 0x3000, 0x3100, 0x4000].map(
  (at) => ramBase + at,
);
const available = descriptors + 16 * 4;
const at = (offset: number, value: number) => store(disk + offset, 4, value);
const see = (offset: number) => load(disk + offset, 4);

/** Sets up a queue of four and makes requests of every kind, one after the other, reading all that they leave. */
function diskScript(version: VirtioVersion): Step[] {
  return [
    ...setUp(version),
    ...request(0, { type: 0, sector: 3, length: 1024, write: true, succeeds: true }),
    store(data, 4, 0xfeed_c0de),
    ...request(1, { type: 1, sector: 9, length: 512, write: false, succeeds: true }),
    ...request(2, { type: 0, sector: 9, length: 512, write: true, succeeds: true }),
    ...request(3, { type: 0, sector: sectors - 1, length: 1024, write: true, succeeds: false }),
    ...request(4, { type: 0, sector: 0, length: 256, write: true, succeeds: false }),
    ...request(5, { type: 77, sector: 0, length: 512, write: true, succeeds: false }),
    at(register.status, 0),
    see(register.status),
    see(register.queueReady),
  ];
}

function setUp(version: VirtioVersion): Step[] {
  const identity = [
    register.magicValue,
    register.version,
    register.deviceId,
    register.vendorId,
    register.status,
  ];
  const queue =
    version === 'modern'
      ? [
          at(register.queueDescriptors, descriptors),
          at(register.queueDriver, available),
          at(register.queueDevice, used),
          see(register.queueReady),
          at(register.queueReady, 1),
          see(register.queueReady),
        ]
      : [
          at(register.legacyGuestPageSize, 4096),
          see(register.legacyQueuePageNumber),
          at(register.legacyQueuePageNumber, descriptors / 4096),
          see(register.legacyQueuePageNumber),
        ];
  const config = [0, 4, 20].map((offset) => see(register.config + offset));
  return [
    ...identity.map(see),
    see(register.queueSizeMaximum),
    at(register.status, 3),
    at(register.queueSize, 4),
    ...queue,
    at(register.status, 15),
    see(register.status),
    ...config,
    load(disk + register.config, 1),
    load(disk + register.config, 2),
  ];
}

interface Request {
  readonly type: number;
  readonly sector: number;
  readonly length: number;
  /** The device writes the data buffer. */
  readonly write: boolean;
  readonly succeeds: boolean;
}

/** Request number `made`: makes it, lets it complete and reads what it leaves. */
function request(made: number, { type, sector, length, write, succeeds }: Request): Step[] {
  const descriptor = (index: number, address: number, size: number, flags: number) => {
    const entry = descriptors + 16 * index;
    const first = [store(entry, 4, address), store(entry + 4, 4, 0), store(entry + 8, 4, size)];
    return [...first, store(entry + 12, 2, flags), store(entry + 14, 2, index + 1)];
  };
  const usedEntry = used + 4 + 8 * (made % 4);
  return [
    ...[store(header, 4, type), store(header + 8, 4, sector), store(status, 1, 0xff)],
    ...descriptor(0, header, 16, 1),
    ...descriptor(1, data, length, write ? 3 : 1),
    ...descriptor(2, status, 1, 2),
    ...[store(available + 4 + 2 * (made % 4), 2, 0), store(available + 2, 2, made + 1)],
    ...[at(register.queueNotify, 0), settle],
    ...[load(status, 1), load(used + 2, 2), load(usedEntry, 4), load(data, 4), load(data + length - 4, 4)],
    // Not of a failed request: QEMU counts the buffer as written, though it was not.
    ...(succeeds ? [load(usedEntry + 4, 4)] : []),
    ...[see(register.interruptStatus), load(plic + 0x1000, 4)],
    ...[at(register.interruptAcknowledge, 1), see(register.interruptStatus)],
  ];
}
