// Boots a kernel under QEMU and types commands at its shell: an outside judge of kernels and programs that
// shares no code with the emulator.
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

export const hasQemu = spawnSync('qemu-system-riscv64', ['--version']).status === 0;

export interface Session {
  kernel: Uint8Array;
  disk: Uint8Array;
  harts: number;
  memoryMegabytes: number;
  /** Whether the disk speaks version 1 of virtio; otherwise version 2. */
  legacyVirtio?: boolean;
  /** Lines to type, one at each prompt. */
  commands: readonly string[];
  timeoutSeconds: number;
}

const PROMPT = '$ ';

/** What the kernel printed up to its first prompt, and then what each command printed, without the command's
 * echo. Rejects with the whole console when the kernel panics or the time is over. */
export async function runUnderQemu(session: Session): Promise<string[]> {
  const directory = mkdtempSync(path.join(tmpdir(), 'cowtrace-qemu-'));
  const kernel = path.join(directory, 'kernel');
  const disk = path.join(directory, 'disk');
  writeFileSync(kernel, session.kernel);
  writeFileSync(disk, session.disk);
  try {
    return await converse(machineArguments(session, kernel, disk), session);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

function machineArguments(
  { harts, memoryMegabytes, legacyVirtio = false }: Session,
  kernel: string,
  disk: string,
): string[] {
  return [
    ...['-machine', 'virt', '-bios', 'none', '-nographic'],
    ...['-smp', String(harts), '-m', `${memoryMegabytes}M`, '-kernel', kernel],
    ...['-global', `virtio-mmio.force-legacy=${legacyVirtio}`],
    ...['-drive', `file=${disk},if=none,format=raw,id=disk`],
    ...['-device', 'virtio-blk-device,drive=disk,bus=virtio-mmio-bus.0'],
  ];
}

function converse(operands: string[], { commands, timeoutSeconds }: Session): Promise<string[]> {
  return new Promise((resolve, reject) => {
    const machine = spawn('qemu-system-riscv64', operands, { stdio: ['pipe', 'pipe', 'inherit'] });
    const outputs: string[] = [];
    let all = '';
    let recent = '';
    const end = (problem: string | null) => {
      clearTimeout(timer);
      machine.kill('SIGKILL');
      if (problem === null) resolve(outputs);
      else reject(new Error(`${problem}; the console:\n${all}`));
    };
    const timer = setTimeout(() => end(`no prompt within ${timeoutSeconds} seconds`), timeoutSeconds * 1000);
    machine.on('error', (error) => end(error.message));
    machine.on('exit', () => end('QEMU ended'));
    machine.stdout.on('data', (bytes: Buffer) => {
      const text = bytes.toString('latin1').replaceAll('\r', '');
      all += text;
      recent += text;
      if (all.includes('panic')) end('the kernel panicked');
      if (!recent.endsWith(PROMPT)) return;
      const echo = outputs.length === 0 ? '' : `${commands[outputs.length - 1]}\n`;
      outputs.push(recent.slice(0, -PROMPT.length).replace(echo, ''));
      recent = '';
      if (outputs.length > commands.length) end(null);
      else machine.stdin.write(`${commands[outputs.length - 1]}\n`);
    });
  });
}
