// trace query and trace check on a recorded run.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import { PassThrough } from 'node:stream';
import { main } from '../../commands/main.js';
import { trace } from '../support/command-line.js';
import { temporaryDirectory } from '../support/temporary-directory.js';

const inside = temporaryDirectory();
const recorded = inside('echo.trace');

beforeAll(async () => {
  const { exitCode } = await trace(['run', '--memory', '16', '--quiet', '--out', recorded, 'echo', 'word']);
  expect(exitCode).toBe(0);
});

describe('a statement', () => {
  const sql = "SELECT 4096::UBIGINT AS frame, 'a' AS name, NULL::INTEGER AS nothing";

  test.each([
    ['table', ' frame  name  nothing\n------  ----  -------\n0x1000  a\n(1 row)\n'],
    ['json', '[\n  {"frame":4096,"name":"a","nothing":null}\n]\n'],
    ['csv', 'frame,name,nothing\r\n4096,a,\r\n'],
  ])('as %s', async (format, expected) => {
    expect(await trace(['query', recorded, '--format', format, sql])).toEqual({
      exitCode: 0,
      stdout: expected,
      stderr: '',
    });
  });

  test('from stdin or a file', async () => {
    writeFileSync(inside('one.sql'), 'SELECT 1 AS one');
    const words = ['query', recorded, '--format', 'csv'];
    expect((await trace(words, { stdin: 'SELECT 1 AS one' })).stdout).toBe('one\r\n1\r\n');
    expect((await trace([...words, '--file', inside('one.sql')])).stdout).toBe('one\r\n1\r\n');
  });

  test('has addresses as tables print them, but not in texts', async () => {
    const { stdout } = await trace([
      'query',
      recorded,
      '--format',
      'csv',
      'SELECT 0x80001000 AS "0x10", \'0x10\' AS text -- 0x1',
    ]);
    expect(stdout).toBe('0x10,text\r\n2147487744,0x10\r\n');
  });

  test('whose rows are wide is printed a line a column', async () => {
    const { stdout } = await trace([
      'query',
      recorded,
      "SELECT *, 'long enough' AS more FROM process ORDER BY seq",
      '--limit',
      '2',
    ]);
    expect(stdout).toMatch(/^-- row 1 --\nseq {6}\d+\n/);
    expect(stdout).toMatch(/\naction {3}fork\n/);
    expect(stdout).toMatch(/\(first 2 rows; there are more\)\n$/);
  });

  test('prints what the guest wrote as escapes', async () => {
    const { stdout, stderr } = await trace(['query', recorded, "SELECT chr(27) || '[2J' AS text"]);
    expect(stdout).toContain('\\x1b[2J');
    const failed = await trace(['query', recorded, 'SELECT chr(27)::INTEGER']);
    expect(stdout + stderr + failed.stderr).not.toContain('\x1b');
  });

  test('that was cut says so where the form has no room for it', async () => {
    const words = ['query', recorded, '--format', 'csv', '--limit', '1', 'SELECT * FROM range(3)'];
    expect((await trace(words)).stderr).toContain('only the first 1 rows are printed (--limit)');
  });

  test.each([
    [['selec'], 2, 'trace: syntax error at or near "selec"; did you mean \'SELECT\'?\n\nLINE 1: selec\n'],
    [['SELECT 1 FORM trap'], 2, 'syntax error at or near "trap"; did you mean \'FROM\'?\n'],
    [
      ['SELECT cycel FROM page_fault'],
      2,
      "trace: there is no column 'cycel'; did you mean 'cycle'?\n\nLINE 1",
    ],
    [['SELECT p.cycel FROM page_fault p'], 2, "no column 'cycel'; did you mean 'cycle'?"],
    [['SELECT zzzzzz FROM page_fault'], 2, "no column 'zzzzzz'; docs/events.md has those of page_fault\n"],
    [
      ["SELECT lenght('a')"],
      2,
      'trace: Scalar Function with name lenght does not exist!\nDid you mean "length"?',
    ],
    [['SELECT * FROM nothing'], 2, "no table or view 'nothing'; `.tables` at the prompt"],
    [['SELECT * FROM page_falt'], 2, "no table or view 'page_falt'; did you mean 'page_fault'?"],
    [['SELECT * FROM procesess'], 2, "no table or view 'procesess'; did you mean 'processes'?"],
    [["SELECT * FROM read_csv('/etc/passwd')"], 2, 'disabled by configuration'],
    [['SELECT 1', '--file', 'x.sql'], 2, 'both SQL and --file were given'],
    [['--file', 'none.sql'], 2, 'there is no file none.sql (--file)'],
    [[], 2, 'There is no SQL to run'],
  ])('%j is refused', async (words, code, message) => {
    const { exitCode, stderr } = await trace(['query', recorded, ...words]);
    expect([exitCode, stderr]).toEqual([code, expect.stringContaining(message)]);
  });
});

