// The command line as such: help, mistakes, and what becomes of errors.
import { describe, expect, test } from 'vitest';
import type { CommandRow } from '../../commands/main.js';
import { commands } from '../../commands/table.js';
import { UsageError } from '../../errors.js';
import { trace, traceWith } from '../support/command-line.js';

/** A command that fails in a given way. */
function failing(error: unknown): CommandRow {
  return {
    name: 'fail',
    summary: 'fails',
    load: () =>
      Promise.resolve({
        define: (command) => {
          command.action(() => {
            throw error;
          });
        },
      }),
  };
}

describe('help', () => {
  test('of everything lists the commands and exit codes', async () => {
    const { exitCode, stdout } = await trace(['--help']);
    expect(exitCode).toBe(0);
    for (const { name, summary } of commands)
      expect(stdout).toMatch(new RegExp(`^  ${name} +${summary}$`, 'm'));
    expect(stdout).toMatch(/Examples:[^]*Exit codes:/);
  });

  test.each(commands.map(({ name }) => name))(
    'of %s has examples, and lines of at most 100 columns',
    async (name) => {
      for (const words of [
        [name, '--help'],
        ['help', name],
      ]) {
        const { exitCode, stdout } = await trace(words);
        expect(exitCode).toBe(0);
        expect(stdout).toContain(`trace ${name}`);
        expect(stdout).toContain('Examples:');
        expect(stdout.split('\n').filter((line) => line.length > 100)).toEqual([]);
      }
    },
  );

  test('is what no command at all gets, as a mistake', async () => {
    const { exitCode, stdout, stderr } = await trace([]);
    expect([exitCode, stdout]).toEqual([2, '']);
    expect(stderr).toContain('Usage: trace');
  });

  test('loads no command that was not asked for', async () => {
    const never: CommandRow = {
      name: 'never',
      summary: 'is not loaded',
      load: () => Promise.reject(new Error('loaded')),
    };
    expect((await traceWith([never], ['--help'])).exitCode).toBe(0);
  });
});

describe('mistakes', () => {
  test.each([
    [['rnu'], "unknown command 'rnu' (Did you mean run?); see trace --help"],
    [['run', '--hart', '1', 'ls'], "unknown option '--hart' (Did you mean --harts?); see trace run --help"],
    [['run', '--cpus', '2', 'ls'], "unknown option '--cpus'; it is --harts here; see trace run --help"],
    [['run', '--timeout=5', 'ls'], '; it is --timeout-cycles or --max-seconds here; see'],
    [['replay', 'x.trace', '--at', '5'], "unknown option '--at'; it is --to here; see trace replay --help"],
    [
      ['check', '--quiet', 'x.trace'],
      "unknown option '--quiet'; this command shows nothing that the guest prints",
    ],
    [['run', '--no-judge', 'ls'], "unknown option '--no-judge'; every run is judged; "],
    [['verify', '--cpus', '2'], "unknown option '--cpus'; see trace verify --help"],
    [['replay', 'x.trace', '50%'], '; the moment stands behind --to, as in --to violation:1; see'],
    [['x.trace'], '; a trace is what a command works on, as in trace check x.trace; see trace --help'],
    [['run', '--harts', '9', 'ls'], 'Give a number from 1 to 8; see trace run --help'],
    [['run', '--timeout-cycles', '5X', 'ls'], 'Give a count such as 5000000, 5M, 1e9 or 200G'],
    [['run', '--max-trace', '0', 'ls'], 'Give a size such as 65536, 500M or 4GiB'],
    [['run', '--max-seconds', '-1', 'ls'], 'Give seconds, such as 90'],
    [['run', '--variant', 'brave', 'ls'], "no built-in kernel variant 'brave'"],
    [['run', '--variant', 'cow', '--kernel', 'x', 'ls'], "cannot be used with option '--kernel <PATH>'"],
    [['check'], "missing required argument 'TRACE'"],
    [['help', 'rnu'], "there is no command 'rnu'; did you mean 'run'?"],
    [['run', '--variant', 'eagre', 'ls'], "no built-in kernel variant 'eagre'; did you mean 'eager'?"],
    [
      ['run', '--events', 'page_falt', 'ls'],
      "no event kind 'page_falt' (--events); did you mean 'page_fault'?",
    ],
    [['inspect', 'x', '--kernel', 'y'], 'x and --kernel y were given; give one of them'],
    [['query', 'x', '--format', 'xml'], 'Allowed choices are table, json, csv, arrow'],
  ])('%j', async (words, message) => {
    const { exitCode, stdout, stderr } = await trace(words);
    expect([exitCode, stdout]).toEqual([2, '']);
    expect(stderr).toContain(message);
    expect(stderr).toMatch(/^trace: .*\n$/);
  });
});

test('options behind the program are refused, unless -- says that they are the guest’s', async () => {
  const typed = await trace(['run', '--harts', '1', 'cowtset', '-q', '--out=x', '--harts']);
  expect([typed.exitCode, typed.stderr]).toEqual([
    2,
    expect.stringContaining("trace: --out=x, --harts behind cowtset would be typed at the guest's shell: "),
  ]);
  for (const words of [
    ['run', '--', 'cowtset', '--out=x'],
    ['run', '--out', 'x', 'cowtset', '-q'],
  ])
    expect((await trace(words)).stderr).toContain("there is no program 'cowtset'");
});

describe('errors', () => {
  test('of the user are a sentence and their exit code', async () => {
    const { exitCode, stderr } = await traceWith([failing(new UsageError('there is no x.', 65))], ['fail']);
    expect([exitCode, stderr]).toEqual([65, 'trace: there is no x\n']);
  });

  test('are also the document of who asked for one, whichever way they came about', async () => {
    const absent = await trace(['check', '--json', 'absent.trace']);
    const message = 'there is no trace absent.trace';
    expect(absent).toEqual({
      exitCode: 65,
      stdout: `${JSON.stringify({ error: { message, exitCode: 65 } }, null, 2)}\n`,
      stderr: `trace: ${message}\n`,
    });
    for (const mistake of [
      ['audit', '--hart', '2', '--json'],
      ['run', '--harts', '9', '--json', 'ls'],
    ]) {
      const { stdout, stderr } = await trace(mistake);
      const { error } = JSON.parse(stdout) as { error: { message: string } };
      expect(stderr).toBe(`trace: ${error.message}\n`);
    }
    expect((await trace(['run', '--', 'cowtset', '--json'])).stdout).toBe('');
    expect((await trace(['check', '--json', '--help'])).stdout).toMatch(/^Usage: /);
  });

  test('cannot act on the terminal', async () => {
    const { stderr } = await traceWith([failing(new UsageError('bad \x1b[2J'))], ['fail']);
    expect(stderr).toBe('trace: bad \\x1b[2J\n');
  });

  test('of ours say so, with the stack when it is asked for', async () => {
    const row = failing(new Error('broken'));
    const plain = await traceWith([row], ['fail']);
    expect(plain.exitCode).toBe(70);
    expect(plain.stderr).toMatch(/^trace: this is a bug in cowtrace: broken; .*COWTRACE_DEBUG=1.*\n$/);
    const verbose = await traceWith([row], ['fail'], { environment: { COWTRACE_DEBUG: '1' } });
    expect(verbose.stderr).toContain('main.test.ts');
  });
});
