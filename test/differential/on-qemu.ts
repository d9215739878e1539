// Runs a program on QEMU's virt machine and returns what it printed.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { elfExecutable } from '../support/elf-writer.js';
import { codeBase, harts, ramBytes } from './layout.js';

const command = 'qemu-system-riscv64';

/** Extensions that QEMU's generic processor has and this project's machine does not. */
const processor = 'rv64,h=false,zba=false,zbb=false,zbc=false,zbs=false,zfh=false,zawrs=false,svadu=false';

export function qemuIsInstalled(): boolean {
  try {
    execFileSync(command, ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** Console output of the image, started at `codeBase`. @throws Error when it does not power off within 30 s. */
export function runOnQemu(image: Uint8Array): string {
  const directory = mkdtempSync(join(tmpdir(), 'differential-'));
  try {
    const kernel = join(directory, 'program.elf');
    writeFileSync(kernel, elfExecutable(image, codeBase));
    const megabytes = `${ramBytes / 2 ** 20}M`;
    const machine = [
      '-machine',
      'virt',
      '-cpu',
      supportedProcessor(),
      '-smp',
      String(harts),
      '-m',
      megabytes,
    ];
    const console = ['-display', 'none', '-monitor', 'none', '-serial', 'stdio'];
    const run = spawnSync(command, [...machine, '-bios', 'none', '-kernel', kernel, ...console], {
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: 30_000,
      maxBuffer: 2 ** 26,
    });
    if (run.error) throw run.error;
    if (run.status !== 0) throw new Error(`${command} ended with ${run.status}: ${run.stderr.toString()}`);
    return run.stdout.toString('latin1').replaceAll('\r', '');
  } finally {
    rmSync(directory, { recursive: true });
  }
}

let supported: string | undefined;

/** `processor` without the properties that this version of QEMU has never heard of. */
function supportedProcessor(): string {
  if (supported !== undefined) return supported;
  const [model, ...properties] = processor.split(',');
  const isKnown = (property: string) =>
    spawnSync(
      command,
      [
        '-machine',
        'virt',
        '-cpu',
        `${model},${property}`,
        '-S',
        '-display',
        'none',
        '-monitor',
        'stdio',
        '-bios',
        'none',
      ],
      {
        input: 'quit\n',
        timeout: 10_000,
      },
    ).status === 0;
  supported = [model, ...properties.filter(isKnown)].join(',');
  return supported;
}
