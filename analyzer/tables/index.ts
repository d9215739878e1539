// Every form in which a query's result can be printed.
import type { QueryResult } from '../database.js';
import { csvText } from './csv.js';
import { jsonText } from './json.js';
import { tableText } from './text.js';

/** Text forms of a query result. */
export const tables = {
  table: tableText,
  json: jsonText,
  csv: csvText,
} as const satisfies Record<string, (result: QueryResult) => string>;

export type TableFormat = keyof typeof tables;
