// Reads one query file: a header of `-- key: value` lines (a value goes on in lines `--   more`) and one SELECT.
// The header is documentation that is checked: keys, needs and tables used must agree. Errors name file and line.
import { UsageError } from '../errors.js';

/** What a view is for and what it is made from. */
export interface ViewFile {
  readonly file: string;
  /** Name of the view, the same as the file's. */
  readonly name: string;
  readonly doc: string;
  /** Tables and views it reads. */
  readonly needs: readonly string[];
  /** Of those it reads, the event kinds it does without when they were not traced. */
  readonly optional: readonly string[];
  /** Whether a check stores its rows, since many queries read them. */
  readonly materialized: boolean;
  /** SELECT of one number: 0 when there can be no row. */
  readonly candidates?: string;
  readonly sql: string;
}

/** A rule and the query that returns its violations. */
export interface InvariantFile {
  readonly file: string;
  /** The rule as an identifier: the file's name, a true sentence. */
  readonly name: string;
  readonly title: string;
  readonly rule: string;
  readonly why: string;
  readonly needs: readonly string[];
  /** Of what it reads, the event kinds it does without when they were not traced. */
  readonly optional: readonly string[];
  readonly severity: 'error' | 'warning';
  readonly hint: string;
  readonly except: string;
  /** SELECT of one number: how many points the rule was applied to. */
  readonly judged: string;
  /** SELECT of one number: points where it could have been applied but the moment was not quiet. */
  readonly skipped?: string;
  /** SELECT of one number: 0 when there can be no violation, so that the other SELECT need not run. */
  readonly suspects?: string;
  /** What a run lacks, in a clause, where nothing was judged though `expected` says that there was something. */
  readonly lacking?: string;
  /** SELECT of one number: above 0 where a run plainly had what the rule is about, whether or not it was seen. */
  readonly expected?: string;
  /** What may follow from a violation: all that comes later of the same frames, or nothing at all. */
  readonly breaks?: 'all' | 'frames' | 'nothing';
  /**
   * What a violation that is about no frame may follow from: any other one, any earlier one, an earlier one that breaks
   * frames, or none. `nothing`: none either if it is about a frame.
   */
  readonly follows?: 'all' | 'any' | 'frames' | 'nothing';
  /** SELECT of the violating rows. */
  readonly sql: string;
}

interface HeaderValue {
  readonly text: string;
  readonly line: number;
}

/** The parts of a file before their meaning is known. */
class Header {
  constructor(
    readonly file: string,
    private readonly values: ReadonlyMap<string, HeaderValue>,
    readonly sql: string,
    readonly sqlLine: number,
  ) {}

  fail(line: number, what: string): never {
    throw new UsageError(`${this.file}:${line}: ${what}.`);
  }

  required(key: string): string {
    const value = this.values.get(key);
    if (!value || value.text === '') this.fail(value?.line ?? 1, `the header must say "-- ${key}: ..."`);
    return value.text;
  }

  given(key: string): string | undefined {
    return this.values.get(key)?.text;
  }

  lineOf(key: string): number {
    return this.values.get(key)?.line ?? 1;
  }

  oneOf<T extends string>(key: string, choices: readonly T[]): T {
    const text = this.required(key);
    const found = choices.find((choice) => choice === text);
    return found ?? this.fail(this.lineOf(key), `${key} must be ${choices.join(' or ')}, not "${text}"`);
  }

  list(key: string): string[] {
    const text = this.given(key) ?? '';
    return text === '' ? [] : text.split(',').map((word) => word.trim());
  }
}

const keyLine = /^--\s?([a-z]+):\s*(.*)$/;
const moreLine = /^--\s{2,}(\S.*)$/;

