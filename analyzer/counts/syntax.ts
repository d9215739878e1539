// The part of SQL in which most counts of rules are written, and rules that find one row: a SELECT of aggregates over
// one table or none, with a condition on its rows. Whatever else a query says is for DuckDB.

/** An expression, by its outermost form. A boolean is 1 or 0, a null NaN. */
export type Expression =
  | { readonly is: 'number'; readonly value: number }
  | { readonly is: 'text'; readonly value: string }
  | { readonly is: 'column'; readonly name: string }
  | { readonly is: 'call'; readonly name: string; readonly values: readonly Expression[] }
  | { readonly is: 'in'; readonly value: Expression; readonly choices: readonly Expression[] }
  | { readonly is: 'query'; readonly query: CountQuery }
  | { readonly is: 'exists'; readonly query: CountQuery };

/** SELECT value FROM table WHERE condition. */
export interface CountQuery {
  /** Undefined for `*`. */
  readonly value: Expression | undefined;
  readonly table?: string;
  readonly condition?: Expression;
}

/** SELECT value AS name, … FROM table WHERE condition HAVING having: one row, or none. */
export interface RowQuery {
  readonly values: readonly { readonly name: string; readonly value: Expression }[];
  readonly table: string;
  readonly condition?: Expression;
  readonly having: Expression;
}

/** Says that a query is not of this form; caught by whoever asked. */
export class NotSimple extends Error {}

/** Aggregates; `count` is that of rows, `min_by` the first of two values, where the second is least. */
export const aggregates = ['count', 'sum', 'min', 'max', 'bit_and', 'bit_or', 'min_by'] as const;
const functions: readonly string[] = [...aggregates, 'coalesce', 'greatest', 'least', 'printf'];

/** Operators by how strongly they bind, the weakest first. */
const levels: readonly (readonly string[])[] = [
  ['or'],
  ['and'],
  ['=', '<>', '<', '<=', '>', '>='],
  ['&', '|', '<<', '>>'],
  ['+', '-'],
];
const comparisons = 2;

const tokenPattern =
  /\s*(?:--[^\n]*\n\s*)*(?:('(?:[^']|'')*')|(\d+(?![\w.]))|("?[a-z_]\w*"?)|(<>|<=|>=|<<|>>|::|[-+&|=<>()*,.~]))/iy;

/** The words of a query, lower case but for texts. */
function wordsOf(sql: string): string[] {
  const words: string[] = [];
  const text = sql.trim();
  tokenPattern.lastIndex = 0;
  while (tokenPattern.lastIndex < text.length) {
    const match = tokenPattern.exec(text);
    if (match === null) throw new NotSimple();
    const [, quoted] = match;
    words.push(quoted ?? match[0].trim().replaceAll('"', '').toLowerCase());
  }
  return words;
}

/** Parses a query; throws `NotSimple` for one of another form. */
export function parseCount(sql: string): CountQuery {
  const parser = new Parser(wordsOf(sql));
  const query = parser.query();
  parser.end();
  return query;
}

/** Parses a query for one row; throws `NotSimple` for one of another form. */
export function parseRow(sql: string): RowQuery {
  const parser = new Parser(wordsOf(sql));
  const query = parser.row();
  parser.end();
  return query;
}

const binary = (name: string, left: Expression, right: Expression): Expression => {
  return { is: 'call', name, values: [left, right] };
};

const keywords = [
  'select',
  'from',
  'where',
  'and',
  'or',
  'not',
  'in',
  'is',
  'null',
  'exists',
  'as',
  'case',
  'when',
  'then',
  'else',
  'end',
  'having',
  'join',
];

class Parser {
  private at = 0;
  private alias: string | undefined;

  constructor(private readonly words: readonly string[]) {}

  query(): CountQuery {
    this.expect('select');
    const start = this.at;
    // Columns may be qualified by the alias, which comes later.
    this.alias = this.aliasBehind(start);
    const value = this.accept('*') ? undefined : this.expression(0);
    if (!this.accept('from')) return { value };
    const table = this.name();
    if (this.isName()) this.name();
    const condition = this.accept('where') ? this.expression(0) : undefined;
    return { value, table, ...(condition && { condition }) };
  }

  row(): RowQuery {
    this.expect('select');
    this.alias = this.aliasBehind(this.at);
    const values: { name: string; value: Expression }[] = [];
    do {
      const value = this.expression(0);
      this.expect('as');
      values.push({ name: this.name(), value });
    } while (this.accept(','));
    this.expect('from');
    const table = this.name();
    if (this.isName()) this.name();
    const condition = this.accept('where') ? this.expression(0) : undefined;
    this.expect('having');
    return { values, table, ...(condition && { condition }), having: this.expression(0) };
  }

  end(): void {
    if (this.at < this.words.length) throw new NotSimple();
  }

