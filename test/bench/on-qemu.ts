// One run on QEMU, through a pipe to its console: waits for the prompt, types, and waits for the next prompt.
import { spawn, spawnSync, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { copyFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Stopwatch, type Measurement, type ProcessorClock, type Setup, type Work } from './measurement.js';

const program = 'qemu-system-riscv64';
const prompt = '\n$ ';
/** Linux counts processor time in /proc in hundredths of a second. */
const ticksPerSecond = 100;

export const qemuIsInstalled = spawnSync(program, ['--version']).status === 0;

export async function measureQemu(setup: Setup, work: Work): Promise<Measurement> {
  const folder = mkdtempSync(path.join(tmpdir(), 'cowtrace-bench-'));
  const disk = path.join(folder, 'disk');
  copyFileSync(setup.diskPath, disk);
  const child = spawn(program, commandLine(setup, disk));
  try {
    const console = new Console(child);
    let watch = new Stopwatch(processorTimeOf(child.pid!));
    await console.prompted();
    if (work !== '') {
      watch = new Stopwatch(processorTimeOf(child.pid!));
      console.type(`${work}\n`);
      await console.prompted();
    }
    return watch.read();
  } finally {
    child.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  }
}

function commandLine({ kernelPath, harts, memoryBytes, virtioVersion }: Setup, disk: string): string[] {
  return [
    ...['-machine', 'virt', '-bios', 'none', '-nographic', '-kernel', kernelPath],
    ...['-smp', String(harts), '-m', `${memoryBytes >> 20}M`],
    ...['-global', `virtio-mmio.force-legacy=${virtioVersion === 'legacy'}`],
    ...['-drive', `file=${disk},if=none,format=raw,id=disk`],
    ...['-device', 'virtio-blk-device,drive=disk,bus=virtio-mmio-bus.0'],
  ];
}

/** User and system time of a process, its threads included; undefined where there is no /proc. */
function processorTimeOf(pid: number): ProcessorClock {
  return () => {
    try {
      const fields = readFileSync(`/proc/${pid}/stat`, 'latin1')
        .replace(/^.*\) /, '')
        .split(' ');
      return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond;
    } catch {
      return undefined;
    }
  };
}

class Console {
  private recent = '';
  private waiting: { resolve: () => void; reject: (problem: Error) => void } | undefined;

  constructor(private readonly child: ChildProcessWithoutNullStreams) {
    child.stdout.setEncoding('latin1').on('data', (text: string) => this.printed(text));
    child.on('exit', () => this.waiting?.reject(new Error(`${program} ended:\n${this.recent}`)));
  }

  /** Resolves when the shell prompts. */
  prompted(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.waiting = { resolve, reject };
    });
  }

  type(text: string): void {
    this.recent = '';
    this.child.stdin.write(text);
  }

  private printed(text: string): void {
    this.recent = (this.recent + text.replaceAll('\r', '')).slice(-10_000);
    if (/panic[: ]/.test(this.recent))
      this.waiting?.reject(new Error(`the kernel panicked:\n${this.recent}`));
    if (this.recent.endsWith(prompt)) this.waiting?.resolve();
  }
}
