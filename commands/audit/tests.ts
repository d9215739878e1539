// What a usertests came to, test by test, and how it goes on behind the test in which it ended. It prints each name
// before the test; all that it knows are in the program itself, in tables of functions and names.
import path from 'node:path';
import { unlessRefused } from '../../errors.js';
import { readEventFile } from '../../tracer/arrow/index.js';
import { DiskImage, rewriteFile } from '../../tracer/disk-image/index.js';
import { openTrace } from '../../tracer/directory/index.js';
import { loadedBytesAt, parseElf } from '../../tracer/symbols/index.js';
import type { ChosenKernel } from '../kernel-options.js';
import { isOwn } from '../run/added-programs.js';
import type { CaseLog, CaseResult, CaseRun } from './cases.js';

/** Whether a line runs all tests of a usertests, or all quick ones. */
export function runsTests(words: readonly string[]): boolean {
  const [program, ...options] = words;
  return /^(our-)?usertests$/.test(path.posix.basename(program)) && /^(-q)?$/.test(options.join(' '));
}

/** Tests that a program runs in the order of its entries, one behind the other. */
export interface TestTable {
  readonly names: readonly string[];
  /** Its entries, where the program has them. */
  readonly bytes: Uint8Array;
}

/** Fewer entries in a row may be something else. */
const entriesLeast = 4;
/** The address of a function, and that of a name; a table ends where the latter is 0. */
const entryBytes = 16;

/** The tables of the disk's usertests; none where it is ours, which is told where to go on, or cannot be read. */
export function testTables(program: string, kernel: ChosenKernel): TestTable[] {
  if (isOwn(program, 'usertests', kernel)) return [];
  return unlessRefused(() => tablesIn(programOf(program, kernel))) ?? [];
}

/** The kernel with a copy of the disk on which usertests has no longer the tests of these names. */
export function withoutTests(program: string, kernel: ChosenKernel, names: readonly string[]): ChosenKernel {
  const contents = programOf(program, kernel);
  for (const table of tablesIn(contents)) {
    const all = table.bytes.slice();
    const left = table.names.flatMap((name, index) => (names.includes(name) ? [] : index));
    table.bytes.fill(0);
    for (const [place, index] of left.entries())
      table.bytes.set(all.subarray(index * entryBytes, (index + 1) * entryBytes), place * entryBytes);
  }
  return { ...kernel, disk: rewriteFile(kernel.disk, kernel.diskPath, program, contents) };
}

function programOf(program: string, { disk, diskPath }: ChosenKernel): Uint8Array {
  return new DiskImage(disk, diskPath).readFile(program);
}

/** Those of a program; what is stored to their bytes is stored to it. */
export function tablesIn(program: Uint8Array): TestTable[] {
  const elf = parseElf(program, 'usertests');
  return elf.segments.flatMap(({ bytes }) => tablesOf(bytes, (address) => loadedBytesAt(elf, address)));
}

function tablesOf(bytes: Uint8Array, at: (address: bigint) => Uint8Array): TestTable[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const entryAt = (offset: number): string | undefined => {
    if (offset + entryBytes > bytes.length) return undefined;
    const code = view.getBigUint64(offset, true);
    const isCode = code % 2n === 0n && at(code).length > 0;
    return isCode ? nameAt(at(view.getBigUint64(offset + 8, true))) : undefined;
  };
  const tables: TestTable[] = [];
  for (let offset = 0; offset < bytes.length; offset += 8) {
    const names: string[] = [];
    for (let name; (name = entryAt(offset + names.length * entryBytes)) !== undefined;) names.push(name);
    if (names.length < entriesLeast) continue;
    const end = offset + names.length * entryBytes;
    tables.push({ names, bytes: bytes.subarray(offset, end) });
    offset = end;
  }
  return tables;
}

function nameAt(bytes: Uint8Array): string | undefined {
  return /^(\w{2,20})\0/.exec(Buffer.from(bytes.subarray(0, 21)).toString('latin1'))?.[1];
}

/**
 * Reads the trace of a run of usertests.
 *
 * @param tables what `testTables` has found
 * @param without names of tests that the program no longer had
 * @param endingOf tells from what was printed how the run ended, in a clause, for the test in which it did
 */
export function readTests(
  trace: string,
  words: readonly string[],
  tables: readonly TestTable[],
  without: readonly string[],
  endingOf: (console: string) => string,
): CaseLog {
  return testsOf(
    printedIn(trace),
    words,
    tables.map(({ names }) => names),
    without,
    endingOf,
  );
}

/** Something that was printed, and when. */
export interface Printed {
  readonly text: string;
  readonly cycle: number;
}

/** The same, from what was printed and the names in each table. */
export function testsOf(
  printed: readonly Printed[],
  words: readonly string[],
  tables: readonly (readonly string[])[],
  without: readonly string[],
  endingOf: (console: string) => string,
): CaseLog {
  const text = printed.map((one) => one.text).join('');
  const begun = [...text.matchAll(/^test (\w+): /gm)];
  const runs = begun.map((match, index): CaseRun => {
    const said = text.slice(match.index + match[0].length, begun[index + 1]?.index);
    const ending = index === begun.length - 1 ? endingOf(text) : 'its result was not seen';
    return { name: match[1], isBusy: false, cycle: cycleAt(printed, match.index), ...resultIn(said, ending) };
  });
  const known = tables.find((names) => runs.some(({ name }) => names.includes(name)));
  const all =
    known && (words.includes('-q') ? known : [known, ...tables.filter((one) => one !== known)].flat());
  const left = all?.filter((name) => !without.includes(name));
  // Who stops at the first failure says only that there was one.
  const isWhole = left === undefined ? text.includes('SOME TESTS FAILED') : left.length === runs.length;
  const isOver =
    runs.every(({ result }) => result !== 'died') &&
    (isWhole || /^(ALL TESTS PASSED|FAILED -- )/m.test(text));
  return { runs, cases: all?.length, isOver, unit: 'test', ...(all && { all }) };
}

/** What comes behind a test's name until the next one's. */
function resultIn(said: string, ending: string): CaseResult {
  const [, before, word] = /^(.*?)(?<!\w)(OK|FAILED)[ \t]*[\r\n]/s.exec(said) ?? [];
  if (word === 'OK') return { result: 'passed' };
  if (word === undefined) return { result: 'died', said: ending };
  const reason = before.split(/[\r\n]+/).find((line) => line.trim() !== '');
  return { result: 'failed', ...(reason !== undefined && { said: reason.trim() }) };
}

function cycleAt(printed: readonly Printed[], offset: number): number {
  let from = 0;
  for (const { text, cycle } of printed) {
    from += text.length;
    if (from > offset) return cycle;
  }
  return 0;
}

function printedIn(trace: string): Printed[] {
  const { kinds, eventPath } = openTrace(trace);
  const printed: Printed[] = [];
  if (!kinds.has('console')) return printed;
  for (const { columns, rows } of readEventFile(eventPath('console'), 'console')) {
    const { direction, text, cycle } = columns;
    for (let row = 0; row < rows; row++)
      if (direction.dictionary![Number(direction.values[row])] === 'output')
        printed.push({
          text: text.dictionary![Number(text.values[row])].replaceAll('\r', ''),
          cycle: Number(cycle.values[row]),
        });
  }
  return printed;
}
