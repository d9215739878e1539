// The benchmark's result as a table for people.
import type { Measurement, Way, Work } from './measurement.js';

/** Medians of one work, by the way it was done. */
export interface WorkResult {
  readonly work: Work;
  readonly by: Partial<Record<Way, Measurement>>;
}

interface Column {
  readonly title: string;
  readonly text: (result: WorkResult) => string;
}

function seconds(value: number | undefined): string {
  return value === undefined ? '-' : value.toFixed(value < 10 ? 2 : 1);
}

/** Millions of instructions a processor second. */
function speed(result: WorkResult, way: Way): number | undefined {
  const processor = result.by[way]?.processorSeconds;
  const instructions = result.by.plain?.instructions;
  return processor && instructions ? instructions / processor / 1e6 : undefined;
}

function ratio(result: WorkResult, one: Way, other: Way): string {
  const [a, b] = [result.by[one]?.processorSeconds, result.by[other]?.processorSeconds];
  return a && b ? (a / b).toFixed(2) : '-';
}

const both = (result: WorkResult, way: Way): string => {
  const measurement = result.by[way];
  if (!measurement) return '-';
  return `${seconds(measurement.processorSeconds)} (${seconds(measurement.wallSeconds)})`;
};

const columns: readonly Column[] = [
  { title: 'work', text: ({ work }) => work || 'boot' },
  { title: 'M instr.', text: ({ by }) => ((by.plain?.instructions ?? 0) / 1e6).toFixed(0) },
  { title: 'plain', text: (result) => both(result, 'plain') },
  { title: 'traced', text: (result) => both(result, 'traced') },
  { title: 'QEMU', text: (result) => both(result, 'qemu') },
  { title: 'plain MIPS', text: (result) => speed(result, 'plain')?.toFixed(0) ?? '-' },
  { title: 'traced MIPS', text: (result) => speed(result, 'traced')?.toFixed(0) ?? '-' },
  { title: 'traced/plain', text: (result) => ratio(result, 'traced', 'plain') },
  { title: 'plain/QEMU', text: (result) => ratio(result, 'plain', 'qemu') },
  { title: 'traced/QEMU', text: (result) => ratio(result, 'traced', 'qemu') },
];

/** Lines of text; the first column is aligned left, the others right. */
export function tableOf(results: readonly WorkResult[]): string {
  const rows = [
    columns.map(({ title }) => title),
    ...results.map((each) => columns.map(({ text }) => text(each))),
  ];
  const widths = columns.map((_, index) => Math.max(...rows.map((row) => row[index].length)));
  const line = (row: readonly string[]): string =>
    row
      .map((cell, index) => (index === 0 ? cell.padEnd(widths[0]) : cell.padStart(widths[index])))
      .join('  ');
  return rows.map(line).join('\n');
}