describe('as Arrow', () => {
  test('is a file of Arrow IPC', async () => {
    const { exitCode, stdout } = await trace([
      'query',
      recorded,
      '--format',
      'arrow',
      "SELECT 1 AS one, 'a' AS t",
    ]);
    expect([exitCode, stdout.slice(0, 6), stdout.slice(-6)]).toEqual([0, 'ARROW1', 'ARROW1']);
  });

  test('is not for terminals', async () => {
    const { exitCode, stderr } = await trace(['query', recorded, '--format', 'arrow', 'SELECT 1'], {
      terminal: true,
    });
    expect([exitCode, stderr]).toEqual([2, expect.stringContaining('binary form')]);
  });
});

describe('the prompt', () => {
  test('takes statements of several lines, commands with a dot, and goes on after errors', async () => {
    const history = inside('history');
    const lines = [
      'SELECT 1',
      'AS one;',
      '.tables',
      'selec;',
      '.columns marker',
      '.nothing',
      '.help',
      '.quit',
      'SELECT 2;',
    ];
    const { exitCode, stdout, stderr } = await prompt(lines, { COWTRACE_HISTORY: history });
    expect(exitCode).toBe(0);
    expect(stdout).toContain('one\n---\n  1\n(1 row)\n');
    expect(stdout).toMatch(/\n {2}page_fault {13}A page fault out of user mode/);
    expect(stdout).toMatch(/\nfree_frames +UINTEGER\n/);
    expect(stdout).toContain('.quit          leave (or Ctrl-D)');
    expect(stdout).not.toMatch(/\n +2\n\(1 row\)/);
    expect(stderr).toContain('syntax error');
    expect(stderr).toContain('.nothing is no command of this prompt; .help lists them');
    expect(readFileSync(history, 'utf8')).toMatch(/^SELECT 1 AS one;\n\.tables\n/);
  });

  test('does without a history that cannot be kept', async () => {
    const { exitCode, stdout } = await prompt(['SELECT 1 AS one;'], { COWTRACE_HISTORY: inside('no/where') });
    expect(exitCode).toBe(0);
    expect(stdout).toContain('(1 row)');
  });

  async function prompt(lines: readonly string[], environment: Record<string, string>) {
    let [stdout, stderr] = ['', ''];
    const screen = Object.assign(new PassThrough(), { isTTY: true as const });
    screen.on('data', (data: Buffer) => (stdout += data.toString()));
    const stdin = Object.assign(new PassThrough(), { isTTY: true as const });
    stdin.end(lines.map((line) => `${line}\n`).join(''));
    const exitCode = await main(
      [{ name: 'query', summary: 'asks', load: () => import('../../commands/query.js') }],
      ['query', recorded],
      {
        stdin,
        stdout: screen,
        stderr: { write: (data) => (stderr += data.toString()) },
        environment,
        onInterrupt: () => () => {},
      },
    );
    return { exitCode, stdout: stdout.replaceAll(/\x1b\[\d*[A-Z]|\r/g, ''), stderr };
  }
});

describe('check', () => {
  test('as JSON', async () => {
    const { exitCode, stdout } = await trace(['check', recorded, '--json']);
    expect(JSON.parse(stdout)).toMatchObject({ version: 1, verdict: 'passed', exitCode: 0 });
    expect(exitCode).toBe(0);
    expect((await trace(['check', recorded, '--format', 'json'])).stdout).toBe(stdout);
  });

  test.each([
    ['none.trace', 'there is no trace '],
    ['empty', 'it is an empty directory'],
    ['file', 'it is a file, and a trace is a directory that trace run makes'],
  ])('refuses %s', async (name, message) => {
    mkdirSync(inside('empty'), { recursive: true });
    writeFileSync(inside('file'), 'x');
    for (const command of ['check', 'query']) {
      const { exitCode, stdout, stderr } = await trace([command, inside(name)]);
      expect([exitCode, stdout, stderr]).toEqual([65, '', expect.stringContaining(message)]);
    }
  });
});
