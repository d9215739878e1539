// What somebody wants to know of a run beside its usual events. Plain data, found out from the kernel's debug
// information before the run: the machine's side sets probes by it, the translator makes rows of their records by it.
import type { EventName } from '../../schema/index.js';

/** A value in memory on the way to a field: what is at the address so far plus `offset`. */
export interface FieldStep {
  readonly offset: number;
  /** 1, 2, 4 or 8. */
  readonly bytes: number;
  readonly signed: boolean;
}

/** A value to read when a probe is hit: a register, and what it leads to. */
export interface Field {
  /** As it was written. */
  readonly name: string;
  /** x0..x31. */
  readonly register: number;
  readonly steps: readonly FieldStep[];
}

/** Addresses of one function at which a row is made. */
export interface ProbeQuestion {
  /** Number its records carry, from `firstQuestion` on. */
  readonly id: number;
  readonly function: string;
  readonly phase: 'enter' | 'return';
  /** Physical. */
  readonly addresses: readonly number[];
  readonly fields: readonly Field[];
}

/** Memory of which every change makes a row. */
export interface WatchQuestion {
  /** As it was written. */
  readonly name: string;
  /** Physical. */
  readonly address: number;
  readonly bytes: number;
}

/** All that is asked of one run. */
export interface Questions {
  readonly probes: readonly ProbeQuestion[];
  readonly watches: readonly WatchQuestion[];
}

/** Probes with smaller numbers are those of the usual events; a record has room for 255. */
export const firstQuestion = 64;
export const lastQuestion = 255;
/** Values a record has room for, beside the call site. */
export const fieldsMaximum = 4;

export const noQuestions: Questions = { probes: [], watches: [] };

/** Kinds of events that only questions yield. */
export function kindsUnasked({ probes, watches }: Questions): EventName[] {
  const needs: readonly [number, EventName][] = [
    [probes.length, 'probe_hit'],
    [watches.length, 'word_write'],
  ];
  return needs.flatMap(([asked, kind]) => (asked === 0 ? [kind] : []));
}
