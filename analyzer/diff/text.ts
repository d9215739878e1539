// The difference of two runs as text for people, at most 100 columns, guest text escaped.
import { escapeText, formatCount, pageWidth, paint, processWords, wrapText } from '../../text/index.js';
import type { RunDiff } from './diff.js';
import type { Comparison, HistoryRow, Parting } from './history-comparison.js';

/** @param paths what A and B are called */
export function diffText(diff: RunDiff, paths: readonly [string, string], colour = false): string {
  const lines = [
    ...['A', 'B'].flatMap((side, index) => factLines(side, paths[index], diff.facts[index])),
    '',
    ...comparisonLines('the programs', diff.program, diff, colour),
    '',
    ...comparisonLines('the kernel', diff.kernel, diff, colour),
    '',
    ...consoleLines(diff),
    '',
    ...countLines(diff),
  ];
  return lines.map((line) => `${line}\n`).join('');
}

function factLines(side: string, path: string, facts: RunDiff['facts'][number]): string[] {
  const fact = (name: string): string => escapeText(String(facts[name] ?? 'unknown'), 60);
  const program = [facts['program'], facts['arguments']].filter((word) => word !== undefined && word !== '');
  const parts = [
    program.length === 0 ? 'boot' : escapeText(program.join(' '), 60),
    `harts: ${fact('machine_harts')}`,
    `kernel ${fact('kernel_digest').slice(0, 12)}`,
    `ended by ${fact('end_reason')} at cycle ${grouped(facts['final_cycle'])}`,
    `digest ${fact('final_state_digest').slice(0, 12)}`,
  ];
  return wrapText(`${side}  ${escapeText(path)}: ${parts.join(', ')}`, pageWidth, '', '   ');
}

function grouped(cycle: string | number | bigint | undefined): string {
  return cycle === undefined ? 'unknown' : formatCount(Number(cycle));
}

function comparisonLines(
  what: 'the programs' | 'the kernel',
  compared: Comparison | undefined,
  diff: RunDiff,
  colour: boolean,
): string[] {
  if (compared === undefined) return [`${what}: not compared, for want of events`];
  const { partings, processes, rows } = compared;
  if (partings.length === 0) {
    const amount = `${formatCount(rows[0])} events of ${processes[0]} processes`;
    return [paint(`${what} did the same in both: ${amount}`, 'green', colour)];
  }
  const [first, ...others] = partings;
  const part = what === 'the kernel' ? 'parts' : 'part';
  const more = others.map(({ birth, common }) => `${birth} after ${formatCount(common)}`).join(', ');
  return [
    ...partingLines(`${what} ${part}`, first, diff, colour),
    ...(others.length === 0
      ? []
      : wrapText(`later or elsewhere part processes ${more}`, pageWidth, '  ', '    ')),
  ];
}

function partingLines(what: string, parting: Parting, { names }: RunDiff, colour: boolean): string[] {
  const { birth, common, before, a, b } = parting;
  const name = names.get(birth);
  const pids = [a, b].map(
    (rows, index) => rows[0]?.pid ?? (index === 0 ? before.at(-1)?.pid : undefined) ?? '?',
  );
  const who = `${processWords(birth, name)}, pid ${pids[0]} in A and ${pids[1]} in B`;
  return [
    ...wrapText(`${what} in ${who}, after ${formatCount(common)} equal events`, pageWidth, '', '  ').map(
      (line) => paint(line, 'bold', colour),
    ),
    ...before.map((row) => rowLine(' ', row)),
    ...sideLines('A', a).map((line) => paint(line, 'red', colour)),
    ...sideLines('B', b).map((line) => paint(line, 'green', colour)),
  ];
}

function sideLines(side: string, rows: readonly HistoryRow[]): string[] {
  return rows.length === 0
    ? [`  ${side}  has no further event of it`]
    : rows.map((row) => rowLine(side, row));
}

function rowLine(side: string, { cycle, hart, text, site }: HistoryRow): string {
  const where = site === undefined ? '' : `, in ${site}`;
  const head = `  ${side}  ${formatCount(cycle).padStart(15)}  hart ${hart}  `;
  return head + escapeText(`${text}${where}`, pageWidth - head.length);
}

function consoleLines({ console }: RunDiff): string[] {
  if (console === undefined) return ['the console: not compared, for want of events'];
  if (console.parting === undefined) return ['the console shows the same in both'];
  const { line, a, b } = console.parting;
  const shown = (text: string | undefined): string =>
    text === undefined ? 'has ended' : escapeText(text, 90);
  return [`the console first differs in line ${line}`, `  A  ${shown(a)}`, `  B  ${shown(b)}`];
}

function countLines({ counts }: RunDiff): string[] {
  const cell = (value: number | undefined): string =>
    value === undefined ? 'not traced' : formatCount(value);
  const line = (name: string, ...cells: readonly string[]): string =>
    name.padEnd(16) + cells.map((text) => text.padStart(14)).join('');
  const rows = counts.map(({ kind, a, b }) => {
    const change = (b ?? 0) - (a ?? 0);
    return line(kind, cell(a), cell(b), (change > 0 ? '+' : '') + formatCount(change));
  });
  return [line('events', 'A', 'B', 'B - A'), ...rows];
}