  /** The name by which the columns of this query's table are called, if there is one. */
  private aliasBehind(start: number): string | undefined {
    let depth = 0;
    for (let at = start; at < this.words.length && depth >= 0; at++) {
      const word = this.words[at];
      if (word === '(') depth++;
      else if (word === ')') depth--;
      else if (word === 'from' && depth === 0) {
        const alias = this.words[at + 2];
        return alias !== undefined && /^\w+$/.test(alias) && !keywords.includes(alias) ? alias : undefined;
      }
    }
    return undefined;
  }

  private expression(level: number): Expression {
    if (level === levels.length) return this.prefixed();
    let left = level === comparisons ? this.compared() : this.expression(level + 1);
    while (levels[level].includes(this.words[this.at])) {
      const operator = this.words[this.at++];
      left = binary(operator, left, this.expression(level + 1));
    }
    return left;
  }

  /** NOT, IN and IS NULL bind as comparisons do. */
  private compared(): Expression {
    if (this.accept('not')) return { is: 'call', name: 'not', values: [this.expression(comparisons)] };
    const value = this.expression(comparisons + 1);
    if (this.accept('is')) {
      const negated = this.accept('not');
      this.expect('null');
      const isNull: Expression = { is: 'call', name: 'is_null', values: [value] };
      return negated ? { is: 'call', name: 'not', values: [isNull] } : isNull;
    }
    const negated = this.words[this.at] === 'not' && this.words[this.at + 1] === 'in';
    if (negated) this.at++;
    if (!this.accept('in')) return value;
    this.expect('(');
    const found: Expression = { is: 'in', value, choices: this.list() };
    return negated ? { is: 'call', name: 'not', values: [found] } : found;
  }

  /** Values up to a closing parenthesis. */
  private list(): Expression[] {
    const values = [this.expression(0)];
    while (this.accept(',')) values.push(this.expression(0));
    this.expect(')');
    return values;
  }

  private prefixed(): Expression {
    if (this.accept('-')) {
      const value = this.prefixed();
      return value.is === 'number'
        ? { ...value, value: -value.value }
        : binary('-', { is: 'number', value: 0 }, value);
    }
    if (this.accept('~')) return { is: 'call', name: '~', values: [this.prefixed()] };
    let value = this.primary();
    // Numbers are as wide as they must be here; a text is read as one.
    while (this.accept('::')) value = { is: 'call', name: `to_${this.name()}`, values: [value] };
    return value;
  }

  private primary(): Expression {
    const word = this.words[this.at++] as string | undefined;
    if (word === undefined) throw new NotSimple();
    if (word === '(') return this.parenthesised();
    if (word === 'exists') return this.exists();
    if (word === 'case') return this.choice();
    if (word.startsWith("'")) return { is: 'text', value: word.slice(1, -1).replaceAll("''", "'") };
    if (/^\d/.test(word)) return { is: 'number', value: Number(word) };
    if (word === 'true' || word === 'false') return { is: 'number', value: word === 'true' ? 1 : 0 };
    if (!/^\w+$/.test(word) || keywords.includes(word)) throw new NotSimple();
    if (this.accept('(')) return this.call(word);
    if (!this.accept('.')) return { is: 'column', name: word };
    if (word !== this.alias) throw new NotSimple();
    return { is: 'column', name: this.name() };
  }

  private parenthesised(): Expression {
    const value = this.words[this.at] === 'select' ? this.subquery() : this.expression(0);
    this.expect(')');
    return value;
  }

  /** CASE with one WHEN. */
  private choice(): Expression {
    this.expect('when');
    const values = [this.expression(0)];
    this.expect('then');
    values.push(this.expression(0));
    this.expect('else');
    values.push(this.expression(0));
    this.expect('end');
    return { is: 'call', name: 'case', values };
  }

  private subquery(): Expression {
    const { alias } = this;
    const query = this.query();
    this.alias = alias;
    return { is: 'query', query };
  }

  private exists(): Expression {
    this.expect('(');
    const { alias } = this;
    const query = this.query();
    this.alias = alias;
    this.expect(')');
    return { is: 'exists', query };
  }

  private call(name: string): Expression {
    if (!functions.includes(name)) throw new NotSimple();
    if (name !== 'count') return { is: 'call', name, values: this.list() };
    this.expect('*');
    this.expect(')');
    return { is: 'call', name, values: [] };
  }

  private isName(): boolean {
    const word = this.words[this.at] as string | undefined;
    return word !== undefined && /^[a-z_]\w*$/.test(word) && !keywords.includes(word);
  }

  private name(): string {
    if (!this.isName()) throw new NotSimple();
    return this.words[this.at++];
  }

  private accept(word: string): boolean {
    if (this.words[this.at] !== word) return false;
    this.at++;
    return true;
  }

  private expect(word: string): void {
    if (!this.accept(word)) throw new NotSimple();
  }
}
