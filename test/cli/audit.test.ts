// trace audit: several programs, each from the same boot with a trace of its own, and one verdict.
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { choiceNotes, programsOf } from '../../commands/audit/programs.js';
import { builtinKernel } from '../../fixtures/index.js';
import { openTrace, traceFiles } from '../../tracer/directory/index.js';
import { writeDiskImage } from '../../tracer/disk-image/index.js';
import { readRecording } from '../../tracer/recording/index.js';
import { trace } from '../support/command-line.js';
import { undocumentedKeys } from '../support/json-keys.js';
import { temporaryDirectory } from '../support/temporary-directory.js';

const inside = temporaryDirectory();
const small = ['--memory', '16', '--harts', '1'];

interface AuditDocument {
  verdict: string;
  exitCode: number;
  added: string[];
  programs: {
    program: string[];
    verdict: string;
    trace: string;
    rules: Record<string, number>;
    findings: { invariant: string }[];
    outcome: { status: number; lastLine: string };
    violated: { name: string; count: number; first: { cycle: number } | null }[];
  }[];
}

const words = ['audit', ...small, '--programs', 'usertests absent, echo a,our-echo b'];

test('a program that fails fails the audit, and the others run all the same', async () => {
  const { exitCode, stdout, stderr } = await trace([...words, '--json', '--out', inside('json')]);
  expect([exitCode, stderr]).toEqual([1, '']);
  const document = JSON.parse(stdout) as AuditDocument;
  expect(document).toMatchObject({ verdict: 'failed', exitCode: 1, added: ['usertests', 'our-echo'] });
  expect(undocumentedKeys(document, 'trace check', 'trace run', 'trace audit')).toEqual([]);
  expect(document.programs.map(({ program, verdict }) => [program.join(' '), verdict])).toEqual([
    ['usertests absent', 'failed'],
    ['echo a', 'passed'],
    ['our-echo b', 'passed'],
  ]);
  expect(document.programs.map(({ outcome }) => [outcome.status, outcome.lastLine])).toEqual([
    [1, 'usertests: there is no test absent'],
    [0, 'a'],
    [0, 'b'],
  ]);
  expect(document.programs[0]!.violated).toMatchObject([{ name: 'the_program_succeeds', count: 1 }]);
  expect(document.programs[0]!.findings).toMatchObject([{ invariant: 'the_program_succeeds' }]);
  expect(document.programs.map(({ rules }) => [rules.violated ?? 0, rules.holds! > 15])).toEqual([
    [1, true],
    [0, true],
    [0, true],
  ]);
  // All have booted alike: each was typed to in the same cycle, on the same disk.
  const opened = document.programs.map((program) => openTrace(program.trace, 'digests'));
  expect(opened.map(({ incompleteBecause }) => incompleteBecause)).toEqual([undefined, undefined, undefined]);
  expect(new Set(opened.map(({ manifest }) => manifest!.digests.disk)).size).toBe(1);
  const typed = opened.map(
    (one) => readRecording(path.join(one.path, traceFiles.recording)).inputs[0]!.cycle,
  );
  expect(new Set(typed).size).toBe(1);
});

test('what was judged is told, though the next trace cannot be begun', async () => {
  mkdirSync(inside('stopped'));
  writeFileSync(inside('stopped/our-echo.trace'), 'not a trace');
  const few = ['audit', ...small, '--programs', 'echo a,our-echo b', '--json', '--out', inside('stopped')];
  const { exitCode, stdout } = await trace(few);
  expect(exitCode).toBe(3);
  const document = JSON.parse(stdout) as AuditDocument & { notRun: string };
  expect([document.verdict, document.programs.map(({ verdict }) => verdict)]).toEqual([
    'inconclusive',
    ['passed'],
  ]);
  expect(document.notRun).toMatch(/^our-echo b was not run, nor what comes behind it: .*our-echo\.trace/);
});

test('people get a line a program, what was violated, and what to type next', async () => {
  const { exitCode, stdout } = await trace([...words, '--out', inside('text')]);
  expect(exitCode).toBe(1);
  expect(stdout).toMatch(
    /^audit of the built-in cow kernel \(1 hart, 16 MiB\)\n {2}added usertests, our-echo /,
  );
  expect(stdout).toMatch(
    /\n {2}usertests absent +failed +1 .* usertests: there is no test absent\n {2}echo a +passed +0 /,
  );
  expect(stdout).toMatch(
    /\n {2}violated: the program succeeds\n {4}usertests exited with .*\n(?: {4}.*\n)* {4}usertests absent: 1/,
  );
  expect(stdout).toMatch(/\nFAILED: 3 programs: 1 failed, 2 passed\nnext: trace check .*usertests\.trace\n$/);
});

test.each([
  [' , ', /--programs names no program/],
  ['echo a,absent', /there is no program 'absent' on the built-in disk/],
])('nothing is run of %j', async (programs, message) => {
  const out = inside('nothing');
  const { exitCode, stderr } = await trace(['audit', ...small, '--programs', programs, '--out', out]);
  expect([exitCode, stderr]).toEqual([2, expect.stringMatching(message)]);
  expect(existsSync(out)).toBe(false);
});

/** A disk with this as its usertests. */
function diskWith(usertests: string, diskPath: string): { disk: Uint8Array; diskPath: string } {
  const contents = Buffer.from(usertests, 'latin1');
  return { disk: writeDiskImage([{ name: 'usertests', contents }]), diskPath };
}

test.each([
  ['usertests -q', 'usage: [-c]\0-c\0-q\0', []],
  [
    'our-usertests -q',
    'usage: [-c]\0-c\0',
    [expect.stringMatching(/knows no -q, .*our-usertests -q was run/)],
  ],
])('%s is run where the disk has a usertests with %j', (words, text, notes) => {
  const disk = diskWith(text, 'fs.img');
  const flags: Parameters<typeof programsOf>[0] = { harts: 1, out: 'out' };
  expect(programsOf(flags, disk).at(-1)!.words.join(' ')).toBe(words);
  expect(choiceNotes(flags, disk)).toEqual(notes);
  const asked = { ...flags, programs: 'usertests -q' };
  expect(programsOf(asked, disk).map((one) => one.words)).toEqual([['usertests', '-q']]);
  expect(choiceNotes(asked, disk)).toEqual([]);
});

test('the usual programs keep as many harts busy as there are', () => {
  const lines = [1, 3, 8].map((harts) =>
    programsOf({ harts, out: 'out' }, { disk: builtinKernel('cow').disk, diskPath: 'fs.img' }).map(
      ({ words }) => words.join(' '),
    ),
  );
  const usual = ['cowtest', 'frames', 'audit', 'usertests -q'];
  expect(lines).toEqual([usual, usual, usual.with(2, 'audit -b 7')]);
});
