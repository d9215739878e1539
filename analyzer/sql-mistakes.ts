// DuckDB's words about a statement that is wrong, as a sentence about this project's tables: what is not there, and
// what is near. What they say beside that, with the line and the place in it, stays as it is.
import { didYouMean } from '../text/index.js';
import { columnsOf, commonColumns, isEventName } from '../tracer/schema/index.js';

const keywords = (
  'SELECT DISTINCT FROM JOIN LEFT INNER ASOF USING WHERE GROUP HAVING QUALIFY ' +
  'ORDER LIMIT OFFSET UNION WITH CASE WHEN THEN BETWEEN OVER PARTITION EXISTS'
).split(' ');

/**
 * @param message what DuckDB said
 * @param sql the statement
 * @param tables the tables and views that a statement can name
 */
export function explainMistake(message: string, sql: string, tables: readonly string[]): string {
  const table = /^Catalog Error: Table with name (\S+) does not exist!/.exec(message)?.[1];
  if (table !== undefined) {
    // DuckDB knows the tables that were made for this statement, so what it suggests instead is none of ours.
    const instead = didYouMean(table, tables) || '; `.tables` at the prompt of trace query lists them';
    return `there is no table or view '${table}'${instead}`;
  }
  const where = /\n+(LINE \d+: [^]*)$/.exec(message)?.[1];
  const column =
    /^Binder Error: Referenced column "(.*)" not found/.exec(message)?.[1] ??
    /^Binder Error: .* does not have a column named "(.*)"/.exec(message)?.[1];
  if (column !== undefined)
    return withPlace(`there is no column '${column}'${nearColumn(column, message, sql)}`, where);
  const syntax = /^(?:Failed to extract statements: )?Parser Error: (.*)/.exec(message)?.[1];
  if (syntax !== undefined) return withPlace(`${syntax}${nearKeyword(sql, tables)}`, where);
  return message.replace(/^(?:Binder|Catalog|Conversion) Error: /, '');
}

function withPlace(sentence: string, where: string | undefined): string {
  return where === undefined ? sentence : `${sentence}\n\n${where}`;
}

/** Of the columns that DuckDB looked at, and those of the events that the statement names. */
function nearColumn(column: string, message: string, sql: string): string {
  const bound = /Candidate bindings: (.*)/.exec(message)?.[1].matchAll(/"(\w+)"/g) ?? [];
  const named = wordsOf(sql).filter(isEventName);
  const known = named.flatMap((kind) => [
    ...Object.keys(commonColumns),
    ...columnsOf(kind).map(({ name }) => name),
  ]);
  const list = named.length > 0 ? `; docs/events.md has those of ${named.join(', ')}` : '';
  return didYouMean(column, [...[...bound].map(([, name]) => name), ...known]) || list;
}

/** A word that is nearly one of SQL's: it is often taken for a name, and what follows it is refused. */
function nearKeyword(sql: string, tables: readonly string[]): string {
  const unknown = wordsOf(sql).filter(
    (word) => !tables.includes(word) && !keywords.includes(word.toUpperCase()),
  );
  return unknown.map((word) => didYouMean(word.toUpperCase(), keywords)).find((near) => near !== '') ?? '';
}

function wordsOf(sql: string): string[] {
  return sql.replaceAll(/'[^']*'/g, '').match(/[a-z_]\w*/gi) ?? [];
}
