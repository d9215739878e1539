// What derives from an event row about storage: its columns in order, the file that holds them.
import { commonColumns } from './columns.js';
import { events, type EventName } from './events.js';
import type { ColumnRow, ColumnType, EventRow } from './types.js';

/** A column of an event kind with its name. */
export interface Column extends ColumnRow {
  readonly name: string;
}

/** Bytes of a value of each type in a file; text is an index into its dictionary. */
export const columnBytes = {
  u8: 1,
  u16: 2,
  u32: 4,
  u64: 8,
  i32: 4,
  i64: 8,
  text: 4,
} as const satisfies Record<ColumnType, number>;

/** Every event kind, in order of declaration. */
export const eventNames = Object.keys(events) as readonly EventName[];

/** Whether a word from outside (a file name, an option) is an event kind. */
export function isEventName(name: string): name is EventName {
  return Object.hasOwn(events, name);
}

/** The columns of a kind in file order: the common ones, then its own. */
export function columnsOf(kind: EventName): readonly Column[] {
  const row: EventRow = events[kind];
  const all: Record<string, ColumnRow> = { ...commonColumns, ...row.columns };
  return Object.entries(all).map(([name, column]) => ({ name, ...column }));
}

/** Where the rows of a kind are inside a trace directory. */
export function eventFile(kind: EventName): string {
  return `events/${kind}.arrows`;
}
