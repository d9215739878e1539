// The reference of all event kinds as Markdown, derived from their rows: docs/events.md.
import { commonColumns } from './columns.js';
import { events, traceFormatVersion } from './events.js';
import { eventFile, eventNames } from './layout.js';
import type { ColumnRow, ColumnType, EventRow } from './types.js';

const typeWords: Record<ColumnType, string> = {
  u8: 'unsigned, 8 bits; `UTINYINT` in SQL',
  u16: 'unsigned, 16 bits; `USMALLINT` in SQL',
  u32: 'unsigned, 32 bits; `UINTEGER` in SQL',
  u64: 'unsigned, 64 bits: addresses, entries, cycles; `UBIGINT` in SQL',
  i32: 'signed, 32 bits; `INTEGER` in SQL',
  i64: 'signed, 64 bits; `BIGINT` in SQL',
  text: 'a string, dictionary encoded in the file; `VARCHAR` in SQL',
};

/** docs/events.md as it should be. */
export function eventReference(): string {
  const types = Object.entries(typeWords).map(([type, words]) => `- \`${type}\`: ${words}`);
  return [
    '# Events',
    'Every kind of event a trace may hold, derived from `tracer/schema/events.ts`: change the rows there, then run `npm run docs`.',
    `Trace format ${traceFormatVersion}. Each kind is one file, \`${eventFile(eventNames[0])}\` and so on (Arrow IPC stream), and one view of the same name in SQL. Rows are in order of \`seq\`.`,
    '## Types',
    types.join('\n'),
    'A column may be null only where it says so.',
    'Bodies are LZ4 frames (Arrow’s `LZ4_FRAME`). Of a column marked *differences* the file holds, in each batch, the first value and then the difference of each row from the one before (modulo the width of the type; field metadata `encoding: delta`). SQL sees values.',
    '## Columns of every kind',
    columnList(commonColumns),
    '## Kinds',
    eventNames.map((name) => `- [${name}](#${name})`).join('\n'),
    ...eventNames.flatMap((name) => kindSection(name, events[name])),
  ]
    .join('\n\n')
    .concat('\n');
}

function kindSection(name: string, row: EventRow): string[] {
  return [`### ${name}`, `${row.doc} (Kind ${row.id}.)`, columnList(row.columns)];
}

function columnList(columns: Readonly<Record<string, ColumnRow>>): string {
  const lines = Object.entries(columns).map(([name, { type, nullable, encoding, doc }]) => {
    const words = [type, ...(nullable ? ['may be null'] : []), ...(encoding ? ['*differences*'] : [])];
    return `- \`${name}\` (${words.join(', ')}): ${doc}`;
  });
  return lines.join('\n');
}
