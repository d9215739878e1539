// trace replay with --probe, --watch and --events: new questions of an old run, and the same execution.
import { writeFileSync, readFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import { trace } from '../support/command-line.js';
import { undocumentedKeys } from '../support/json-keys.js';
import { temporaryDirectory } from '../support/temporary-directory.js';

const inside = temporaryDirectory();
const recorded = inside('echo.trace');
const asked = inside('asked.trace');

beforeAll(async () => {
  // Of the old run next to nothing was recorded: the new one can be asked for all of it.
  const words = ['--memory', '16', '--events', 'process,pte_write,page_table', '--quiet', '--out', recorded];
  expect((await trace(['run', ...words, 'echo', 'word'])).exitCode).toBe(3);
});

async function rows(path: string, sql: string): Promise<string[][]> {
  const { stdout } = await trace(['query', path, '--format', 'csv', sql]);
  return stdout
    .trimEnd()
    .split('\r\n')
    .slice(1)
    .map((line) => line.split(','));
}

describe('a run that is executed again', () => {
  test('answers what it was not asked the first time, and is the same execution', async () => {
    const probes = ['--probe', 'kfree:a0', '--probe', 'uvmcopy:size,return', '--watch', 'ticks'];
    const { exitCode, stdout } = await trace(['replay', recorded, ...probes, '--out', asked]);
    expect(stdout).toMatch(
      /^the same execution: [\d,]+ cycles, digest [\da-f]{32}\n {2}probe_hit: [\d,]+ rows\n/,
    );
    expect(exitCode).toBe(0);
    const [[calls, frames]] = await rows(
      asked,
      "SELECT count(*), sum(value0 = frame) FROM probe_hit h JOIN kfree k USING (cycle, hart) WHERE h.function = 'kfree'",
    );
    expect(Number(calls)).toBeGreaterThan(3000);
    expect(frames).toBe(calls);
    const results = await rows(
      asked,
      "SELECT DISTINCT value0 FROM probe_hit WHERE function = 'uvmcopy' AND phase = 'return'",
    );
    expect(results).toEqual([['0']]);
    const [[ticks]] = await rows(
      asked,
      "SELECT bool_and(after = before + 1) FROM word_write WHERE name = 'ticks'",
    );
    expect(ticks).toBe('true');
  });

  test('has a trace like any other: judged, replayed and compared', async () => {
    const check = await trace(['check', asked]);
    expect([check.exitCode, check.stdout]).toEqual([0, expect.stringContaining('PASSED')]);
    expect((await trace(['verify', asked])).exitCode).toBe(0);
    const { stdout } = await trace(['replay', asked, '--to', 'event:probe_hit:5', '--show', 'bt,events']);
    expect(stdout).toMatch(/#0 +0x[\da-f]+ +(?:kfree|uvmcopy) /);
  });

  test('watches the entry of a page that the old trace knows', async () => {
    const [[pid, va]] = await rows(
      recorded,
      'SELECT pid, va FROM pte_write WHERE level = 0 AND pid = 3 AND va < 65536 LIMIT 1',
    );
    const out = inside('entry.trace');
    const words = ['--watch', `pte:${pid}:${va}`, '--events', 'word_write,location', '--out', out, '--json'];
    const { stdout } = await trace(['replay', recorded, ...words]);
    expect(JSON.parse(stdout)).toMatchObject({ same: true, rows: { word_write: expect.any(Number) } });
    expect(undocumentedKeys({ ...JSON.parse(stdout), rows: {} }, 'trace replay')).toEqual([]);
    const writers = await rows(
      out,
      'SELECT DISTINCT l."function" FROM word_write w JOIN location l ON l.address = w.pc',
    );
    expect(writers.flat()).toContain('mappages');
  });

  test('says when it is another execution', async () => {
    const altered = inside('altered.trace');
    await trace(['replay', recorded, '--events', 'process', '--out', altered]);
    const file = `${altered}/recording.pb`;
    const bytes = readFileSync(file, 'latin1');
    const [, state] = /([\da-f]{32})[^\da-f]*$/.exec(bytes)!;
    writeFileSync(file, bytes.replaceAll(state, state.replace(/./g, '0')), 'latin1');
    const { exitCode, stdout } = await trace([
      'replay',
      altered,
      '--events',
      'process',
      '--out',
      inside('x.trace'),
    ]);
    expect([exitCode, stdout]).toEqual([1, expect.stringContaining('NOT the same execution: at cycle ')]);
  });
});

describe('what cannot be asked', () => {
  test.each([
    [['--probe', 'nothing'], "the kernel has no function 'nothing'"],
    [['--watch', 'pte:99:0x1000'], 'in this trace that page of that process was never mapped'],
    [['--watch', 'pte:here'], "'pte:here' is no page of a process"],
    [['--events', 'faults'], "there is no event kind 'faults' (--events)"],
    [['--to', 'end', '--probe', 'kfree'], 'give one or the other'],
    [['--probe', 'kfree', '--out', recorded], 'is the trace itself; choose another name with --out'],
  ])('%j', async (words, message) => {
    const { exitCode, stderr } = await trace(['replay', recorded, ...words]);
    expect([exitCode, stderr]).toEqual([2, expect.stringContaining(message)]);
  });
});
