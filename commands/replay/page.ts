// A moment as a page for people: at most 100 columns, guest text escaped.
import { entryWords } from '../../analyzer/index.js';
import {
  disassembleMoment,
  readMemory,
  type CallFrame,
  type FrameView,
  type HartView,
  type MappedRange,
  type Moment,
  type MomentSource,
  type Stack,
} from '../../tracer/moment/index.js';
import { escapeText, formatCount, hex, pageWidth, paint, processWords, wrapText } from '../../text/index.js';
import type { SourceLine } from '../source-lines.js';
import { instructionsShown } from './document.js';
import { eventWords } from './event-words.js';
import { instructionLines, memoryLines, registerLines } from './page-registers.js';
import type { PartName, Parts } from './parts.js';

/** What the page may be told. */
export interface PageOptions {
  /** What the position is, in a clause. */
  readonly what: string;
  /** What else is said of the position, a line each; may hold guest text. */
  readonly notes?: readonly string[] | undefined;
  readonly sourceLine: SourceLine;
  readonly colour: boolean;
}

/** Lines of source before and behind the present one. */
const sourceAround = 4;
const rangesShown = 40;
const frameRunsShown = 1;

/** The page as text that ends in a newline. */
export function momentText(source: MomentSource, moment: Moment, parts: Parts, options: PageOptions): string {
  const { present, others, registers, pagetable, frame, events } = moment;
  const { colour } = options;
  const section = (part: PartName, title: string, lines: () => readonly string[]): string[] => {
    if (!parts.names.has(part)) return [];
    const body = lines();
    return body.length === 0 ? [] : ['', paint(title, 'bold', colour), ...body];
  };
  const lines = [
    ...headLines(moment, options),
    ...section('source', 'source', () => sourceLinesOf(present, options)),
    ...section('bt', 'backtrace', () => present.stacks.flatMap((stack) => stackLines(stack, options))),
    ...section('regs', 'registers', () => registerLines(registers)),
    ...section('pagetable', pageTableTitle(present), () => pageTableLines(pagetable)),
    ...section('frame', frame ? `frame ${hex(frame.frame)}` : '', () => (frame ? frameLines(frame) : [])),
    ...section('harts', 'other harts', () => others.map(hartLine)),
    ...section('events', 'last events', () => events.map((event) => eventLine(event, colour))),
    ...section('disasm', 'instructions', () =>
      instructionLines(disassembleMoment(source, moment, instructionsShown), registers.pc),
    ),
    ...parts.memory.flatMap(({ address, length }) => [
      '',
      paint(`memory at ${hex(address)}`, 'bold', colour),
      ...memoryLines(address, readMemory(source, moment, address, length), length),
    ]),
  ];
  return lines.map((line) => `${line}\n`).join('');
}

function headLines(
  { cycle, end, present, allWait }: Moment,
  { what, notes = [], colour }: PageOptions,
): string[] {
  const percent = end === 0 ? '' : ` (${((cycle / end) * 100).toFixed(1)}% of the run)`;
  const where = allWait ? 'all harts wait; the last to run was ' : '';
  return [
    ...wrapText(`${escapeText(what)}: cycle ${formatCount(cycle)}${percent}`, pageWidth, '', '  ').map(
      (line) => paint(line, 'bold', colour),
    ),
    ...wrapText(`${where}hart ${present.hart}, ${hartWords(present)}`, pageWidth, '  ', '    '),
    ...notes.flatMap((note) => wrapText(escapeText(note), pageWidth, '  ', '    ')),
  ];
}

function hartWords({ mode, waits, process }: HartView): string {
  const who = process ? processWords(process.pid, process.name) : 'no process';
  return `${who}, ${mode} mode${waits ? ', waiting for an interrupt' : ''}`;
}

/** One line for a hart that is not the one shown. */
function hartLine(view: HartView): string {
  const frames = view.stacks[0]?.frames ?? [];
  const frame = frames.find(({ inlined }) => !inlined);
  const at = frame === undefined ? '' : `, in ${placeWords(frame)}`;
  const line = `  hart ${view.hart}: ${hartWords(view)}${at}`;
  return line.length > pageWidth ? `${line.slice(0, pageWidth - 1)}…` : line;
}

