// Finds the statement to run, wherever it was given, and prints its rows.
import { readFileSync } from 'node:fs';
import { arrowTable, openTraceSource, tables, TraceQuery, type QueryResult } from '../../analyzer/index.js';
import { ExitCode, UsageError } from '../../errors.js';
import type { QueryFlags } from '../query.js';
import type { Surroundings } from '../surroundings.js';
import { decimalLiterals } from './hexadecimal.js';
import { runPrompt } from './prompt.js';

const tableRows = 1000;

/** The whole of `trace query`; returns the exit code. */
export async function executeQuery(
  trace: string,
  sql: string | undefined,
  flags: QueryFlags,
  surroundings: Surroundings,
): Promise<number> {
  const { stdin, stdout, stderr } = surroundings;
  if (sql !== undefined && flags.file !== undefined)
    throw new UsageError('both SQL and --file were given; give one of them');
  if (flags.format === 'arrow' && stdout.isTTY)
    throw new UsageError(
      'arrow is a binary form: send it to a file, as in `trace query … --format arrow > rows.arrow`',
    );
  const source = openTraceSource(trace);
  const query = await TraceQuery.open(source);
  const limit = flags.limit ?? (flags.format === 'table' ? tableRows : undefined);
  const print = async (statement: string): Promise<void> => {
    const result = await query.run(decimalLiterals(statement), limit);
    stdout.write(await formatted(result, flags.format));
    if (result.truncated && flags.format !== 'table')
      stderr.write(`trace: only the first ${result.rows.length} rows are printed (--limit)\n`);
  };
  try {
    const given = flags.file === undefined ? sql : readSql(flags.file);
    if (given === undefined && stdin.isTTY === true) await runPrompt(trace, query, print, surroundings);
    else await print(given ?? (await readAll(stdin)));
  } finally {
    query.close();
  }
  if (source.incomplete !== undefined)
    stderr.write(`trace: note: ${trace} is incomplete: ${source.incomplete}\n`);
  return ExitCode.ok;
}

async function formatted(result: QueryResult, format: QueryFlags['format']): Promise<string | Uint8Array> {
  return format === 'arrow' ? arrowTable(result) : tables[format](result);
}

function readSql(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? '';
    throw new UsageError(
      code === 'ENOENT'
        ? `there is no file ${file} (--file)`
        : `the file ${file} cannot be read (${code}); see --file`,
    );
  }
}

async function readAll(stream: Surroundings['stdin']): Promise<string> {
  const pieces: Buffer[] = [];
  for await (const piece of stream) pieces.push(Buffer.from(piece as Uint8Array | string));
  return Buffer.concat(pieces).toString('utf8');
}
