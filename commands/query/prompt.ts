// The prompt of `trace query`: statements over one or several lines up to a semicolon, commands that begin with a dot,
// and a history that outlives the session.
import { appendFileSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { readQueries, tables, tablesWith, type TraceQuery } from '../../analyzer/index.js';
import { UsageError } from '../../errors.js';
import { escapeText, printable } from '../../text/index.js';
import type { Surroundings } from '../surroundings.js';

const help = `Type a statement and end it with a semicolon. Other commands:
  .tables        tables and views, with what they hold
  .columns NAME  columns of a table or view
  .help          this text
  .quit          leave (or Ctrl-D)
`;

const historyLines = 500;

/** Runs until the person leaves. Errors of a statement are printed and the prompt comes back. */
export async function runPrompt(
  trace: string,
  query: TraceQuery,
  print: (sql: string) => Promise<void>,
  { stdin, stdout, stderr, environment }: Surroundings,
): Promise<void> {
  const historyFile = environment['COWTRACE_HISTORY'] ?? path.join(homedir(), '.cowtrace_history');
  const lines = createInterface({
    input: stdin,
    output: stdout as NodeJS.WritableStream,
    terminal: true,
    history: readHistory(historyFile),
    historySize: historyLines,
    prompt: 'sql> ',
  });
  stdout.write(`${trace}: end statements with a semicolon; .help says more\n`);
  let statement = '';
  lines.on('SIGINT', () => {
    statement = '';
    stdout.write('\n');
    lines.setPrompt('sql> ');
    lines.prompt();
  });
  lines.prompt();
  for await (const line of lines) {
    statement = statement === '' ? line.trim() : `${statement}\n${line}`;
    if (statement.startsWith('.') || statement.trimEnd().endsWith(';')) {
      remember(historyFile, statement);
      if (['.quit', '.exit'].includes(statement)) break;
      await attempt(() => answer(statement, query, print, stdout), stderr);
      statement = '';
    }
    lines.setPrompt(statement === '' ? 'sql> ' : '...> ');
    lines.prompt();
  }
  lines.close();
  stdout.write('\n');
}

async function answer(
  statement: string,
  query: TraceQuery,
  print: (sql: string) => Promise<void>,
  stdout: Surroundings['stdout'],
): Promise<void> {
  if (!statement.startsWith('.')) return print(statement);
  const [command, name] = statement.split(/\s+/);
  if (command === '.help') stdout.write(help);
  else if (command === '.tables') stdout.write(tableList());
  else if (command === '.columns' && name !== undefined)
    stdout.write(
      tables.table(
        await query.run(
          `SELECT column_name, data_type FROM duckdb_columns() WHERE table_name = '${name.replaceAll("'", "''")}'`,
        ),
      ),
    );
  else throw new UsageError(`${escapeText(statement, 60)} is no command of this prompt; .help lists them`);
}

/** Names with the first sentence of what they hold, a line each. */
function tableList(): string {
  return tablesWith(readQueries().views)
    .map(({ name, doc }) => tableLine(name, doc))
    .join('');
}

function tableLine(name: string, doc: string): string {
  const [sentence] = doc.split(/(?<=[^.]{2})\. /);
  return `${escapeText(`  ${name.padEnd(21)}  ${sentence.replace(/\.$/, '')}`, 100)}\n`;
}

async function attempt(action: () => Promise<void>, stderr: Surroundings['stderr']): Promise<void> {
  try {
    await action();
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    stderr.write(`${printable(error.message)}\n`);
  }
}

/** Newest first, as readline wants it. A statement of several lines is one entry. */
function readHistory(file: string): string[] {
  try {
    return readFileSync(file, 'utf8').split('\n').filter(Boolean).slice(-historyLines).reverse();
  } catch {
    return [];
  }
}

function remember(file: string, statement: string): void {
  try {
    appendFileSync(file, `${statement.replaceAll(/\s*\n\s*/g, ' ')}\n`, { mode: 0o600 });
  } catch {
    // A home that cannot be written to costs the history, nothing else.
  }
}
