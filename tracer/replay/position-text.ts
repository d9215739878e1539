// How people name a moment of a run: "1.2G", "50%", "end", "violation:1", "event page_fault:12", "marker:3/v5",
// "console:FAILED", "kalloc:3", "cow.c:21", "cowtest:main", "-1000", and any of them but a text with an offset
// ("violation:1-1000"). What they mean is for positions.ts.
import { UsageError } from '../../errors.js';
import { choiceInstead } from '../../text/index.js';
import { eventNames, isEventName, type EventName } from '../schema/index.js';

/** A moment as it was named, apart from the offset in cycles that is added to it. */
export type NamedMoment =
  | { readonly is: 'cycle'; readonly cycle: number }
  | { readonly is: 'percent'; readonly percent: number }
  | { readonly is: 'end' }
  | { readonly is: 'present' }
  | { readonly is: 'violation'; readonly number: number }
  | { readonly is: 'event'; readonly kind: EventName; readonly number: number }
  /** Marker `id`, its first row; with `case`, its first after the marker 100 + case. */
  | { readonly is: 'marker'; readonly id: number; readonly case?: number }
  | { readonly is: 'console'; readonly text: string; readonly number: number }
  /** A function of the kernel or of a program, entered for the `number`th time. */
  | { readonly is: 'function'; readonly program?: string; readonly name: string; readonly number: number }
  /** That function, if the kernel has it, or else the row of that event kind. */
  | { readonly is: 'name'; readonly name: string; readonly number: number }
  /** A line of the source of the kernel or of a program; `file` may be the end of a path. */
  | {
      readonly is: 'line';
      readonly program?: string;
      readonly file: string;
      readonly line: number;
      readonly number: number;
    };

/** A moment and how many cycles after it. */
export interface PositionText {
  readonly moment: NamedMoment;
  readonly offset: number;
}

const units: Readonly<Record<string, number>> = { '': 1, k: 1e3, m: 1e6, g: 1e9, t: 1e12 };
/** All of them, for who has given another. */
export const positionForms =
  'give a cycle (1200000000, 1.2G, 0x1000), 50%, end, violation:1, event:page_fault:12, marker:v5, marker:3/v5, ' +
  'console:"TEXT", a function of the kernel (kalloc:3), a line (cow.c:21), ' +
  'those of a program (cowtest:main, cowtest:cowtest.c:30), or +1000 and -1000, ' +
  'also behind one of the others';

