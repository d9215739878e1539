// A query's result as CSV (RFC 4180), for programs: values as they are, guest text unescaped, nulls empty.
import type { QueryResult, SqlValue } from '../database.js';

export function csvText(result: QueryResult): string {
  const line = (values: readonly SqlValue[]): string => values.map(field).join(',') + '\r\n';
  return line(result.columns) + result.rows.map(line).join('');
}

function field(value: SqlValue): string {
  if (value === null) return '';
  const text = String(value);
  return /[",\r\n]/.test(text) || text === '' ? `"${text.replaceAll('"', '""')}"` : text;
}
