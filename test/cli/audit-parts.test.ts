// What surrounds an audit's runs: a directory for one audit at a time, notes on stale builds, and the time left.
import { mkdirSync, readdirSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { takeDirectory } from '../../commands/audit/directory.js';
import { staleNotes } from '../../commands/audit/notes.js';
import { expectedCycles, TimeLeft, timeLeftText } from '../../commands/audit/time-left.js';
import type { ChosenKernel } from '../../commands/kernel-options.js';
import { trace } from '../support/command-line.js';
import { temporaryDirectory } from '../support/temporary-directory.js';

const inside = temporaryDirectory();
/** No process has a number so high. */
const nobody = 2 ** 30;

describe('the directory of an audit', () => {
  test('is made, and free again when it is given back', () => {
    const folder = inside('made/below');
    takeDirectory(folder)();
    takeDirectory(folder)();
    expect(readdirSync(folder)).toEqual([]);
  });

  test('belongs to one audit at a time', async () => {
    const folder = inside('used');
    const giveBack = takeDirectory(folder);
    const { exitCode, stderr } = await trace(['audit', '--programs', 'echo a', '--out', folder]);
    expect([exitCode, stderr]).toEqual([
      2,
      expect.stringContaining(`is writing to ${folder} (process ${process.pid})`),
    ]);
    giveBack();
    expect(readdirSync(folder)).toEqual([]);
  });

  test('is taken from one that was killed', () => {
    const folder = inside('killed');
    takeDirectory(folder);
    writeFileSync(path.join(folder, '.audit-running'), `${nobody}\n`);
    takeDirectory(folder)();
    expect(readdirSync(folder)).toEqual([]);
  });

  test('must be a directory', () => {
    writeFileSync(inside('file'), '');
    expect(() => takeDirectory(inside('file'))).toThrow(
      /file cannot be made or written to \(EEXIST\).*--out/,
    );
  });
});

describe('a note tells', () => {
  const tree = inside('tree');
  const [kernelPath, diskPath] = ['kernel/kernel', 'fs.img'].map((name) => path.join(tree, name));
  const kernel = { builtin: false, kernelPath, diskPath } as ChosenKernel;

  /** A tree built at second 1000, with a source of each part changed at these seconds. */
  function treeWith(kernelSource: number, userSource: number): void {
    for (const [name, seconds] of [
      ['kernel/kernel', 1000],
      ['kernel/vm.c', kernelSource],
      ['fs.img', 1000],
      ['user/sh.c', userSource],
    ] as const) {
      const file = path.join(tree, name);
      mkdirSync(path.dirname(file), { recursive: true });
      writeFileSync(file, '');
      utimesSync(file, seconds, seconds);
    }
  }

  test('nothing of a tree that was built last, nor of one that was copied as a whole', () => {
    treeWith(900, 900);
    expect(staleNotes(kernel)).toEqual([]);
    treeWith(1030, 1030);
    expect(staleNotes(kernel)).toEqual([]);
  });

  test('of a kernel, and of programs, that are older than their sources', () => {
    treeWith(1100, 900);
    expect(staleNotes(kernel)).toEqual([
      expect.stringMatching(/kernel\/kernel is older than .*kernel\/vm\.c: /),
    ]);
    treeWith(900, 1100);
    expect(staleNotes(kernel)).toEqual([expect.stringMatching(/fs\.img is older than .*user\/sh\.c: /)]);
    expect(staleNotes({ ...kernel, diskPath: inside('other.img') })).toEqual([]);
  });
});

describe('the time left', () => {
  const mebibytes = 128;
  const boot = 3.4e6 * mebibytes;
  const [cowtest, frames] = ['cowtest', 'frames'].map((name) => expectedCycles(name, mebibytes));

  test('follows from the pace, and from the work that is left', () => {
    const left = new TimeLeft(['cowtest', 'frames'], mebibytes);
    expect(timeLeftText(left.seconds(3, boot / 2))).toBe('booting');
    const half = boot + cowtest / 2;
    expect(left.seconds(10, half)).toBeCloseTo((10 * (cowtest / 2 + frames)) / half);
    expect(left.seconds(20, half)).toBeCloseTo(2 * left.seconds(10, half));
  });

  test('is what is left of the programs when one took what was expected of it', () => {
    const left = new TimeLeft(['cowtest', 'frames'], mebibytes);
    left.legEnded(boot + cowtest, 0);
    left.programEnded();
    expect(left.seconds(1e6, 0)).toBeCloseTo((1e6 * frames) / (boot + cowtest));
  });

  test('grows with programs that take longer than expected', () => {
    const [usual, slow] = [1, 3].map((times) => {
      const left = new TimeLeft(['cowtest', 'frames'], mebibytes);
      left.legEnded(boot + times * cowtest, 0);
      left.programEnded();
      return left.seconds(10 * times, 0);
    });
    expect(slow / usual).toBeGreaterThan(2.5);
    const left = new TimeLeft(['cowtest'], mebibytes);
    expect(left.seconds(10, boot + 2 * cowtest)).toBeGreaterThan(0.1);
  });

  test('is said in seconds, or in minutes where they are many', () => {
    expect([0.2, 89, 200].map(timeLeftText)).toEqual([
      'about 1 s left',
      'about 89 s left',
      'about 3 min left',
    ]);
  });
});
