// trace query: SQL over a recorded run, from the command line, a file, stdin, or typed at a prompt.
import { Option } from 'commander';
import { traceArgument } from './common-options.js';
import type { DefineCommand } from './main.js';
import { wholeNumber } from './values.js';

/** What the command line gave, checked. */
export interface QueryFlags {
  readonly format: 'table' | 'json' | 'csv' | 'arrow';
  readonly file?: string;
  readonly limit?: number;
}

const help = `
Every event kind is a table, and there are views over them; \`.tables\` at the prompt lists both.
Without SQL a terminal gets a prompt; anything else is read from stdin.

Examples:
  trace query cowtest.trace
  trace query cowtest.trace "SELECT outcome, count(*) FROM page_fault GROUP BY ALL"
  trace query cowtest.trace --format csv --file faults.sql > faults.csv
  echo "SELECT * FROM process" | trace query cowtest.trace --format json`;

export const define: DefineCommand = (command, surroundings, finish) => {
  const formats = new Option('--format <FORMAT>', 'form of the result');
  command
    .addArgument(traceArgument('TRACE'))
    .argument('[SQL]', 'a statement in the SQL of DuckDB')
    .addOption(formats.choices(['table', 'json', 'csv', 'arrow']).default('table'))
    .option('--file <SQL_FILE>', 'read the statement from a file')
    .option(
      '--limit <N>',
      'print at most N rows (default: 1000 in a table, else all)',
      wholeNumber(1, 2 ** 31 - 2),
    )
    .addHelpText('after', help)
    .action(async (trace: string, sql: string | undefined, flags: QueryFlags) => {
      const { executeQuery } = await import('./query/execute.js');
      finish(await executeQuery(trace, sql, flags, surroundings));
    });
};
