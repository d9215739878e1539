// gdb itself as the client: scripts of its commands, run in batch, and what they print.
import { execFile, execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';

/** Whether there is a gdb for RISC-V. */
export const hasGdb = ((): boolean => {
  try {
    execFileSync('gdb-multiarch', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
})();

const timeoutMilliseconds = 60_000;

/**
 * Connects to a port of this machine and runs the commands, one a line, with gdb's own settings only. What is printed
 * is returned, errors too; gdb stops at the first command that fails.
 */
export function gdbSession(file: string, port: number, commands: string): Promise<string> {
  const lines = ['set pagination off', 'set confirm off', `target remote localhost:${port}`, commands];
  writeFileSync(file, lines.join('\n'));
  const options = { timeout: timeoutMilliseconds, maxBuffer: 1 << 24 };
  return new Promise((resolve, reject) => {
    execFile('gdb-multiarch', ['-nx', '--batch', '-x', file], options, (error, stdout, stderr) => {
      if (error?.killed) reject(new Error(`gdb did not end:\n${stdout}\n${stderr}`));
      else resolve(stdout + stderr);
    });
  });
}

/** Values that a session has printed with `print $cycle` and the like, in order. */
export function printedValues(output: string): bigint[] {
  return [...output.matchAll(/^\$\d+ = (0x[0-9a-f]+|\d+)/gm)].map(([, value]) => BigInt(value));
}