function sourceLinesOf({ stacks }: HartView, { sourceLine, colour }: PageOptions): string[] {
  const place = stacks[0]?.frames[0];
  if (!place || place.line === 0) return [];
  const title = `  ${escapeText(place.file, 80)}`;
  const first = Math.max(1, place.line - sourceAround);
  const numbers = Array.from({ length: place.line + sourceAround - first + 1 }, (_, index) => first + index);
  const lines = numbers.flatMap((number) => {
    const text = sourceLine(place.file, number);
    if (text === undefined) return [];
    const mark = number === place.line ? '>' : ' ';
    const line = `  ${mark} ${String(number).padStart(5)}  ${escapeText(text.replace(/\t/g, '    '), pageWidth - 11)}`;
    return [number === place.line ? paint(line, 'green', colour) : line];
  });
  return lines.length === 0
    ? [`${title}:${place.line} (no source at hand; see --source)`]
    : [title, ...lines];
}

function stackLines({ of, program, frames }: Stack, { colour }: PageOptions): string[] {
  const name =
    of === 'program' ? (program === '' ? 'an unknown program' : escapeText(program, 20)) : `the ${of}`;
  const title = `  in ${name}`;
  return [paint(title, 'dim', colour), ...frames.map((frame, index) => frameLine(frame, index))];
}

function frameLine(frame: CallFrame, index: number): string {
  const inlined = frame.inlined ? '  (inlined)' : '';
  return `    #${String(index).padEnd(3)}${hex(frame.pc).padEnd(20)}${placeWords(frame)}${inlined}`.slice(
    0,
    pageWidth,
  );
}

function placeWords({ function: name, file, line, pc }: CallFrame): string {
  const where = file === '' ? '' : ` (${escapeText(file, 50)}${line > 0 ? `:${line}` : ''})`;
  return `${name === '' ? `code at ${hex(pc)}` : escapeText(name, 40)}${where}`;
}

function pageTableTitle({ process }: HartView): string {
  return process ? `page table of ${processWords(process.pid, process.name)}, root ${hex(process.root)}` : '';
}

function pageTableLines(ranges: readonly MappedRange[]): string[] {
  const lines = ranges.slice(0, rangesShown).map(({ va, pages, frames, entry }) => {
    const last = va + BigInt(pages) * 4096n - 1n;
    const size = `${formatCount(pages)} page${pages === 1 ? '' : 's'}`;
    const span = `  ${hex(va)} to ${hex(last)}`.padEnd(39);
    return `${span}${size.padEnd(10)} ${entryWords(entry).padEnd(28)} ${frameWords(frames)}`
      .slice(0, pageWidth)
      .trimEnd();
  });
  const left = ranges.length - rangesShown;
  return left > 0 ? [...lines, `  ... and ${left} more ranges (--json has them all)`] : lines;
}

function frameWords(frames: MappedRange['frames']): string {
  const shown = frames
    .slice(0, frameRunsShown)
    .map(([first, count]) => hex(first) + (count > 1 ? `+${count}` : ''));
  return shown.join(' ') + (frames.length > frameRunsShown ? ' …' : '');
}

function frameLines({ why, sharers, count }: FrameView): string[] {
  const counted = count === undefined ? '' : `; its count is ${count}`;
  return [
    ...wrapText(`${why}; mapped ${times(sharers.length)} by processes${counted}`, pageWidth, '  ', '    '),
    ...sharers
      .slice(0, rangesShown)
      .map(
        ({ pid, process, va, entry }) =>
          `    ${processWords(pid, process)} at ${hex(va)}: ${entryWords(entry)}`,
      ),
  ];
}

function times(number: number): string {
  return number === 1 ? 'once' : `${formatCount(number)} times`;
}

function eventLine(event: Moment['events'][number], colour: boolean): string {
  const { cycle, hart, pid, kind } = event;
  const head = `  ${formatCount(cycle).padStart(15)}  hart ${hart}  pid ${String(pid).padEnd(4)} `;
  const text = escapeText(eventWords(event), pageWidth - head.length);
  return kind === 'panic' ? paint(head + text, 'red', colour) : head + text;
}
