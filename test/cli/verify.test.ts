// trace verify: what it says of a whole trace, an altered one and one that was cut off.
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { trace } from '../support/command-line.js';
import { record } from '../support/recorded-run.js';
import { temporaryDirectory } from '../support/temporary-directory.js';

const inside = temporaryDirectory();
const out = inside('echo.trace');

beforeAll(async () => {
  await record({ out, program: ['echo', 'hi'] });
});

/** A copy of the trace with a file changed. */
function altered(name: string, file: string, change: (bytes: Buffer) => Uint8Array): string {
  const copy = inside(name);
  cpSync(out, copy, { recursive: true });
  writeFileSync(`${copy}/${file}`, change(readFileSync(`${copy}/${file}`)));
  return copy;
}

describe('trace verify', () => {
  it('says that a run was repeated', async () => {
    const { exitCode, stdout, stderr } = await trace(['verify', out]);
    expect([exitCode, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/^VERIFIED: [\d,]+ cycles replayed, \d+ digests compared, all equal\n$/);
  });

  it('names the interval in which a replay parts from the recording', async () => {
    // The last byte that was typed is the newline before the end of the file's records of inputs.
    const typed = altered('typed.trace', 'recording.pb', (bytes) => {
      const at = bytes.lastIndexOf('h'.charCodeAt(0));
      return Buffer.concat([bytes.subarray(0, at), Buffer.from('j'), bytes.subarray(at + 1)]);
    });
    const { exitCode, stdout } = await trace(['verify', typed, '--json']);
    const result = JSON.parse(stdout) as {
      exitCode: number;
      divergence: { equal: number; different: number };
    };
    expect([exitCode, result.exitCode]).toEqual([1, 1]);
    expect(result.divergence.different).toBeGreaterThan(result.divergence.equal);
  });

  it('goes as far as a trace that was cut off', async () => {
    const cut = altered('cut.trace', 'manifest.json', () => Buffer.from('{'));
    const { exitCode, stdout } = await trace(['verify', cut]);
    expect(exitCode).toBe(3);
    expect(stdout).toMatch(/^INCONCLUSIVE: .*but the trace is incomplete: manifest.json/);
  });

  it('refuses a kernel that is not the one of the run', async () => {
    const other = altered('kernel.trace', 'kernel.elf', (bytes) => Buffer.concat([bytes, Buffer.from('x')]));
    const { exitCode, stderr } = await trace(['verify', other]);
    expect([exitCode, stderr]).toEqual([65, expect.stringMatching(/kernel\.elf is not the file of the run/)]);
  });
});
