// A query's result as a table for people: aligned columns, addresses in hexadecimal, guest text escaped.
import { escapeText, hex, pageWidth } from '../../text/index.js';
import type { QueryResult, SqlValue } from '../database.js';

/** Names of columns whose numbers are addresses, or words of the machine. */
const addressColumns = new RegExp(
  '^(pc|call_site|frame|.*_frame|va|root|entry|entry_value|before|after|target|address|' +
    'value\\d?|table|page_table|page|argument\\d)$',
);

const cellWidth = 60;

/**
 * Aligned columns with a heading, and a line that says how many rows there are. Rows too wide for a line are
 * printed below each other, a line a column.
 */
export function tableText(result: QueryResult): string {
  const isAddress = result.columns.map(
    (name, index) => result.types[index] === 'UBIGINT' && addressColumns.test(name),
  );
  const cells = result.rows.map((row) => row.map((value, index) => cell(value, isAddress[index])));
  const heading = result.columns.map((name) => escapeText(name, cellWidth));
  const widths = heading.map((name, index) =>
    Math.max(name.length, ...cells.map((row) => row[index].length)),
  );
  const total = widths.reduce((sum, width) => sum + width + 2, -2);
  if (total > pageWidth) return records(heading, cells) + `(${rowCount(result)})\n`;
  const numeric = result.types.map((type) => /INT|DOUBLE|FLOAT|DECIMAL/.test(type));
  const line = (row: readonly string[]): string => {
    const padded = row.map((text, index) =>
      numeric[index] ? text.padStart(widths[index]) : text.padEnd(widths[index]),
    );
    return padded.join('  ').trimEnd();
  };
  const rule = widths.map((count) => '-'.repeat(count)).join('  ');
  return [line(heading), rule, ...cells.map(line), `(${rowCount(result)})`].join('\n') + '\n';
}

function rowCount({ rows, truncated }: QueryResult): string {
  return truncated
    ? `first ${rows.length} rows; there are more`
    : `${rows.length} row${rows.length === 1 ? '' : 's'}`;
}

function records(heading: readonly string[], cells: readonly (readonly string[])[]): string {
  const width = Math.max(...heading.map((name) => name.length));
  const record = (row: readonly string[], index: number): string => {
    const lines = row.map((text, column) => `${heading[column].padEnd(width)}  ${text}`.trimEnd());
    return [`-- row ${index + 1} --`, ...lines].map((text) => `${clip(text)}\n`).join('');
  };
  return cells.map(record).join('');
}

/** Names of columns can be as long as their expressions. */
function clip(line: string): string {
  return line.length > pageWidth ? `${line.slice(0, pageWidth - 1)}…` : line;
}

function cell(value: SqlValue, isAddress: boolean): string {
  if (value === null) return '';
  if (isAddress && typeof value === 'bigint') return hex(value);
  return escapeText(String(value), cellWidth);
}
