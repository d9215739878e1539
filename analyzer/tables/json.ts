// A query's result as JSON: an array with an object a row. Integers beyond 2^53 are decimal strings.
import type { QueryResult, SqlValue } from '../database.js';

export function jsonText(result: QueryResult): string {
  const lines = result.rows.map((row) => {
    return (
      '  ' +
      JSON.stringify(Object.fromEntries(row.map((value, index) => [result.columns[index], plain(value)])))
    );
  });
  // JSON.stringify leaves the second control block as it is, and a terminal obeys it.
  const text = lines
    .join(',\n')
    .replace(/[\x7f-\x9f]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`);
  return lines.length === 0 ? '[]\n' : `[\n${text}\n]\n`;
}

function plain(value: SqlValue): string | number | boolean | null {
  if (typeof value !== 'bigint') return value;
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value.toString();
}
