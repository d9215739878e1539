// What a program's cases came to, for people: how many of each kind, and a line for each that did not pass.
import type { Disclosure } from '../../analyzer/index.js';
import { escapeText, pageWidth, printable, wrapText } from '../../text/index.js';
import { atTheEnd, steps } from './cases.js';
import { allCases, type AllCases, type FoundCase } from './legs.js';
import type { AuditedRun } from './report.js';

/** A case with what it came to in both of its runs: the worse of them. */
interface WholeCase extends FoundCase {
  /** Its name, with that of those of its runs that came to that. */
  readonly called: string;
}

const resultWords = {
  passed: 'passed',
  failed: 'failed',
  died: 'ended the run',
  skipped: 'skipped',
} as const;
/** Names told of cases that came to the same. */
const namesMost = 8;
/** Worst first. */
const results = ['died', 'failed', 'skipped', 'passed'] as const;

/** Nothing where all passed, and for programs that have no such cases. */
export function caseLines(run: AuditedRun, disclose: Disclosure): string[] {
  const all = allCases(run.legs);
  if (all === undefined) return [];
  const cases = wholeCases(all.runs);
  const others = cases.filter(({ result }) => result !== 'passed');
  if (others.length === 0 && all.notRun === 0) return [];
  return [
    '',
    ...wrapText(printable(`${run.words.join(' ')}: ${tally(cases, all)}`), pageWidth, '  ', '    '),
    ...groups(others).flatMap((some) => groupLines(some, disclose)),
  ];
}

function tally(cases: readonly WholeCase[], { notRun, unit }: AllCases): string {
  const counts = [...results].reverse().flatMap((result) => {
    const count = cases.filter((one) => one.result === result).length;
    return count === 0 ? [] : [`${count} ${resultWords[result]}`];
  });
  const rest = notRun === 0 ? [] : [`${notRun} had no turn`];
  const own = cases.filter(({ name }) => !steps.has(name) && name !== atTheEnd).length;
  const all = own + notRun;
  return `${all} ${unit}${all === 1 ? '' : 's'}: ${[...counts, ...rest].join(', ')}`;
}

function wholeCases(runs: readonly FoundCase[]): WholeCase[] {
  const names = [...new Set(runs.map(({ name }) => name))];
  return names.map((name) => {
    const same = runs.filter((one) => one.name === name);
    const result = results.find((wanted) => same.some((one) => one.result === wanted))!;
    const worst = same.filter((one) => one.result === result);
    const isBusyOnly = worst.length < same.length && worst[0].isBusy;
    return { ...worst[0], called: `${name}${isBusyOnly ? ' busy' : ''}` };
  });
}

/** Cases with one thing to say of them, together. */
function groups(cases: readonly WholeCase[]): WholeCase[][] {
  const sentences = [...new Set(cases.map(({ result, said }) => `${result} ${said}`))];
  return sentences.map((sentence) => cases.filter(({ result, said }) => `${result} ${said}` === sentence));
}

function groupLines(cases: readonly WholeCase[], disclose: Disclosure): string[] {
  const [{ result, said, trace }] = cases;
  const names = cases.slice(0, namesMost).map(({ called }) => called);
  const more = cases.length > namesMost ? `, and ${cases.length - namesMost} more` : '';
  const where = disclose === 'what' || result === 'skipped' ? '' : ` (${trace})`;
  const what = said === undefined ? '' : `: ${escapeText(said, 200)}`;
  const text = `${names.join(', ')}${more}: ${resultWords[result]}${what}${where}`;
  return wrapText(printable(text), pageWidth, '    ', '      ');
}
