// trace replay --interactive: going about in a run by commands, from a script and at a terminal.
import { PassThrough, Readable } from 'node:stream';
import { beforeAll, describe, expect, test } from 'vitest';
import { main } from '../../commands/main.js';
import { commands } from '../../commands/table.js';
import { trace } from '../support/command-line.js';
import { temporaryDirectory } from '../support/temporary-directory.js';

const inside = temporaryDirectory();
const recorded = inside('frames.trace');

beforeAll(async () => {
  const words = ['run', '--memory', '16', '--harts', '2', '--quiet', '--out', recorded, 'frames', '1'];
  expect((await trace(words)).exitCode).toBe(0);
  const { stdout } = await trace(['replay', recorded, '--to', 'uvmcopy:2', '--show', 'bt', '--json']);
  start = String((JSON.parse(stdout) as { cycle: number }).cycle);
});

/** The cycle of the second entry of uvmcopy: to find it takes executing the run from power-on. */
let start: string;

/** What a script of commands prints, from the second entry of uvmcopy on. */
async function script(...lines: string[]) {
  const words = ['replay', recorded, '--to', start, '--interactive'];
  return trace(words, { stdin: lines.map((line) => `${line}\n`).join('') });
}

/** Cycle, function, file and line of each place that was gone to. */
async function placesOf(...lines: string[]): Promise<{ cycle: number; name: string; line: number }[]> {
  const { stdout, stderr } = await script(...lines);
  expect(stderr).toBe('');
  const places = stdout.matchAll(/^cycle ([\d,]+), hart \d: .*\n {2}(\w+) \(\S+?:(\d+)\)\n {2}> \3 {2}\S/gm);
  return [...places].map(([, cycle, name, line]) => {
    return { cycle: Number(cycle.replaceAll(',', '')), name, line: Number(line) };
  });
}

/** What is shown to a person who types these lines at a terminal. */
async function typed(...lines: string[]): Promise<{ exitCode: number; stdout: string; stderr: string }> {
  const stdin = Object.assign(new PassThrough(), { isTTY: true as const });
  const screen = Object.assign(new PassThrough(), { isTTY: true as const });
  let [stdout, stderr] = ['', ''];
  screen.on('data', (piece: Buffer) => (stdout += piece.toString()));
  stdin.end(lines.map((line) => `${line}\n`).join(''));
  const exitCode = await main(commands, ['replay', recorded, '--to', start, '-i'], {
    stdin,
    stdout: screen,
    stderr: { write: (data) => (stderr += data.toString()) },
    environment: {},
    onInterrupt: () => () => {},
  });
  return { exitCode, stdout, stderr };
}

/** Where the replay was when it said so. */
function cyclesIn(stdout: string): number[] {
  return [...stdout.matchAll(/cycle ([\d,]+), hart/g)].map(([, digits]) =>
    Number(digits.replaceAll(',', '')),
  );
}