/** Reads a position. Throws UsageError, one sentence, for what is none. */
export function parsePosition(given: string): PositionText {
  const text = given.trim();
  const console = /^console:(.+?)(?:#(\d+))?$/is.exec(text);
  if (console) return { moment: consoleMoment(console[1], console[2]), offset: 0 };
  // A file's name may have a sign in it.
  const line = /^(?:(\w[\w.-]*):)?(.+\.[a-z]+):(\d+)(?::(\d+))?(?:\s*([+-])([^+-]*))?$/i.exec(text);
  if (line) return { moment: lineMoment(line, text), offset: offsetOf(line[5], line[6], text) };
  const inside = /^(?!event:|function:)(\w[\w.-]*):([a-z_]\w*)(?::(\d+))?(?:\s*([+-])([^+-]*))?$/i.exec(text);
  if (inside && !/^v\d+$/.test(inside[2]))
    return { moment: programMoment(inside, text), offset: offsetOf(inside[4], inside[5], text) };
  const [, head, sign, amount] = /^(.*?)(?:([+-])([^+-]*))?$/s.exec(text) as unknown as string[];
  // The sign of a power of ten is none of an offset.
  const power = /^[\d.,_]+e$/i.test(head) && sign !== undefined;
  const name = power ? text : head;
  const offset = power || sign === undefined ? 0 : signed(sign, cycleCount(amount), text);
  return { moment: name === '' && sign !== undefined ? { is: 'present' } : named(name, text), offset };
}

function offsetOf(sign: string | undefined, amount: string, text: string): number {
  return sign === undefined ? 0 : signed(sign, cycleCount(amount), text);
}

function signed(sign: string, amount: number | undefined, text: string): number {
  if (amount === undefined) throw new UsageError(`'${text}' ends in no number of cycles; ${positionForms}`);
  return sign === '-' ? -amount : amount;
}

function named(name: string, text: string): NamedMoment {
  const word = name.trim().toLowerCase();
  if (word === 'end') return { is: 'end' };
  if (word === 'start') return { is: 'cycle', cycle: 0 };
  const percent = /^(\d+(?:\.\d+)?)\s*%$/.exec(word);
  if (percent) return percentMoment(Number(percent[1]), text);
  const violation = /^violation(?::(\d+))?$/.exec(word);
  if (violation) return { is: 'violation', number: ordinal(violation[1], text) };
  const marker = /^marker:(?:(\d+)\/)?(v?)(\d+)$/.exec(word);
  if (marker) return markerMoment(marker[1], Number(marker[3]));
  const event = /^event[\s:]\s*([a-z_]+)(?::(\d+))?$/.exec(word);
  if (event) return eventMoment(event[1], event[2], text);
  const called = /^(function:)?([a-z_]\w*)(?::(\d+))?$/i.exec(name.trim());
  if (called) {
    const [, prefix, given, number] = called;
    return { is: prefix ? 'function' : 'name', name: given, number: ordinal(number, text) };
  }
  const cycle = cycleCount(word);
  if (cycle === undefined) throw new UsageError(`'${text}' is no position; ${positionForms}`);
  return { is: 'cycle', cycle };
}

function lineMoment([, program, file, line, number]: RegExpExecArray, text: string): NamedMoment {
  const where = { file, line: ordinal(line, text), number: ordinal(number, text) };
  return { is: 'line', ...(program !== undefined && { program }), ...where };
}

function programMoment([, program, name, number]: RegExpExecArray, text: string): NamedMoment {
  return { is: 'function', program, name, number: ordinal(number, text) };
}

function percentMoment(percent: number, text: string): NamedMoment {
  if (percent > 100)
    throw new UsageError(`'${text}' is beyond the end of the run; the last position is 100%`);
  return { is: 'percent', percent };
}

function markerMoment(caseNumber: string | undefined, id: number): NamedMoment {
  return { is: 'marker', id, ...(caseNumber !== undefined && { case: Number(caseNumber) }) };
}

function eventMoment(kind: string, number: string | undefined, text: string): NamedMoment {
  if (isEventName(kind)) return { is: 'event', kind, number: ordinal(number, text) };
  throw new UsageError(`there is no event kind '${kind}'${choiceInstead(kind, eventNames, 'the kinds are')}`);
}

function consoleMoment(quoted: string, number: string | undefined): NamedMoment {
  const text = /^"(.*)"$/s.exec(quoted)?.[1] ?? /^'(.*)'$/s.exec(quoted)?.[1] ?? quoted;
  if (text === '') throw new UsageError('console:"" names no text; give some of what was printed');
  return { is: 'console', text, number: ordinal(number, `console:${text}`) };
}

function ordinal(number: string | undefined, text: string): number {
  const value = number === undefined ? 1 : Number(number);
  if (value < 1) throw new UsageError(`'${text}' counts from 1: the first is ${text.replace(/0+$/, '1')}`);
  return value;
}

/** 1200000000, 1,200,000, 1.2G, 1e9 or 0x1000; undefined for anything else. */
function cycleCount(text: string): number | undefined {
  const word = text.trim().toLowerCase();
  if (/^0x[\da-f]+$/.test(word)) return safe(Number(BigInt(word)));
  const match = /^(\d[\d,_]*(?:\.\d+)?(?:e\+?\d{1,2})?)([kmgt]?)$/.exec(word);
  return match ? safe(Math.round(Number(match[1].replace(/[,_]/g, '')) * units[match[2]])) : undefined;
}

function safe(value: number): number | undefined {
  return Number.isSafeInteger(value) ? value : undefined;
}
