// The reference of all invariants and views as Markdown, derived from the query files' headers: docs/invariants.md.
import { historyTables, type HistoryTableRow } from './histories/index.js';
import type { InvariantFile, ViewFile } from './query-file.js';
import type { QueryLibrary } from './query-library.js';

const aboutInvariants = [
  'What a check judges, derived from the headers of `queries/invariants/*.sql`:',
  'change them there, then run `npm run docs`.',
].join(' ');
const aboutVerdicts = [
  'Each returns the violating rows, and says how many points it judged: no rows and some points is *holds*,',
  'no points is *vacuous*, and points at which the kernel was in the middle of something are *skipped*.',
].join(' ');
const aboutViews = [
  'What the invariants are made of, and what `trace query` offers beside the [events](events.md),',
  'derived from `queries/views/*.sql`. `frame_of(entry)` is the address of the frame that a page-table entry names,',
  'and `permission_for(access)` the bit of an entry that lets a program do what a page fault tells of.',
].join(' ');

const aboutHistories = [
  'What two passes over the events find, for views and invariants to read as tables,',
  'derived from `analyzer/histories/tables.ts`.',
].join(' ');

/** docs/invariants.md as it should be. */
export function queryReference({ invariants, views }: QueryLibrary): string {
  const viewsByName = [...views].sort((a, b) => (a.name < b.name ? -1 : 1));
  return [
    '# Invariants',
    aboutInvariants,
    aboutVerdicts,
    invariants.map(({ name, rule }) => `- [${name}](#${name}): ${rule}`).join('\n'),
    ...invariants.flatMap(invariantSection),
    '# Views',
    aboutViews,
    ...viewsByName.flatMap(viewSection),
    '# Histories',
    aboutHistories,
    ...Object.entries(historyTables).flatMap(([name, row]) => historySection(name, row)),
  ]
    .join('\n\n')
    .concat('\n');
}

function invariantSection(invariant: InvariantFile): string[] {
  const facts = [
    `- **Why**: ${invariant.why}`,
    `- **Except**: ${invariant.except}`,
    `- **Hint**: ${invariant.hint}`,
    ...(invariant.lacking === undefined
      ? []
      : [`- **Not seen**, said when it judged nothing: ${invariant.lacking}`]),
    `- **Severity**: ${invariant.severity}`,
    `- **Needs**: ${names(invariant.needs)}`,
  ];
  return [`### ${invariant.name}`, invariant.rule, facts.join('\n')];
}

function viewSection({ name, doc, needs, optional }: ViewFile): string[] {
  const without = optional.length === 0 ? '' : `; does without ${names(optional)} where they were not traced`;
  return [`### ${name}`, doc, `Made from ${names(needs)}${without}.`];
}

function historySection(name: string, { doc, needs, optional, columns }: HistoryTableRow): string[] {
  const without = optional.length === 0 ? '' : `; does without ${names(optional)} where they were not traced`;
  const list = `Columns: ${names(Object.keys(columns))}.`;
  return [`### ${name}`, doc, list, `Made from ${names(needs)}${without}.`];
}

function names(list: readonly string[]): string {
  return list.map((name) => `\`${name}\``).join(', ');
}
