// Opens a trace directory, finished or not: a trace is what its manifest vouches for, and anything that is
// short, altered or missing makes it incomplete with a reason, never silently smaller.
import { createHash } from 'node:crypto';
import { closeSync, existsSync, openSync, readFileSync, readSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { ExitCode, UsageError } from '../../errors.js';
import { eventFile, eventNames, traceFormatVersion, type EventName } from '../schema/index.js';
import { isOwnTrace, occupation, traceFiles } from './layout.js';
import { parseManifest, type Manifest } from './manifest.js';
import { errorCode } from '../files/output-file.js';
import { partialPath } from './place.js';

/** A trace that can be read. */
export interface OpenedTrace {
  readonly path: string;
  /** Undefined when it is missing or damaged. A run that was cut off has one without an outcome. */
  readonly manifest: Manifest | undefined;
  /** Why the trace is not whole, in a clause; undefined when it is complete. */
  readonly incompleteBecause: string | undefined;
  /** True when rows may be missing between others, so that only what is before `findHorizon` can be judged. */
  readonly mayHaveGaps: boolean;
  /** The kinds that were traced and whose files are there and not altered, with or without rows. */
  readonly kinds: ReadonlySet<EventName>;
  /** Path of a kind's file, for `readEventFile`. */
  eventPath(kind: EventName): string;
}

/**
 * Opens the trace at a path.
 *
 * @param check `sizes` compares the length of every file with the manifest; `digests` reads every file and
 *   compares its SHA-256 too (about a second a gigabyte).
 * @throws UsageError with exit code 65 when there is no trace, or one of another format version.
 */
export function openTrace(path: string, check: 'sizes' | 'digests' = 'sizes'): OpenedTrace {
  refuseForeign(path);
  const read = readManifest(path);
  const manifest = 'manifest' in read ? read.manifest : undefined;
  const damages = 'damage' in read ? [] : [...fileDamages(path, read.manifest, check)];
  const damage = 'damage' in read ? read.damage : damages[0]?.words;
  const stated = manifest?.complete === false ? (manifest.incompleteBecause ?? 'it says so') : undefined;
  const altered = new Set(damages.filter(({ isAltered }) => isAltered).map(({ name }) => name));
  const isHere = (name: string): boolean => existsSync(join(path, name)) && !altered.has(name);
  return {
    path,
    manifest,
    incompleteBecause: damage ?? stated,
    mayHaveGaps: !hasEveryRow(manifest) || damages.some(({ name }) => eventFiles.has(name)),
    kinds: new Set(eventNames.filter((kind) => isHere(eventFile(kind)))),
    eventPath: (kind) => join(path, eventFile(kind)),
  };
}

/** The kernel's ELF file as it was run. Throws UsageError (65) when it is missing or damaged. */
export function readTraceKernel(trace: OpenedTrace): Uint8Array {
  return readVouched(trace, traceFiles.kernel, (bytes) => bytes, trace.manifest?.digests.kernel);
}

/** The disk image before the run, unpacked; undefined for a machine without a disk. */
export function readTraceDisk(trace: OpenedTrace): Uint8Array | undefined {
  const digest = trace.manifest?.digests.disk;
  if (trace.manifest !== undefined && digest === undefined) return undefined;
  return readVouched(trace, traceFiles.disk, gunzipSync, digest);
}

/** The profile file that the run was given; undefined when there was none. */
export function readTraceProfile({
  path: folder,
}: OpenedTrace): { readonly text: string; readonly path: string } | undefined {
  const path = join(folder, traceFiles.profile);
  return existsSync(path) ? { text: readFileSync(path, 'utf8'), path } : undefined;
}

function refuseForeign(path: string): void {
  const found = occupation(path);
  if (found === 'directory' && isOwnTrace(path)) return;
  if (found !== 'free') throw unreadable(`${path} is no trace: it is ${foreignWords[found]}`);
  const partial = partialPath(path);
  const hint = existsSync(partial) ? `; an unfinished run is in ${partial}` : '';
  throw unreadable(`there is no trace ${path}${hint}`);
}

const foreignWords = {
  file: 'a file, and a trace is a directory that trace run makes',
  directory: 'a directory without manifest.json, recording.pb or events',
  empty_directory: 'an empty directory',
} as const;

function readManifest(path: string): { readonly manifest: Manifest } | { readonly damage: string } {
  let text: string;
  try {
    text = readFileSync(join(path, traceFiles.manifest), 'utf8');
  } catch (error) {
    return {
      damage: errorCode(error) === 'ENOENT' ? 'manifest.json is missing' : 'manifest.json cannot be read',
    };
  }
  const parsed = parseManifest(text, traceFormatVersion);
  if (!('foreignVersion' in parsed)) return parsed;
  const { foreignVersion: version, toolVersion } = parsed;
  throw unreadable(
    `${path} has trace format ${version} (written by cowtrace ${toolVersion}) and this version reads ${traceFormatVersion}; ` +
      (version > traceFormatVersion ? 'update cowtrace' : 'run the program again to make a new trace'),
  );
}

const eventFiles: ReadonlySet<string> = new Set(eventNames.map(eventFile));

/** Whether all rows were written; the files may have lost some since. A run that crashed has no final cycle. */
function hasEveryRow(manifest: Manifest | undefined): boolean {
  return manifest?.finalCycle !== undefined && manifest.lostEvents === 0;
}

interface FileDamage {
  readonly name: string;
  readonly words: string;
  /** False for a file that is gone or cut off: what is left of it is what the run wrote. */
  readonly isAltered: boolean;
}

/** The files that are not what the manifest says. */
function* fileDamages(path: string, manifest: Manifest, check: 'sizes' | 'digests'): Iterable<FileDamage> {
  for (const [name, { bytes, sha256 }] of Object.entries(manifest.files)) {
    const file = join(path, name);
    const size = statSync(file, { throwIfNoEntry: false })?.size;
    if (size === undefined) yield { name, words: `${name} is missing`, isAltered: false };
    else if (size !== bytes)
      yield { name, words: `${name} has ${size} bytes instead of ${bytes}`, isAltered: size > bytes };
    else if (check === 'digests') {
      const found = fileSha256(file);
      if (found === undefined) yield { name, words: `${name} cannot be read`, isAltered: true };
      else if (found !== sha256) yield { name, words: `${name} has been altered`, isAltered: true };
    }
  }
}

const pieceBytes = 1 << 20;

/** Undefined when the file cannot be read. */
function fileSha256(path: string): string | undefined {
  try {
    return digestOf(openSync(path, 'r'));
  } catch (error) {
    if (errorCode(error) === '') throw error;
    return undefined;
  }
}

function digestOf(descriptor: number): string {
  const hash = createHash('sha256');
  const piece = new Uint8Array(pieceBytes);
  try {
    for (let count = readSync(descriptor, piece); count > 0; count = readSync(descriptor, piece))
      hash.update(piece.subarray(0, count));
  } finally {
    closeSync(descriptor);
  }
  return hash.digest('hex');
}

function readVouched(
  trace: OpenedTrace,
  name: string,
  unpack: (bytes: Uint8Array) => Uint8Array,
  digest: string | undefined,
): Uint8Array {
  let content: Uint8Array;
  try {
    content = unpack(readFileSync(join(trace.path, name)));
  } catch (error) {
    throw unreadable(`${join(trace.path, name)} cannot be read (${errorCode(error) || 'damaged'})`);
  }
  const found = createHash('sha256').update(content).digest('hex');
  if (digest !== undefined && found !== digest)
    throw unreadable(`${join(trace.path, name)} is not the file of the run: it has been altered`);
  return content;
}

function unreadable(message: string): UsageError {
  return new UsageError(message, ExitCode.unreadableTrace);
}