function readHeader(file: string, text: string, keys: readonly string[]): Header {
  const lines = text.split('\n');
  const values = new Map<string, HeaderValue>();
  const fail = (line: number, what: string): never => {
    throw new UsageError(`${file}:${line}: ${what}.`);
  };
  let last: string | undefined;
  let index = 0;
  for (; index < lines.length && lines[index].startsWith('--'); index++) {
    const more = moreLine.exec(lines[index]);
    const [, key, value] = keyLine.exec(lines[index]) ?? [];
    if (key !== undefined && keys.includes(key)) {
      if (values.has(key)) fail(index + 1, `the header says "${key}" twice`);
      values.set(key, { text: value.trim(), line: index + 1 });
      last = key;
    } else if (more && last !== undefined) {
      const before = values.get(last)!;
      values.set(last, { text: `${before.text} ${more[1].trim()}`.trim(), line: before.line });
    } else {
      fail(index + 1, `"${key ?? lines[index]}" is not a header key; the keys are ${keys.join(', ')}`);
    }
  }
  const sql = lines.slice(index).join('\n').trim().replace(/;$/, '');
  if (sql === '') fail(index + 1, 'a query must follow the header');
  return new Header(file, values, sql, index + 1);
}

/** Names that stand after FROM and JOIN, without the query's own WITH names and table functions. */
export function tablesRead(sql: string): Set<string> {
  const text = sql.replace(/--.*$/gm, '').replace(/'(?:[^']|'')*'/g, "''");
  const own = new Set(
    [...text.matchAll(/\b(\w+)(?:\s*\([\w\s,]*\))?\s+AS\s+(?:MATERIALIZED\s+)?\(/gi)].map((m) => m[1]),
  );
  const names = [...text.matchAll(/\b(?:FROM|JOIN)\s+([a-z_]\w*)\b(?!\s*\()/g)].map((match) => match[1]);
  return new Set(names.filter((name) => !own.has(name)));
}

function checkNeeds(header: Header, needs: readonly string[], queries: readonly string[]): void {
  const read = new Set(queries.flatMap((sql) => [...tablesRead(sql)]));
  for (const name of read) {
    if (!needs.includes(name)) {
      header.fail(header.lineOf('needs'), `the query reads ${name}, which "needs" does not name`);
    }
  }
  for (const name of needs) {
    if (!read.has(name))
      header.fail(header.lineOf('needs'), `"needs" names ${name}, which no query here reads`);
  }
}

function nameOf(file: string): string {
  return file.replace(/^.*\//, '').replace(/\.sql$/, '');
}

/** Parses a file of queries/views. */
export function parseView(file: string, text: string): ViewFile {
  const header = readHeader(file, text, ['name', 'doc', 'needs', 'optional', 'materialized', 'candidates']);
  const name = header.required('name');
  if (name !== nameOf(file)) header.fail(header.lineOf('name'), `the view ${name} must be in ${name}.sql`);
  const needs = header.list('needs');
  const optional = header.list('optional');
  checkNeeds(header, [...needs, ...optional], [header.sql]);
  const materialized =
    header.given('materialized') !== undefined && header.oneOf('materialized', ['yes']) === 'yes';
  const doc = header.required('doc');
  const candidates = header.given('candidates');
  return {
    file,
    name,
    doc,
    needs,
    optional,
    materialized,
    ...(candidates && { candidates }),
    sql: header.sql,
  };
}

const invariantKeys =
  'title rule why needs optional severity hint except judged skipped suspects lacking expected breaks follows'.split(
    ' ',
  );

/** Parses a file of queries/invariants. */
export function parseInvariant(file: string, text: string): InvariantFile {
  const header = readHeader(file, text, invariantKeys);
  const needs = header.list('needs');
  const optional = header.list('optional');
  const judged = header.required('judged');
  const skipped = header.given('skipped');
  const suspects = header.given('suspects');
  const expected = header.given('expected');
  const counts = [judged, skipped ?? '', suspects ?? '', expected ?? ''];
  checkNeeds(header, [...needs, ...optional], [header.sql, ...counts]);
  return {
    file,
    name: nameOf(file),
    title: header.required('title'),
    rule: header.required('rule'),
    why: header.required('why'),
    needs,
    optional,
    severity: header.oneOf('severity', ['error', 'warning']),
    hint: header.required('hint'),
    except: header.required('except'),
    judged,
    ...(skipped === undefined ? {} : { skipped }),
    ...(suspects === undefined ? {} : { suspects }),
    ...(expected === undefined ? {} : { expected, lacking: header.required('lacking') }),
    ...(header.given('follows') !== undefined && {
      follows: header.oneOf('follows', ['all', 'any', 'frames', 'nothing']),
    }),
    ...(header.given('breaks') !== undefined && {
      breaks: header.oneOf('breaks', ['all', 'frames', 'nothing']),
    }),
    sql: header.sql,
  };
}
