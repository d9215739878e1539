// What docs/json.md says of the keys that a command's document has.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { packageRoot } from '../../package-root.js';

const text = readFileSync(path.join(packageRoot(), 'docs', 'json.md'), 'utf8');

/** Their keys are data: names of facts, statuses, registers, columns, processes. A profile has a schema of its own. */
const maps = ['facts', 'rules', 'registers', 'columns', 'names', 'profile'];

/** Keys of a document, in order, that docs/json.md does not name in the sections with these headings. */
export function undocumentedKeys(document: object, ...sections: readonly string[]): string[] {
  const named = new Set(sections.flatMap((heading) => keysIn(sectionOf(heading))));
  return [...new Set(keysOf(document))].filter((key) => !named.has(key));
}

function sectionOf(heading: string): string {
  const section = text.split(/^## /m).find((one) => one.startsWith(`${heading}\n`));
  if (section === undefined) throw new Error(`docs/json.md has no section ${heading}`);
  return section;
}

function keysIn(section: string): string[] {
  return [...section.matchAll(/`(\w+)`/g)].map(([, key]) => key);
}

function keysOf(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(keysOf);
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, member]) => [
    key,
    ...(maps.includes(key) ? [] : keysOf(member)),
  ]);
}
