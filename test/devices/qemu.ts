// Plays a script of physical accesses to QEMU's `virt` machine (its test protocol, no CPU runs) and to our board, and
// returns what the loads read. The other side shares no code with us, so agreement means something.
import { spawn, spawnSync } from 'node:child_process';
import { createInterface } from 'node:readline';
import { ramBase } from '../../emulator/devices/address-map.js';
import { Board } from '../../emulator/devices/board.js';
import { DiskImage } from '../../emulator/devices/disk-image.js';
import type { VirtioVersion } from '../../emulator/devices/virtio-registers.js';
import { FakeClock, FakeConsole, FakeLine, FakeMemory } from './fakes.js';

/** Accesses of 1, 2 or 4 bytes; `settle` waits until the disk interrupts. */
export type Step =
  | { readonly kind: 'load'; readonly address: number; readonly size: number }
  | { readonly kind: 'store'; readonly address: number; readonly size: number; readonly value: number }
  | { readonly kind: 'settle' };

export const load = (address: number, size: number): Step => ({ kind: 'load', address, size });
export const store = (address: number, size: number, value: number): Step => ({
  kind: 'store',
  address,
  size,
  value,
});
export const settle: Step = { kind: 'settle' };

const qemu = 'qemu-system-riscv64';
export const hasQemu = spawnSync(qemu, ['--version']).status === 0;
const sizeLetter: Record<number, string> = { 1: 'b', 2: 'w', 4: 'l' };
const diskInterruptStatus = 0x1000_1060;
/** QEMU's disk takes host time; reading its interrupt status this often is enough on any machine. */
const settleAttempts = 10_000;

/** What the loads of `steps` read in QEMU, with the disk image at `diskPath`. */
export async function playInQemu(
  steps: readonly Step[],
  version: VirtioVersion,
  diskPath: string,
): Promise<number[]> {
  const machine = ['-machine', 'virt', '-smp', '2', '-m', '16M', '-bios', 'none', '-S'];
  const quiet = [
    '-display',
    'none',
    '-monitor',
    'none',
    '-serial',
    'null',
    '-qtest',
    'stdio',
    '-qtest-log',
    'none',
  ];
  const disk = [
    '-drive',
    `file=${diskPath},if=none,format=raw,id=d`,
    '-device',
    'virtio-blk-device,drive=d,bus=virtio-mmio-bus.0',
  ];
  const slot = ['-global', `virtio-mmio.force-legacy=${version === 'legacy'}`];
  const child = spawn(qemu, [...machine, ...quiet, ...disk, ...slot], { stdio: ['pipe', 'pipe', 'ignore'] });
  try {
    const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    const ask = async (command: string): Promise<number> => {
      child.stdin.write(`${command}\n`);
      const answer = await answers.next();
      if (answer.done || !answer.value.startsWith('OK'))
        throw new Error(`QEMU answered ${String(answer.value)}`);
      return Number(answer.value.slice('OK '.length));
    };
    const values: number[] = [];
    for (const step of steps) {
      if (step.kind === 'settle') {
        let attempts = 0;
        while ((await ask(`readl ${diskInterruptStatus}`)) === 0) {
          if (++attempts === settleAttempts) throw new Error('QEMU did not complete the disk request');
        }
      } else if (step.kind === 'load') {
        values.push(await ask(`read${sizeLetter[step.size]} ${step.address}`));
      } else {
        await ask(`write${sizeLetter[step.size]} ${step.address} ${step.value}`);
      }
    }
    return values;
  } finally {
    child.kill();
  }
}

/** The same on our board. Addresses in RAM go to RAM, others over the bus; a fault is an Error. */
export function playOnBoard(steps: readonly Step[], version: VirtioVersion, image: Uint8Array): number[] {
  const clock = new FakeClock();
  const memory = new FakeMemory();
  const pins = () => ({
    machineSoftware: new FakeLine(),
    machineTimer: new FakeLine(),
    machineExternal: new FakeLine(),
    supervisorExternal: new FakeLine(),
  });
  const board = new Board({
    harts: [pins(), pins()],
    clock,
    memory,
    console: new FakeConsole(),
    disk: new DiskImage(image),
    virtioVersion: version,
    diskLatencyCycles: 1000,
    finished: () => {},
  });
  const values: number[] = [];
  for (const step of steps) {
    if (step.kind === 'settle') {
      if (board.deadline() < Infinity) clock.now = board.deadline();
      board.tick();
    } else if (step.kind === 'load') {
      values.push(step.address >= ramBase ? loadRam(memory, step) : loadDevice(board, step));
    } else if (step.address >= ramBase) {
      const bytes = Uint8Array.from({ length: step.size }, (_, at) => step.value >>> (8 * at));
      memory.write(step.address, bytes);
    } else if (!board.bus.store(step.address, step.size, step.value, 0)) {
      throw new Error(`store fault at 0x${step.address.toString(16)}`);
    }
  }
  return values;
}

function loadRam(memory: FakeMemory, { address, size }: { address: number; size: number }): number {
  return memory.read(address, size).reduceRight((value, byte) => value * 256 + byte, 0);
}

function loadDevice(board: Board, { address, size }: { address: number; size: number }): number {
  if (!board.bus.load(address, size)) throw new Error(`load fault at 0x${address.toString(16)}`);
  return board.bus.low;
}
