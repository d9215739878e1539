// Where a new trace is written. A fresh name is written in place: whatever happens, it opens as far as it got. A
// trace that is to be replaced stays until the new one is finished beside it.
import { existsSync, renameSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { UsageError } from '../../errors.js';
import { syncDirectory } from './durable.js';
import { isOwnTrace, occupation } from './layout.js';
import { makeDirectory } from '../files/output-file.js';

/** A trace's final path and the directory it is written in until it is finished. */
export interface TracePlace {
  readonly path: string;
  readonly folder: string;
}

/** Beside a trace that is being replaced: the new one. */
export function partialPath(path: string): string {
  return `${withoutSlash(path)}.partial`;
}

/** Makes the directory for a new trace. Throws UsageError when something else is in its place. */
export function makePlace(name: string): TracePlace {
  const path = withoutSlash(name);
  const folder = isFree(path) ? path : partialPath(path);
  if (folder !== path && !isFree(folder)) rmSync(folder, { recursive: true });
  if (occupation(folder) === 'free') makeDirectory(folder);
  return { path, folder };
}

/** Moves a finished trace to its final path. */
export function settle({ path, folder }: TracePlace): void {
  if (folder === path) return;
  const replaced = `${path}.replaced`;
  rmSync(replaced, { recursive: true, force: true });
  if (existsSync(path)) renameSync(path, replaced);
  renameSync(folder, path);
  syncDirectory(dirname(path));
  rmSync(replaced, { recursive: true, force: true });
}

/** `NAME.trace/` as shells complete it is NAME.trace. */
function withoutSlash(path: string): string {
  return path.replace(/(?<=.)\/+$/, '');
}

/** True for a name that is free, false for a trace of ours; anything else is not touched. */
function isFree(path: string): boolean {
  const found = occupation(path);
  if (found === 'free' || found === 'empty_directory') return true;
  if (found === 'directory' && isOwnTrace(path)) return false;
  throw new UsageError(
    `${path} exists and is no trace of this program; move it away or choose another name with --out`,
  );
}
