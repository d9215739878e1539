// Where a named moment of a run is: looked up in the trace's events, and judged by whoever knows of violations.
import { UsageError } from '../../errors.js';
import { hasValue, readEventFile, type EventBatch } from '../arrow/index.js';
import type { OpenedTrace } from '../directory/index.js';
import { eventNames, frameOf, isEventName, Pte, type EventName } from '../schema/index.js';
import { didYouMean } from '../../text/index.js';
import { goToArrival, type OnWay } from './arrivals.js';
import { functionPlace, linePlace, type CodeOf, type CodePlace } from './code-place.js';
import { parsePosition, positionForms, type NamedMoment } from './position-text.js';
import type { Replayer } from './replayer.js';

/** A violation as far as going there is concerned. */
export interface ViolationMoment {
  readonly cycle: number;
  /** Physical address of the frame it is about. */
  readonly frame?: bigint;
  /** What is wrong; raw guest text may be in it. */
  readonly message?: string;
  /** What else is said of it, a line each; raw guest text may be in it. */
  readonly notes?: readonly string[];
}

/** A cycle to go to, and what was named with it. */
export interface Position {
  readonly cycle: number;
  /** What is there, in a few words: "page_fault 12", "the end, 1000 cycles earlier". */
  readonly what: string;
  /** Physical address of the frame that the event or violation is about. */
  readonly frame?: bigint;
  /** Virtual address that the event is about. */
  readonly va?: bigint;
  /** What else is said of the violation, a line each; raw guest text may be in it. */
  readonly notes?: readonly string[];
}

/** What positions are found in. */
export interface PositionSource {
  readonly trace: OpenedTrace;
  /** Says where the run ends, and is executed, and so moved, to count how often it comes by some code. */
  readonly replay: Replayer;
  /** Every violation of the run in order of cycle; asked for when a position names one. */
  readonly violations: () => Promise<readonly ViolationMoment[]>;
  /** The code of a program by its name; undefined when nothing is known of it. Without it there are no programs. */
  readonly program?: (name: string) => CodeOf | undefined;
  /** Told of the way to a place in the code; throws to end the search. */
  readonly onWay?: OnWay;
}

const firstCaseMarker = 100;

/**
 * The cycle of a position as people write it (see position-text.ts). `present` is where relative ones start.
 *
 * @throws UsageError, one sentence that names the nearest valid position
 */
export async function findPosition(text: string, source: PositionSource, present: number): Promise<Position> {
  const { moment, offset } = parsePosition(text);
  const found = await locate(moment, source, present);
  const cycle = found.cycle + offset;
  if (cycle < 0)
    throw new UsageError(`${text} is ${-cycle} cycles before the beginning; the first position is 0`);
  const { end } = source.replay;
  if (cycle > end)
    throw new UsageError(
      `${text} is cycle ${cycle}, and the run ends at ${end}; the last position is ${end}, or end`,
    );
  const shift = offset === 0 ? '' : `, ${Math.abs(offset)} cycles ${offset < 0 ? 'earlier' : 'later'}`;
  return { ...found, cycle, what: `${found.what}${shift}` };
}

async function locate(moment: NamedMoment, source: PositionSource, present: number): Promise<Position> {
  const { replay, trace } = source;
  const { end } = replay;
  switch (moment.is) {
    case 'cycle':
      return { cycle: moment.cycle, what: `cycle ${moment.cycle}` };
    case 'percent':
      return { cycle: Math.floor((end / 100) * moment.percent), what: `${moment.percent}% of the run` };
    case 'end':
      return { cycle: end, what: 'the end' };
    case 'present':
      return { cycle: present, what: present === end ? 'the end' : `cycle ${present}` };
    case 'violation':
      return violationAt(source, moment.number);
    case 'event':
      return eventAt(trace, moment.kind, moment.number);
    case 'marker':
      return markerAt(trace, moment);
    case 'console':
      return consoleAt(trace, moment.text, moment.number);
    case 'name':
    case 'function':
    case 'line': {
      const { number } = moment;
      const place = codePlaceOf(moment, source);
      if (place) return arrivalAt(source, place, number, moment.is === 'line' ? 'arrival' : 'entry');
      return eventAt(trace, (moment as { readonly name: EventName }).name, number);
    }
  }
}

/** What code is looked for in. */
export type CodeSource = Pick<PositionSource, 'replay' | 'program'>;

/**
 * The place in the code that a moment names; undefined for other moments, and for a name that is an event kind's only.
 *
 * @throws UsageError for what neither the kernel nor the program has
 */
export function codePlaceOf(moment: NamedMoment, source: CodeSource): CodePlace | undefined {
  if (moment.is === 'line') {
    const { program, file, line } = moment;
    return within(program, linePlace(codeOf(program, source), file, line));
  }
  if (moment.is !== 'function' && moment.is !== 'name') return undefined;
  const { name } = moment;
  const program = moment.is === 'function' ? moment.program : undefined;
  const code = codeOf(program, source);
  const place = functionPlace(code, name);
  if (place || (moment.is === 'name' && isEventName(name))) return place && within(program, place);
  const known = code.debug.symbols.allFunctions().map((one) => one.name);
  const others = program === undefined ? [...eventNames, 'violation', 'marker', 'console'] : [];
  const near = didYouMean(name, [...known, ...others]);
  const other = near || (program === undefined ? `, and it is no other position; ${positionForms}` : '');
  throw new UsageError(`${code.who} has no function '${name}'${other}`);
}

