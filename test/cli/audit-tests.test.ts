// A usertests that stops in the midst of its tests: what came of each, which are left, and the program without the
// others.
import { describe, expect, test } from 'vitest';
import { nextLeg, type Leg } from '../../commands/audit/legs.js';
import { runsTests, tablesIn, testTables, testsOf, withoutTests } from '../../commands/audit/tests.js';
import type { ChosenKernel } from '../../commands/kernel-options.js';
import { DiskImage, writeDiskImage } from '../../tracer/disk-image/index.js';
import { elfExecutable } from '../support/elf-writer.js';

const names = ['copyin', 'copyout', 'MAXVAplus', 'nowrite', 'badarg'];
const slow = ['bigdir', 'manywrites', 'execout', 'diskfull'];
const places = { code: 0x100, texts: 0x200, tables: 0x400 };

/** A program with these tables, one behind the other with an end between them. */
function programWith(...tables: string[][]): Uint8Array {
  const image = new Uint8Array(0x800);
  const view = new DataView(image.buffer);
  let text = places.texts;
  let entry = places.tables;
  for (const table of tables) {
    for (const name of table) {
      image.set(Buffer.from(`${name}\0`), text);
      view.setBigUint64(entry, BigInt(places.code), true);
      view.setBigUint64(entry + 8, BigInt(text), true);
      text += 20;
      entry += 16;
    }
    entry += 16;
  }
  return elfExecutable(image, 0);
}

const namesOf = (program: Uint8Array): (readonly string[])[] => tablesIn(program).map((one) => one.names);

describe('the tables of a program', () => {
  test('are found, each by itself, and pairs of other numbers are none', () => {
    expect(namesOf(programWith(names, slow))).toEqual([names, slow]);
    expect(namesOf(programWith(names.slice(0, 3)))).toEqual([]);
    expect(namesOf(programWith(names.map((name) => `${name} x`)))).toEqual([]);
  });

  test('are without the tests that had their turn on a copy of the disk', () => {
    const program = programWith(names, slow);
    const others = { name: 'sh', contents: Uint8Array.from({ length: 3000 }, (_, index) => index) };
    const disk = writeDiskImage([{ name: 'usertests', contents: program }, others]);
    const kernel = { disk, diskPath: 'fs.img', builtin: false } as ChosenKernel;
    const before = disk.slice();
    const copy = withoutTests('usertests', kernel, ['copyin', 'MAXVAplus', 'diskfull', 'absent']);
    const left = new DiskImage(copy.disk).readFile('usertests');
    // Three are too few to be known for a table, and are still there in front of its end.
    const table = new DataView(left.buffer, left.byteOffset + 4096 + places.tables, 0x400);
    const text = (entry: number): string => {
      const at = 4096 + Number(table.getBigUint64(entry * 16 + 8, true));
      return at === 4096 ? '' : Buffer.from(left.subarray(at, left.indexOf(0, at))).toString();
    };
    expect([0, 1, 2, 3].map(text)).toEqual(['copyout', 'nowrite', 'badarg', '']);
    expect([6, 7, 8, 9].map(text)).toEqual(['bigdir', 'manywrites', 'execout', '']);
    expect(Buffer.compare(new DiskImage(copy.disk).readFile('sh'), others.contents)).toBe(0);
    expect(Buffer.compare(disk, before)).toBe(0);
    expect(testTables('usertests', kernel).map((one) => one.names)).toEqual([names, slow]);
    expect(testTables('absent', kernel)).toEqual([]);
  });

  test('are asked of a line that runs all tests', () => {
    for (const line of ['usertests', './usertests -q', 'our-usertests -q'])
      expect(runsTests(line.split(' ')), line).toBe(true);
    for (const line of ['usertests copyin', 'usertests -c', 'cowtest', 'usertests -q x'])
      expect(runsTests(line.split(' ')), line).toBe(false);
  });
});

/** What came of the tests whose output this is. */
function testsIn(text: string, words = ['usertests', '-q'], without: string[] = []) {
  const printed = text.split(/(?<=\n)/).map((line, index) => ({ text: line, cycle: 100 * index }));
  return testsOf(printed, words, [slow, names], without, () => 'panic: walk');
}

const start = 'usertests starting\ntest copyin: OK\n';

describe('the tests of a run', () => {
  test('are over when it says so', () => {
    const log = testsIn(`${start}test copyout: usertrap(): sepc=0x1\nOK\nALL TESTS PASSED\n`);
    expect(log).toMatchObject({ isOver: true, cases: 5, unit: 'test', all: names });
    expect(log.runs.map(({ name, result, cycle }) => [name, result, cycle])).toEqual([
      ['copyin', 'passed', 100],
      ['copyout', 'passed', 200],
    ]);
  });

  test('end with the one in which the kernel died', () => {
    const log = testsIn(`${start}test copyout: panic: walk\n`);
    expect(log.isOver).toBe(false);
    expect(log.runs.at(-1)).toMatchObject({ name: 'copyout', result: 'died', said: 'panic: walk' });
  });

  test('are not over where it stops at one that failed, unless none is left', () => {
    const text = `${start}test copyout: write failed\nFAILED\nSOME TESTS FAILED\n`;
    const log = testsIn(text);
    expect(log.isOver).toBe(false);
    expect(log.runs.at(-1)).toMatchObject({ result: 'failed', said: 'write failed' });
    expect(testsIn(text, undefined, names.slice(2)).isOver).toBe(true);
  });

  test('are those of all tables where the slow ones are run, too', () => {
    expect(testsIn(start, ['usertests']).all).toEqual([...names, ...slow]);
  });
});

describe('the next leg of a usertests', () => {
  const first = { words: ['usertests', '-q'], out: 'out/usertests.trace' };
  const leg = (text: string, without: string[] = []): Leg => {
    const result = { end: 'panic', cycle: 1000 } as Leg['result'];
    return { words: first.words, result, log: testsIn(text, undefined, without) } as unknown as Leg;
  };

  test('has neither the test in which the kernel died nor those before it', () => {
    const one = leg(`${start}test copyout: panic: walk\n`);
    const next = nextLeg([one], first)!;
    const without = ['copyin', 'copyout'];
    expect(next).toEqual({ words: first.words, out: 'out/usertests-after-copyout.trace', without });
    const two = leg('test MAXVAplus: OK\ntest nowrite: panic: walk\n', without);
    expect(nextLeg([one, two], first)).toMatchObject({
      out: 'out/usertests-after-nowrite.trace',
      without: [...without, 'MAXVAplus', 'nowrite'],
    });
    const last = leg('test badarg: panic: walk\n', names.slice(0, 4));
    expect(nextLeg([one, two, last], first)).toBeUndefined();
  });

  test('is none where a test came again that was to be left out', () => {
    const one = leg(`${start}test copyout: panic: walk\n`);
    expect(nextLeg([one, leg(`${start}`)], first)).toBeUndefined();
  });

  test('is told where to go on where it is ours', () => {
    const own = { words: ['our-usertests', '-q'], out: 'out/our-usertests.trace' };
    const died = [{ name: 'pipe1', isBusy: false, cycle: 4, result: 'died' }];
    const log = { runs: died, cases: undefined, isOver: false, unit: 'test' };
    const one = { ...leg(''), words: own.words, log } as unknown as Leg;
    expect(nextLeg([one], own)?.words).toEqual(['our-usertests', '-after', 'pipe1', '-q']);
  });
});
