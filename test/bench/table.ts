// The benchmark's results as tables for people: what each way took, and how that compares with what is to be reached.
import { ways, type Measurement, type Way, type Work } from './measurement.js';

/** Medians of one work, by the way it was done. */
export interface WorkResult {
  readonly work: Work;
  readonly by: Partial<Record<Way, Measurement>>;
}

/** A mark: this way takes at most so many times the wall time of the other. */
interface Mark {
  readonly way: Way;
  readonly against: Way;
  readonly atMost: number;
}

const titles: Readonly<Record<Way, string>> = {
  plain: 'no trace',
  traced: 'full trace',
  recorded: 'trace, snapshots',
  judged: 'trace and verdict',
  qemu: 'QEMU',
  record: 'QEMU recording',
};

/** Kernels that sleep while they wait leave QEMU idle for most of the time: there we need not wait. */
const idleShare = 0.6;

/** What is to be reached. A boot's mark is that of the machine alone, the others include the trace and its verdict. */
function marksOf({ work, by }: WorkResult): readonly Mark[] {
  const recording: Mark = { way: 'judged', against: 'record', atMost: 0.1 };
  if (work === '') return [{ way: 'plain', against: 'qemu', atMost: 0.7 }, recording];
  const sleeps = (by.qemu?.processorSeconds ?? 0) < idleShare * (by.qemu?.wallSeconds ?? 0);
  const judged = (atMost: number): Mark => ({ way: 'judged', against: 'qemu', atMost });
  if (work.startsWith('usertests'))
    return [judged(0.35), { way: 'plain', against: 'qemu', atMost: 0.2 }, recording];
  return [judged(sleeps ? 0.1 : 0.3), recording];
}

type Cells = readonly string[];

/** Lines of text; the first column is aligned left, the others right. */
function aligned(rows: readonly Cells[]): string {
  const widths = rows[0].map((_, index) => Math.max(...rows.map((row) => row[index].length)));
  const cell = (text: string, index: number): string =>
    index === 0 ? text.padEnd(widths[0]) : text.padStart(widths[index]);
  return rows.map((row) => row.map(cell).join('  ').trimEnd()).join('\n');
}

function seconds(value: number | undefined): string {
  return value === undefined ? '-' : value.toFixed(value < 10 ? 2 : 1);
}

function mebibytes(bytes: number | undefined): string {
  return bytes === undefined ? '-' : (bytes / 2 ** 20).toFixed(0);
}

function timesOf({ work, by }: WorkResult): readonly Cells[] {
  const instructions = by.plain?.instructions;
  return ways.flatMap((way) => {
    const each = by[way];
    if (!each) return [];
    const more = each.unfinished ? '>' : '';
    const speed = instructions && each.processorSeconds && !each.unfinished;
    return [
      [
        work || 'boot',
        titles[way],
        `${more}${seconds(each.processorSeconds)}`,
        `${more}${seconds(each.wallSeconds)}`,
        speed ? (instructions / each.processorSeconds! / 1e6).toFixed(0) : '-',
        mebibytes(each.peakBytes),
        mebibytes(each.traceBytes),
      ],
    ];
  });
}

function ratiosOf(result: WorkResult): readonly Cells[] {
  return marksOf(result).flatMap(({ way, against, atMost }) => {
    const [one, other] = [result.by[way], result.by[against]];
    if (!one || !other) return [];
    const less = other.unfinished ? '<' : '';
    const ratio = (a: number | undefined, b: number | undefined): string =>
      a && b ? `${less}${(a / b).toFixed(2)}` : '-';
    const wall = one.wallSeconds / other.wallSeconds;
    return [
      [
        result.work || 'boot',
        titles[way],
        titles[against],
        ratio(one.wallSeconds, other.wallSeconds),
        ratio(one.processorSeconds, other.processorSeconds),
        atMost.toFixed(2),
        wall <= atMost ? 'reached' : 'missed',
      ],
    ];
  });
}

/** What each way took, from the start of its process to the last prompt. */
export function timesTable(results: readonly WorkResult[]): string {
  const head = ['work', 'way', 'processor s', 'wall s', 'MIPS', 'peak MiB', 'trace MiB'];
  return aligned([head, ...results.flatMap(timesOf)]);
}

/** Times of one way in those of another, and the marks for the wall time. */
export function ratiosTable(results: readonly WorkResult[]): string {
  const head = ['work', 'way', 'against', 'wall ratio', 'processor ratio', 'at most', ''];
  return aligned([head, ...results.flatMap(ratiosOf)]);
}
