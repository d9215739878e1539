// Where things are inside a trace directory NAME.trace. Event files: `eventFile` in the schema.
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { errorCode } from '../files/output-file.js';

export const traceFiles = {
  /** What the trace is; the last thing written. */
  manifest: 'manifest.json',
  /** Room kept for the manifest, so that it can be written when the disk is full. */
  manifestReserve: 'manifest.json.next',
  recording: 'recording.pb',
  kernel: 'kernel.elf',
  /** The disk before the run, compressed with gzip. */
  disk: 'disk.img.gz',
  /** The profile file that the run was given, if any. */
  profile: 'profile.json',
  /** All bytes the console printed. */
  console: 'console.txt',
  events: 'events',
  snapshots: 'snapshots',
} as const;

/** Value of `format` in every manifest of ours. */
export const manifestFormat = 'cowtrace';

/** Whether a directory is a trace of ours, finished or not, so that it may be replaced. */
export function isOwnTrace(path: string): boolean {
  if (existsSync(join(path, traceFiles.manifestReserve)) || hasOwnManifest(path)) return true;
  // Without a manifest these two together are a trace that lost it.
  return existsSync(join(path, traceFiles.recording)) && existsSync(join(path, traceFiles.events));
}

function hasOwnManifest(path: string): boolean {
  try {
    const manifest: unknown = JSON.parse(readFileSync(join(path, traceFiles.manifest), 'utf8'));
    return (manifest as { format?: unknown } | null)?.format === manifestFormat;
  } catch {
    return false;
  }
}

/** What is at a path: nothing, an empty directory, another directory, or something else. */
export function occupation(path: string): 'free' | 'empty_directory' | 'directory' | 'file' {
  try {
    if (!statSync(path).isDirectory()) return 'file';
    return readdirSync(path).length === 0 ? 'empty_directory' : 'directory';
  } catch (error) {
    if (errorCode(error) === '') throw error;
    // Whatever else is wrong with the path is said when it is created or opened.
    return 'free';
  }
}
