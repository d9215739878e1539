// One run on QEMU, through a pipe to its console: waits for the prompt, types, and waits for the next prompt. Whatever
// is not done by then is given up, and says so.
import { spawn, spawnSync, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { copyFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import type { Measurement, Setup, Work } from './measurement.js';

const program = 'qemu-system-riscv64';
const prompt = '\n$ ';
/** Linux counts processor time in /proc in hundredths of a second. */
const ticksPerSecond = 100;

/** Asked only where it matters: starting QEMU takes part of the time that a boot here takes. */
export const qemuIsInstalled = (): boolean => spawnSync(program, ['--version']).status === 0;

/** Wall seconds after which a run is given up. */
const patienceSeconds = 300;

export function measureQemu(setup: Setup, work: Work): Promise<Measurement> {
  return measure(setup, work, (disk) => [
    ...['-drive', `file=${disk},if=none,format=raw,id=disk`],
    ...['-device', 'virtio-blk-device,drive=disk,bus=virtio-mmio-bus.0'],
  ]);
}

/** The same while QEMU records what a replay needs. */
export function measureRecord(setup: Setup, work: Work): Promise<Measurement> {
  return measure(setup, work, (disk) => [
    ...['-icount', `shift=0,rr=record,rrfile=${disk}.replay`],
    ...['-drive', `file=${disk},if=none,format=raw,id=direct`],
    ...['-drive', 'driver=blkreplay,if=none,image=direct,id=disk'],
    ...['-device', 'virtio-blk-device,drive=disk,bus=virtio-mmio-bus.0'],
  ]);
}

async function measure(setup: Setup, work: Work, devices: (disk: string) => string[]): Promise<Measurement> {
  const folder = mkdtempSync(path.join(tmpdir(), 'cowtrace-bench-'));
  const disk = path.join(folder, 'disk');
  copyFileSync(setup.diskPath, disk);
  const start = performance.now();
  const child = spawn(program, [...machineOf(setup), ...devices(disk)]);
  const read = (): Measurement => ({
    processorSeconds: processorSecondsOf(child.pid!),
    wallSeconds: (performance.now() - start) / 1000,
  });
  try {
    const late = setTimeout(patienceSeconds * 1000, 'late', { ref: false });
    const how = await Promise.race([new Console(child).work(work), late]);
    return how === 'late' ? { ...read(), unfinished: true } : read();
  } finally {
    child.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  }
}

function machineOf({ kernelPath, harts, memoryBytes, virtioVersion }: Setup): string[] {
  return [
    ...['-machine', 'virt', '-bios', 'none', '-nographic', '-kernel', kernelPath],
    ...['-smp', String(harts), '-m', `${memoryBytes >> 20}M`],
    ...['-global', `virtio-mmio.force-legacy=${virtioVersion === 'legacy'}`],
  ];
}

/** User and system time of a process, its threads included; undefined where there is no /proc. */
function processorSecondsOf(pid: number): number | undefined {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'latin1')
      .replace(/^.*\) /, '')
      .split(' ');
    return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond;
  } catch {
    return undefined;
  }
}

class Console {
  private recent = '';
  private waiting: { resolve: () => void; reject: (problem: Error) => void } | undefined;

  constructor(private readonly child: ChildProcessWithoutNullStreams) {
    child.stdout.setEncoding('latin1').on('data', (text: string) => this.printed(text));
    child.on('exit', () => this.waiting?.reject(new Error(`${program} ended:\n${this.recent}`)));
  }

  /** Resolves when the shell prompts after the work. */
  async work(work: Work): Promise<void> {
    await this.prompted();
    if (work === '') return;
    this.recent = '';
    this.child.stdin.write(`${work}\n`);
    await this.prompted();
  }

  private prompted(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.waiting = { resolve, reject };
    });
  }

  private printed(text: string): void {
    this.recent = (this.recent + text.replaceAll('\r', '')).slice(-10_000);
    if (/panic[: ]/.test(this.recent))
      this.waiting?.reject(new Error(`the kernel panicked:\n${this.recent}`));
    if (this.recent.endsWith(prompt)) this.waiting?.resolve();
  }
}
