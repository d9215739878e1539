// A query's result as a table for people: aligned columns, addresses in hexadecimal, guest text escaped.
import type { QueryResult, SqlValue } from '../database.js';
import { escapeText } from '../escape.js';

const addressColumns =
  /^(pc|call_site|frame|.*_frame|va|root|entry|entry_value|before|after|target|address|value|table|page_table|page|argument\d)$/;

const cellWidth = 60;

/** Aligned columns with a heading, and a line that says how many rows there are. */
export function tableText(result: QueryResult): string {
  const hex = result.columns.map(
    (name, index) => result.types[index] === 'UBIGINT' && addressColumns.test(name),
  );
  const cells = result.rows.map((row) => row.map((value, index) => cell(value, hex[index])));
  const heading = result.columns.map((name) => escapeText(name, cellWidth));
  const widths = heading.map((name, index) =>
    Math.max(name.length, ...cells.map((row) => row[index].length)),
  );
  const numeric = result.types.map((type) => /INT|DOUBLE|FLOAT|DECIMAL/.test(type));
  const line = (row: readonly string[]): string => {
    const padded = row.map((text, index) =>
      numeric[index] ? text.padStart(widths[index]) : text.padEnd(widths[index]),
    );
    return padded.join('  ').trimEnd();
  };
  const rule = widths.map((count) => '-'.repeat(count)).join('  ');
  const count = result.truncated
    ? `first ${result.rows.length} rows; there are more`
    : `${result.rows.length} row${result.rows.length === 1 ? '' : 's'}`;
  return [line(heading), rule, ...cells.map(line), `(${count})`].join('\n') + '\n';
}

function cell(value: SqlValue, hex: boolean): string {
  if (value === null) return '';
  if (hex && typeof value === 'bigint') return `0x${value.toString(16)}`;
  return escapeText(String(value), cellWidth);
}
