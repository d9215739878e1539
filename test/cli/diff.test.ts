// trace diff on recorded runs: another schedule, another kernel.
import { beforeAll, describe, expect, test } from 'vitest';
import { trace } from '../support/command-line.js';
import { undocumentedKeys } from '../support/json-keys.js';
import { temporaryDirectory } from '../support/temporary-directory.js';

const inside = temporaryDirectory();
const runs = {
  one: ['--harts', '1'],
  three: ['--harts', '3'],
  eager: ['--harts', '1', '--variant', 'eager'],
};

beforeAll(async () => {
  for (const [name, options] of Object.entries(runs)) {
    const out = inside(`${name}.trace`);
    const { exitCode } = await trace([
      'run',
      '--memory',
      '16',
      ...options,
      '--quiet',
      '--out',
      out,
      'echo',
      'word',
    ]);
    expect(exitCode).toBe(0);
  }
});

const diff = (a: string, b: string, ...more: string[]) =>
  trace(['diff', inside(`${a}.trace`), inside(`${b}.trace`), ...more]);

describe('runs of a program', () => {
  test('under another number of harts did the same', async () => {
    const { exitCode, stdout } = await diff('one', 'three');
    expect(stdout).toMatch(/^the programs did the same in both: \d+ events of 3 processes$/m);
    expect(stdout).toMatch(/^the kernel did the same in both: /m);
    expect(stdout).toMatch(/^kernel_span +\d+ +\d+ +\+?-?\d+$/m);
    expect(exitCode).toBe(0);
  });

  test('on another kernel are told apart by what that does for them', async () => {
    const { exitCode, stdout } = await diff('one', 'eager', '--json');
    const { differ, program, kernel } = JSON.parse(stdout);
    expect(undocumentedKeys(JSON.parse(stdout), 'trace diff')).toEqual([]);
    expect([exitCode, differ, program.partings]).toEqual([1, true, []]);
    const [{ a, b }] = kernel.partings;
    expect(a[0].text).not.toBe(b[0].text);
  });

  test('need two traces', async () => {
    expect((await trace(['diff', inside('one.trace')])).exitCode).toBe(2);
    expect((await diff('one', 'none')).exitCode).toBe(65);
  });
});
