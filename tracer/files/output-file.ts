// A file of a trace while it is being written: whole pieces or nothing, counted and digested on the way.
// A disk that fills up is an outcome, not an exception: the run goes on to say what it could not keep.
import { createHash, type Hash } from 'node:crypto';
import { closeSync, fsyncSync, ftruncateSync, mkdirSync, openSync, writeSync } from 'node:fs';
import { UsageError } from '../../errors.js';

/** Why a file of the trace ends early. Everything before is intact. */
export interface WriteFailure {
  readonly reason: 'disk_full' | 'write_failed';
  readonly path: string;
  /** One sentence for people. */
  readonly message: string;
}

/** Size and SHA-256 (hex) of a finished file. */
export interface FileSummary {
  readonly bytes: number;
  readonly sha256: string;
}

const fullDiskCodes = new Set(['ENOSPC', 'EDQUOT', 'EFBIG']);

const openErrorWords: Record<string, string> = {
  EACCES: 'permission is denied',
  EPERM: 'permission is denied',
  EROFS: 'the file system is read-only',
  ENOENT: 'the directory above it does not exist',
  ENOTDIR: 'a part of the path is a file, not a directory',
  EISDIR: 'a directory is in its place',
  EEXIST: 'a file is in its place',
  ENAMETOOLONG: 'the name is too long',
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk quota is used up',
};

/** The system's error code of something caught, or the empty string. */
export function errorCode(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? code : '';
}

function cannotCreate(what: string, path: string, error: unknown): UsageError {
  const code = errorCode(error);
  if (code === '') throw error;
  const why = openErrorWords[code] ?? code;
  return new UsageError(
    `cannot create the ${what} ${path}: ${why}; choose a place you can write to with --out`,
  );
}

/** Makes one directory (its parent must exist). Throws UsageError when that is impossible. */
export function makeDirectory(path: string): void {
  try {
    mkdirSync(path);
  } catch (error) {
    throw cannotCreate('directory', path, error);
  }
}

export class OutputFile {
  /** Bytes of the whole pieces written so far. */
  bytes = 0;
  /** Set by the first write that fails; later appends do nothing. */
  failure: WriteFailure | undefined;
  readonly #descriptor: number;
  readonly #hash: Hash = createHash('sha256');

  /** Creates the file, or empties it. Throws UsageError when it cannot be opened. */
  constructor(readonly path: string) {
    try {
      this.#descriptor = openSync(path, 'w');
    } catch (error) {
      throw cannotCreate('file', path, error);
    }
  }

  /** Appends the chunks as one piece: all of it or, after a failure, none. Returns whether it is written. */
  append(chunks: readonly Uint8Array[]): boolean {
    if (this.failure !== undefined) return false;
    try {
      for (const chunk of chunks) this.#write(chunk);
    } catch (error) {
      this.#fail(error);
      return false;
    }
    for (const chunk of chunks) {
      this.#hash.update(chunk);
      this.bytes += chunk.byteLength;
    }
    return true;
  }

  /** Brings the file to the disk and closes it. */
  close(): FileSummary {
    try {
      if (this.failure === undefined) fsyncSync(this.#descriptor);
    } catch (error) {
      this.#fail(error);
    }
    closeSync(this.#descriptor);
    return { bytes: this.bytes, sha256: this.#hash.digest('hex') };
  }

  #write(chunk: Uint8Array): void {
    let done = 0;
    while (done < chunk.byteLength) done += writeSync(this.#descriptor, chunk, done);
  }

  #fail(error: unknown): void {
    const code = errorCode(error);
    if (code === '') throw error;
    const full = fullDiskCodes.has(code);
    this.failure = {
      reason: full ? 'disk_full' : 'write_failed',
      path: this.path,
      message: `${full ? 'the disk is full' : `writing failed (${code})`}: ${this.path} ends after ${this.bytes} bytes`,
    };
    this.#dropPartialPiece();
  }

  #dropPartialPiece(): void {
    try {
      ftruncateSync(this.#descriptor, this.bytes);
    } catch {
      // A device or a broken disk: readers stop at the last whole piece anyway.
    }
  }
}
