// A recorded snapshot as a place that the replay can start from; its file is read when it is first needed.
import { join } from 'node:path';
import type { Checkpoint } from '../../emulator/index.js';
import { ExitCode, UsageError } from '../../errors.js';
import { StoredSnapshot, type RecordedSnapshot } from '../recording/index.js';

/** A snapshot in the index of a recording. */
export class StoredCheckpoint implements Checkpoint {
  readonly cycle: number;
  private read: StoredSnapshot | undefined;

  /**
   * @param folder of the snapshots
   * @param pagesMaximum number of pages the machine has
   */
  constructor(
    private readonly folder: string,
    private readonly recorded: RecordedSnapshot,
    private readonly pagesMaximum: number,
  ) {
    this.cycle = recorded.cycle;
  }

  /** Reads and checks the file. Throws UsageError (65) when it is missing, damaged or altered. */
  load(): StoredSnapshot {
    if (this.read) return this.read;
    const { file, sha256 } = this.recorded;
    if (!/^[\w-]+\.snapshot$/.test(file))
      throw new UsageError(
        `the recording names a snapshot ${JSON.stringify(file)}`,
        ExitCode.unreadableTrace,
      );
    const read = new StoredSnapshot(join(this.folder, file), this.cycle, sha256);
    const isInside = (page: number): boolean => page < this.pagesMaximum;
    if (!read.pages.every(isInside) || !read.repeating.every(isInside))
      throw new UsageError(`${read.path} is a snapshot of a larger machine`, ExitCode.unreadableTrace);
    return (this.read = read);
  }

  get state(): Uint8Array {
    return this.load().state;
  }

  get repeating(): Uint32Array {
    return this.load().repeating;
  }

  get words(): BigUint64Array {
    return this.load().words;
  }

  get pages(): Uint32Array {
    return this.load().pages;
  }

  content(index: number): Uint8Array {
    return this.load().content(index);
  }
}
