// The score as a text: a row a defect, summed up over the runs that reached it, and a row a correct kernel.
import type { KernelVariant } from '../../fixtures/index.js';
import type { Case } from './cases.js';
import type { Grade } from './grade.js';

/** What one case was graded. */
export interface GradedCase {
  readonly variant: KernelVariant;
  readonly run: Case;
  readonly grades: readonly Grade[];
}

/** The rows and the sums, as lines. */
export function scoreTable(cases: readonly GradedCase[]): string[] {
  const defects = byName(cases.filter(({ variant }) => variant.defects.length > 0));
  const correct = byName(cases.filter(({ variant }) => variant.defects.length === 0));
  return [
    ...columns([
      ['defect', 'found', 'delay', 'function', 'programs said', 'by'],
      ...defects.flatMap(defectRows),
    ]),
    '',
    ...columns([['correct kernel', 'alarms', 'programs said', 'by'], ...correct.map(correctRow)]),
    '',
    ...sums(cases),
  ];
}

function byName(cases: readonly GradedCase[]): GradedCase[][] {
  const groups = new Map<string, GradedCase[]>();
  for (const one of cases) groups.set(one.variant.name, [...(groups.get(one.variant.name) ?? []), one]);
  return [...groups.values()];
}

function defectRows(group: readonly GradedCase[]): string[][] {
  const { name, defects } = group[0]!.variant;
  return defects.map(({ number }) => {
    const grades = group.flatMap(({ grades }) => grades.filter((grade) => grade.name.endsWith(`#${number}`)));
    const reached = grades.filter((grade) => grade.found !== 'unreached');
    const delays = reached.flatMap(({ delay }) => delay ?? []);
    const by = [
      ...new Set(reached.flatMap(({ rules, found }) => (rules.length > 0 ? rules : [`(${found})`]))),
    ];
    return [
      defects.length > 1 ? `${name} #${number}` : name,
      reached.length === 0
        ? 'unreached'
        : `${count(reached, ({ found }) => found === 'rule')}/${reached.length}`,
      delays.length === 0 ? '' : Math.min(...delays).toLocaleString('en'),
      reached.length === 0
        ? ''
        : `${count(reached, ({ named }) => named === 1)}, ${count(reached, ({ named }) => !!named)}`,
      saidBy(group, reached),
      by.join(' '),
    ];
  });
}

function correctRow(group: readonly GradedCase[]): string[] {
  const grades = group.flatMap((one) => one.grades);
  const alarms = [...new Set(grades.flatMap(({ rules }) => rules))];
  return [group[0]!.variant.name, String(alarms.length), saidBy(group, grades), alarms.join(' ')];
}

/** Of each program: what it said in the runs that count, each answer once. */
function saidBy(group: readonly GradedCase[], grades: readonly Grade[]): string {
  const programs = [...new Set(group.map(({ run }) => run.program))];
  const words = programs.flatMap((program) => {
    const cases = group.filter(({ run }) => run.program === program);
    const said = new Set(
      cases.flatMap((one) => one.grades.filter((grade) => grades.includes(grade))).map(wordOf),
    );
    return said.size === 0 ? [] : `${program}: ${[...said].join('/')}`;
  });
  return words.join(', ');
}

const wordOf = ({ said }: Grade): string => said;

function sums(cases: readonly GradedCase[]): string[] {
  const all = cases.filter(({ variant }) => variant.defects.length > 0).flatMap(({ grades }) => grades);
  const reached = all.filter(({ found }) => found !== 'unreached');
  const byRule = reached.filter(({ found }) => found === 'rule');
  const noticed = reached.filter(({ found }) => found === 'rule' || found === 'panic');
  const clean = cases.filter(({ variant }) => variant.defects.length === 0);
  const alarms = clean.filter(({ grades }) => grades.some(({ rules }) => rules.length > 0));
  const named = (most: number) => count(noticed, (grade) => grade.named !== undefined && grade.named <= most);
  return [
    `found by a rule: ${share(byRule.length, reached.length)} runs that a defect harmed; by a rule or a panic: ${share(noticed.length, reached.length)}`,
    `function at fault named first: ${share(named(1), noticed.length)}; among three: ${share(named(3), noticed.length)}`,
    `false alarms: ${alarms.length} of ${clean.length} runs of correct kernels`,
  ];
}

const share = (part: number, whole: number) =>
  `${part} of ${whole} (${Math.round((100 * part) / (whole || 1))} %)`;

function count(grades: readonly Grade[], holds: (grade: Grade) => boolean): number {
  return grades.filter(holds).length;
}

function columns(rows: readonly (readonly string[])[]): string[] {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column]!))
      .join('  ')
      .trimEnd(),
  );
}
