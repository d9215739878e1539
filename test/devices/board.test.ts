// The board as a whole: devices at their addresses, interrupt lines to the harts, snapshots of everything.
import { describe, expect, test } from 'vitest';
import { Board } from '../../emulator/devices/board.js';
import { DiskImage } from '../../emulator/devices/disk-image.js';
import { FakeClock, FakeConsole, FakeLine, FakeMemory } from './fakes.js';

const uart = 0x1000_0000;
const disk = 0x1000_1000;
const plic = 0x0c00_0000;
const mtimecmp1 = 0x0200_4008;

function createBoard(withDisk = true) {
  const clock = new FakeClock();
  const memory = new FakeMemory();
  const console = new FakeConsole();
  const outcomes: string[] = [];
  const harts = Array.from({ length: 2 }, () => ({
    machineSoftware: new FakeLine(),
    machineTimer: new FakeLine(),
    machineExternal: new FakeLine(),
    supervisorExternal: new FakeLine(),
  }));
  const board = new Board({
    harts,
    clock,
    memory,
    console,
    virtioVersion: 'modern',
    diskLatencyCycles: 20_000,
    finished: ({ kind }) => outcomes.push(kind),
    ...(withDisk && { disk: new DiskImage(new Uint8Array(512 * 4)) }),
  });
  return { board, clock, console, harts, outcomes };
}

type World = ReturnType<typeof createBoard>;

/** Serial and disk interrupts to the supervisor of hart 1, both sources of them active; a timer of hart 1 set. */
function busy({ board, console }: World) {
  const { bus } = board;
  for (const source of [1, 10]) bus.store(plic + 4 * source, 4, 1, 0);
  bus.store(plic + 0x2180, 4, (1 << 1) | (1 << 10), 0);
  bus.store(uart + 1, 1, 0x01, 0);
  console.type('a');
  board.tick();
  bus.store(disk + 0x44, 4, 1, 0);
  bus.store(disk + 0x50, 4, 0, 0); // the queue is nowhere: the device complains by interrupt
  bus.store(mtimecmp1, 8, 300, 0);
}

describe('board', () => {
  test('a typed byte reaches the supervisor pin of the hart that enabled it, and is read over the bus', () => {
    const world = createBoard();
    const { board, harts } = world;
    busy(world);
    expect(harts.map((pins) => pins.supervisorExternal.level)).toEqual([false, true]);
    board.bus.load(plic + 0x20_3004, 4);
    expect(board.bus.low).toBe(1);
    board.bus.load(plic + 0x20_3004, 4);
    expect(board.bus.low).toBe(10);
    board.bus.load(uart, 1);
    expect(board.bus.low).toBe('a'.charCodeAt(0));
  });

  test('a doubleword store sets a timer, whose deadline is the board’s', () => {
    const world = createBoard();
    const { board, clock, harts } = world;
    busy(world);
    expect(board.deadline()).toBe(3000);
    clock.now = 3000;
    board.tick();
    expect(harts.map((pins) => pins.machineTimer.level)).toEqual([false, true]);
    expect(board.deadline()).toBe(Infinity);
  });

  test('reset brings every device back to power-on, whatever was interrupting', () => {
    const world = createBoard();
    const powerOn = world.board.devices.map((device) => device.save());
    busy(world);
    expect(world.board.devices.map((device) => device.save())).not.toEqual(powerOn);
    world.board.reset();
    expect(world.board.devices.map((device) => device.save())).toEqual(powerOn);
    expect(world.harts[1].supervisorExternal.level).toBe(false);
  });

  test('a restored machine is not interrupted by an empty transmitter that was served before', () => {
    const world = createBoard();
    const { bus } = world.board;
    bus.store(plic + 40, 4, 1, 0);
    bus.store(plic + 0x2180, 4, 1 << 10, 0);
    bus.store(uart + 1, 1, 0x02, 0);
    bus.load(plic + 0x20_3004, 4);
    expect(bus.low).toBe(10);
    bus.store(plic + 0x20_3004, 4, 10, 0); // served without a look at the UART, as some kernels do
    expect(world.harts[1].supervisorExternal.level).toBe(false);
    const other = createBoard();
    other.board.devices.forEach((device, index) => device.restore(world.board.devices[index].save()));
    expect(other.harts[1].supervisorExternal.level).toBe(false);
  });

  test.each(['as listed', 'in reverse'])('devices restore to the same state and pins %s', (order) => {
    const world = createBoard();
    busy(world);
    const states = world.board.devices.map((device) => device.save());
    const other = createBoard();
    const indices = [...states.keys()];
    if (order === 'in reverse') indices.reverse();
    for (const index of indices) other.board.devices[index].restore(states[index]);
    expect(other.board.devices.map((device) => device.save())).toEqual(states);
    expect(other.harts).toEqual(world.harts);
    expect(other.board.deadline()).toBe(world.board.deadline());
  });

  test('the finisher ends the run; without a disk its slot is empty; elsewhere nothing answers', () => {
    const { board, outcomes } = createBoard(false);
    board.bus.store(0x10_0000, 4, 0x5555, 0);
    expect(outcomes).toEqual(['power_off']);
    expect(board.disk).toBeUndefined();
    for (let slot = 0; slot < 8; slot++) {
      expect(board.bus.load(disk + 0x1000 * slot + 8, 4)).toBe(true);
      expect(board.bus.low).toBe(0);
    }
    for (const address of [0, 0x10_1028, 0x2000_0000, 0x8000_0000])
      expect(board.bus.load(address, 4)).toBe(false);
  });
});
