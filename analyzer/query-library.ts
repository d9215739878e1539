// The query files that come with the package, found by folder, and the order and tables they depend on.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { UsageError } from '../errors.js';
import { isEventName, type EventName } from '../tracer/schema/index.js';
import { historyTables, isHistoryTable } from './histories/index.js';
import { parseInvariant, parseView, type InvariantFile, type ViewFile } from './query-file.js';

/** Views in an order in which each follows what it needs, and invariants by name. */
export interface QueryLibrary {
  readonly views: readonly ViewFile[];
  readonly invariants: readonly InvariantFile[];
}

/** The package's own `queries` folder, beside the sources or above the compiled output. */
export function queriesFolder(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'queries', 'invariants'))) {
    const parent = dirname(folder);
    if (parent === folder) throw new Error('the package has lost its queries folder');
    folder = parent;
  }
  return join(folder, 'queries');
}

function readFolder<T>(folder: string, kind: string, parse: (file: string, text: string) => T): T[] {
  const names = readdirSync(join(folder, kind)).filter((name) => name.endsWith('.sql'));
  return names.sort().map((name) => {
    return parse(`queries/${kind}/${name}`, readFileSync(join(folder, kind, name), 'utf8'));
  });
}

/** Reads all query files of a folder; a mistake in one is a UsageError with file and line. */
export function readQueries(folder = queriesFolder()): QueryLibrary {
  const views = readFolder(folder, 'views', parseView);
  const invariants = readFolder(folder, 'invariants', parseInvariant);
  const byName = new Map(views.map((view) => [view.name, view]));
  for (const user of [...views, ...invariants]) {
    for (const name of [...user.needs, ...('optional' in user ? user.optional : [])]) {
      if (!byName.has(name) && !isTable(name)) {
        throw new UsageError(
          `${user.file}:1: "needs" names ${name}, which is neither an event kind nor a view.`,
        );
      }
    }
  }
  return { views: inOrder(views, byName), invariants };
}

/** Tables beside the events and those made from them: facts of the run, and the markers of the run compared with. */
const extraTables = new Set(['run_facts', 'baseline_marker']);

function isTable(name: string): boolean {
  return isEventName(name) || isHistoryTable(name) || extraTables.has(name);
}

function inOrder(views: readonly ViewFile[], byName: ReadonlyMap<string, ViewFile>): ViewFile[] {
  const done = new Set<ViewFile>();
  const visit = (view: ViewFile, path: readonly string[]): void => {
    if (path.includes(view.name)) {
      throw new UsageError(
        `${view.file}:1: views need each other in a circle: ${[...path, view.name].join(', ')}.`,
      );
    }
    if (done.has(view)) return;
    for (const name of [...view.needs, ...view.optional]) {
      const needed = byName.get(name);
      if (needed) visit(needed, [...path, view.name]);
    }
    done.add(view);
  };
  for (const view of views) visit(view, []);
  return [...done];
}

/** The SELECTs of one number in the headers of rules and views. */
export function countsOf({ views, invariants }: QueryLibrary): string[] {
  return [
    ...views.map(({ candidates }) => candidates),
    ...invariants.flatMap(({ judged, skipped, suspects, expected }) => [judged, skipped, suspects, expected]),
  ].filter((sql) => sql !== undefined);
}

/** All views and tables that a query reads, directly or through views. */
export function readsOf(names: readonly string[], views: readonly ViewFile[]): Set<string> {
  const byName = new Map(views.map((view) => [view.name, view]));
  const reached = new Set<string>();
  const visit = (name: string): void => {
    if (reached.has(name)) return;
    reached.add(name);
    const view = byName.get(name);
    for (const next of view ? [...view.needs, ...view.optional] : []) visit(next);
  };
  names.forEach(visit);
  return reached;
}

/** Event kinds without which a query has nothing to say: those it needs, also through views, less the optional. */
export function kindsNeeded(names: readonly string[], views: readonly ViewFile[]): EventName[] {
  const hard = views.map((view) => ({ ...view, optional: [] }));
  const kinds = [...readsOf(names, hard)].flatMap((name): readonly string[] => {
    return isHistoryTable(name) ? historyTables[name].needs : [name];
  });
  return [...new Set(kinds.filter(isEventName))];
}