describe('steps', () => {
  test('by line go into calls or over them, and out of a function', async () => {
    const [into, out, over] = await placesOf('cont walk', 'fin', 'next');
    expect([into.name, out.name, over.name]).toEqual(['walk', 'uvmcopy', 'uvmcopy']);
    expect(over.line).toBeGreaterThan(out.line);
    // From the line of the call on; and back, to the last line of what it called.
    const [, back, overIt, end, earlier] = await placesOf('continue walk', 'rs', 'next', 'rs', 'rs');
    expect(back).toMatchObject({ name: 'uvmcopy', line: out.line });
    expect(overIt).toEqual(over);
    expect([end.name, earlier.name]).toEqual(['walk', 'walk']);
    expect([earlier.cycle < end.cycle, end.cycle < out.cycle]).toEqual([true, true]);
    const [, , intoIt] = await placesOf('continue walk', 'rs', 'step');
    expect([intoIt.name, intoIt.cycle]).toEqual(['walk', into.cycle]);
  });

  test('out of a function that calls itself end in the call that it was', async () => {
    const [, inner, returned] = await placesOf('continue freewalk', 'continue freewalk', 'finish');
    const { stdout } = await script('continue freewalk', 'continue freewalk', 'continue freewalk', 'where');
    const deeper = Number(/^here: cycle ([\d,]+)/m.exec(stdout)![1].replaceAll(',', ''));
    expect(stdout.match(/freewalk \(/g)).toHaveLength(3 + 3);
    expect([returned.name, inner.cycle < deeper, deeper < returned.cycle]).toEqual(['freewalk', true, true]);
    const after = await script(`go ${returned.cycle}`, 'where');
    expect(after.stdout.match(/#\d+ +0x\w+ +freewalk \(/g)).toHaveLength(1);
  });

  test('by instruction go one cycle at a time where no other hart has its turn in between', async () => {
    const [one, four, back] = await placesOf('stepi', 'stepi 3', 'rsi 2');
    expect([four.cycle - one.cycle, four.cycle - back.cycle]).toEqual([3, 2]);
  });

  test('backwards and forwards are each other undone', async () => {
    const [next, , third, before, again] = await placesOf('step', 'step', 'step', 'rs', 'step');
    expect(again).toEqual(third);
    expect(before.cycle).toBeGreaterThan(next.cycle);
  });
});

describe('continue and back', () => {
  test('go to the next and the last time of a function or line, and repeat', async () => {
    const places = await placesOf(
      'continue kfree',
      'c',
      'back kfree',
      'back uvmcopy',
      'back',
      'continue uvmcopy',
    );
    const [first, second, back, ...copies] = places;
    expect(second.cycle).toBeGreaterThan(first.cycle);
    expect(back).toEqual(first);
    expect(copies.map(({ name }) => name)).toEqual(['uvmcopy', 'uvmcopy', 'uvmcopy']);
    expect(copies[1].cycle).toBeLessThan(copies[0].cycle);
    expect(copies[2]).toEqual(copies[0]);
    const at = await trace(['replay', recorded, '--to', 'kfree:1', '--json']);
    const [start, only] = await placesOf('go start', 'continue kfree').then((all) => [undefined, all.at(-1)]);
    expect([start, only?.cycle]).toEqual([undefined, JSON.parse(at.stdout).cycle]);
  });

  test('say that there is no other time, and stay', async () => {
    const mistakes = [
      ['continue', 'go on to what? give a function'],
      ['continue panic', 'the run does not come to panic again'],
      ['back panic', 'the run has not come to panic before'],
      ['continue violation', 'there is no violation behind cycle '],
      ['continue 50%', "'50%' is no function, line or violation to come to; go 50% goes"],
      ['continue kallok', "the kernel has no function 'kallok'; did you mean 'kalloc'?"],
      ['go', 'go where? give a position'],
      ['stepi many', "'many' is no number of steps from 1 to "],
      ['procces', 'there is no command procces; did you mean '],
      ['st', 'there is no command st'],
      ['process 99', 'there is no process 99 now'],
    ];
    const { exitCode, stdout, stderr } = await typed(...mistakes.map(([command]) => command), 'quit');
    expect(exitCode).toBe(0);
    expect(stderr.trimEnd().split('\n')).toEqual(
      mistakes.map(([, message]) => expect.stringContaining(message)),
    );
    expect(cyclesIn(stdout)).toHaveLength(1);
  });

  test('end a script by a mistake', async () => {
    const { exitCode, stdout, stderr } = await script('stepi many', 'when');
    expect([exitCode, stdout, stderr]).toEqual([
      2,
      '',
      expect.stringMatching(/^trace: 'many' is no number of steps/),
    ]);
  });
});

test('what is there can be looked at', async () => {
  const { stdout } = await script(
    'help',
    'where',
    'process',
    'process 1',
    'pte 0x0',
    'go end-1000',
    'events 2',
    'quit',
    'x',
  );
  expect(stdout).toMatch(/\n {2}continue WHAT .*\n[^]*\n {2}where {2,}the stacks of/);
  expect(stdout).not.toMatch(/^ {2}(seek|why|memory)\b/m);
  expect(stdout).toMatch(/#0 +0x[\da-f]+ +uvmcopy \(/);
  expect(stdout).toMatch(
    /^process \d \(\w+\): running on hart \d(?:, child of \d)?, page table 0x8[\da-f]+$/m,
  );
  expect(stdout).toMatch(/level 0: 0x[\da-f]+ at 0x/);
  expect(stdout).toMatch(/^the end, 1000 cycles earlier\n/m);
  for (const line of stdout.split('\n')) expect(line.length, line).toBeLessThanOrEqual(100);
});

test('Ctrl-C ends a command that goes far', async () => {
  let stderr = '';
  const exitCode = await main(commands, ['replay', recorded, '--to', 'start', '--interactive'], {
    stdin: Readable.from(['continue panic\n']),
    stdout: { write: () => {} },
    stderr: { write: (data) => (stderr += data.toString()) },
    environment: {},
    onInterrupt: (listener) => {
      setImmediate(listener);
      return () => {};
    },
  });
  expect([exitCode, stderr]).toEqual([130, expect.stringMatching(/^trace: interrupted at cycle [\d,]+\n$/)]);
});

test('other forms of output are refused beside it', async () => {
  for (const option of [['--json'], ['--show', 'bt'], ['--gdb', '0']]) {
    const { exitCode, stderr } = await trace(['replay', recorded, '-i', ...option]);
    expect([exitCode, stderr]).toEqual([2, expect.stringContaining('--interactive goes without')]);
  }
});

test('at a terminal mistakes end nothing, and an empty line repeats', async () => {
  const { exitCode, stdout, stderr } = await typed('nonsense', 'stepi', '', 'quit');
  expect([exitCode, stderr]).toEqual([0, 'there is no command nonsense; help lists them\n']);
  const [first, ...others] = cyclesIn(stdout);
  expect(others).toEqual([first + 1, first + 2]);
});