function codeOf(program: string | undefined, { replay, program: find }: CodeSource): CodeOf {
  if (program === undefined) return { who: 'the kernel', debug: replay.kernel.debug };
  const code = find?.(program);
  if (code) return code;
  throw new UsageError(
    `the disk has no program '${program}' that can be read, to look for ${program}:… in; ${positionForms}`,
  );
}

function within(program: string | undefined, place: CodePlace): CodePlace {
  return program === undefined ? place : { ...place, name: `${program}:${place.name}` };
}

async function arrivalAt(
  { replay, onWay = async () => {} }: PositionSource,
  place: CodePlace,
  number: number,
  noun: 'entry' | 'arrival',
): Promise<Position> {
  const cycle = await goToArrival(replay, place, number, onWay);
  return { cycle, what: `${noun} ${number} ${noun === 'entry' ? 'of' : 'at'} ${place.name}` };
}

async function violationAt({ violations }: PositionSource, number: number): Promise<Position> {
  const all = await violations();
  const found = all[number - 1];
  if (found) {
    const { cycle, frame, message, notes } = found;
    const what = `violation ${number}${message === undefined ? '' : ` (${message})`}`;
    return { cycle, ...(frame !== undefined && { frame }), ...(notes && { notes }), what };
  }
  throw new UsageError(
    all.length === 0
      ? `there is no violation:${number}: the run violates no rule that could be judged`
      : `there is no violation:${number}: the last is violation:${all.length}, at cycle ${all[all.length - 1].cycle}`,
  );
}

function* rowsOf(trace: OpenedTrace, kind: EventName): Iterable<{ batch: EventBatch; row: number }> {
  if (!trace.kinds.has(kind))
    throw new UsageError(`the trace has no ${kind} events: they were not recorded, or the kernel hides them`);
  for (const batch of readEventFile(trace.eventPath(kind), kind))
    for (let row = 0; row < batch.rows; row++) yield { batch, row };
}

function eventAt(trace: OpenedTrace, kind: EventName, number: number): Position {
  let seen = 0;
  for (const { batch, row } of rowsOf(trace, kind))
    if (++seen === number)
      return { cycle: cycleOf(batch, row), ...subjectOf(batch, row), what: `${kind} ${number}` };
  throw new UsageError(
    seen === 0
      ? `there is no event:${kind}:${number}: the run has no ${kind} events`
      : `there is no event:${kind}:${number}: the last is event:${kind}:${seen}`,
  );
}

function markerAt(trace: OpenedTrace, { id, case: caseNumber }: NamedMoment & { is: 'marker' }): Position {
  const what = `marker:${caseNumber === undefined ? '' : `${caseNumber}/`}v${id}`;
  let isInCase = caseNumber === undefined;
  const ids = new Set<number>();
  for (const { batch, row } of rowsOf(trace, 'marker')) {
    const found = Number(batch.columns['id'].values[row]);
    if (caseNumber !== undefined && found > firstCaseMarker)
      isInCase = found === firstCaseMarker + caseNumber;
    if (isInCase) ids.add(found);
    if (isInCase && found === id) return { cycle: cycleOf(batch, row), what };
  }
  const known = [...ids].sort((one, other) => Math.abs(one - id) - Math.abs(other - id));
  throw new UsageError(
    known.length === 0
      ? `there is no ${what}: the run has no such case or no markers at all`
      : `there is no ${what}: the nearest is marker:${caseNumber === undefined ? '' : `${caseNumber}/`}v${known[0]}`,
  );
}

/** Texts may span rows, as a prompt and what is typed behind it do. */
function consoleAt(trace: OpenedTrace, wanted: string, number: number): Position {
  let tail = '';
  let left = number;
  const utf8 = Buffer.from(wanted, 'utf8').toString('latin1');
  for (const { batch, row } of rowsOf(trace, 'console')) {
    const direction = textOf(batch, 'direction', row);
    if (direction !== 'output') continue;
    tail += textOf(batch, 'text', row);
    for (let at = tail.indexOf(utf8); at >= 0; at = tail.indexOf(utf8)) {
      tail = tail.slice(at + utf8.length);
      if (--left === 0)
        return { cycle: cycleOf(batch, row), what: `the console shows ${JSON.stringify(wanted)}` };
    }
    tail = tail.slice(-utf8.length);
  }
  const times = number - left;
  throw new UsageError(
    times === 0
      ? `the console never shows ${JSON.stringify(wanted)}; see console.txt in the trace for what it shows`
      : `the console shows ${JSON.stringify(wanted)} ${times} times; the last is console:${JSON.stringify(wanted)}#${times}`,
  );
}

function cycleOf(batch: EventBatch, row: number): number {
  return Number(batch.columns['cycle'].values[row]);
}

function textOf({ columns }: EventBatch, name: string, row: number): string {
  const { dictionary, values } = columns[name];
  return dictionary?.[Number(values[row])] ?? '';
}

/** What a row is about: a frame by its name or mapped by its entry, or a virtual address. */
function subjectOf({ columns }: EventBatch, row: number): { readonly frame?: bigint; readonly va?: bigint } {
  const wide = (name: string): bigint | undefined => {
    const column = columns[name];
    return column !== undefined && hasValue(column, row) ? BigInt(column.values[row]) : undefined;
  };
  const frame = wide('frame') ?? wide('table') ?? mappedFrame([wide('after'), wide('before')]);
  const va = wide('va');
  return { ...(frame !== undefined && { frame }), ...(va !== undefined && { va }) };
}

function mappedFrame(entries: readonly (bigint | undefined)[]): bigint | undefined {
  const entry = entries.find((value) => value !== undefined && (value & Pte.v) !== 0n);
  return entry === undefined ? undefined : BigInt(frameOf(entry));
}
