// A query's result as JSON: an array with an object a row. Integers beyond 2^53 are decimal strings.
import { printableJson } from '../../text/index.js';
import type { QueryResult, SqlValue } from '../database.js';

export function jsonText(result: QueryResult): string {
  const lines = result.rows.map((row) => {
    return (
      '  ' +
      JSON.stringify(Object.fromEntries(row.map((value, index) => [result.columns[index], plain(value)])))
    );
  });
  return lines.length === 0 ? '[]\n' : `[\n${printableJson(lines.join(',\n'))}\n]\n`;
}

function plain(value: SqlValue): string | number | boolean | null {
  if (typeof value !== 'bigint') return value;
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value.toString();
}
