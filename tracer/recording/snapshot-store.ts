// Writes a run's snapshots beside it, and keeps them within a budget: when they outgrow it, every second one is merged
// into the one behind it. A snapshot is in the recording's index only once its file is whole.
import { createHash } from 'node:crypto';
import { open, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { errorCode } from '../files/output-file.js';
import type { RecordingWriter } from './recording.js';
import { encodeSnapshot, StoredSnapshot, type SnapshotContent } from './snapshot-file.js';

/** A snapshot that is in the index. */
interface Kept {
  readonly cycle: number;
  readonly file: string;
  readonly bytes: number;
  readonly sha256: string;
}

/** The changes of a snapshot and of the one behind it as those of one; the emulator's mergedDelta. */
export type MergeDeltas = (
  older: StoredSnapshot,
  newer: StoredSnapshot,
) => Omit<SnapshotContent, 'cycle' | 'state'>;

/** Bytes of content that may wait to be written; nothing more is taken until some are. */
const waitingBytesMaximum = 128 << 20;
/** With no more than these there is nothing left to thin out. */
const fewest = 2;

export class SnapshotStore {
  /** Bytes of all files. */
  bytes = 0;
  /** How many times every second one was merged: the next ones should be that much further apart. */
  thinned = 0;
  private kept: Kept[] = [];
  private serial = 0;
  private waiting = 0;
  private stopped = false;
  private work = Promise.resolve();
  /** A bug of ours, to be thrown where somebody waits. */
  private mistake: unknown;

  /**
   * @param folder of the files; it exists
   * @param bytesMaximum of all of them together
   * @param mergedDelta what two snapshots changed together
   */
  constructor(
    private readonly folder: string,
    private readonly recording: RecordingWriter,
    private readonly bytesMaximum: number,
    private readonly mergedDelta: MergeDeltas,
  ) {}

  /** False while too much waits to be written, or when the disk or the budget has no more room. */
  get takesMore(): boolean {
    return !this.stopped && this.waiting < waitingBytesMaximum;
  }

  /** Number of snapshots in the index. */
  get count(): number {
    return this.kept.length;
  }

  /** Writes a snapshot; it was taken after all others. Returns at once. */
  add(snapshot: SnapshotContent): void {
    const size = snapshot.content.length + snapshot.words.length * 8;
    this.waiting += size;
    this.work = this.work
      .then(() => this.write(snapshot))
      .then(() => this.keepWithinBudget())
      .catch((error: unknown) => {
        this.stopped = true;
        this.mistake ??= error;
      })
      .finally(() => (this.waiting -= size));
  }

  /** Waits until everything is written. */
  async finish(): Promise<void> {
    await this.work;
    if (this.mistake !== undefined) throw this.mistake;
  }

  private async write(snapshot: SnapshotContent): Promise<Kept | undefined> {
    if (this.stopped) return undefined;
    const file = `${String(++this.serial).padStart(6, '0')}.snapshot`;
    const path = join(this.folder, file);
    try {
      const pieces = await encodeSnapshot(snapshot);
      await writeWhole(path, pieces);
      const hash = createHash('sha256');
      for (const piece of pieces) hash.update(piece);
      const bytes = pieces.reduce((sum, piece) => sum + piece.length, 0);
      const kept = { cycle: snapshot.cycle, file, bytes, sha256: hash.digest('hex') };
      this.recording.snapshot(kept);
      this.kept.push(kept);
      this.bytes += bytes;
      return kept;
    } catch (error) {
      if (errorCode(error) === '') throw error;
      // Without later snapshots a replay is slower and nothing else; a full disk is noticed by what must be written.
      this.stopped = true;
      await unlink(path).catch(() => {});
      return undefined;
    }
  }

  private async keepWithinBudget(): Promise<void> {
    while (this.bytes > this.bytesMaximum && !this.stopped) {
      if (this.kept.length <= fewest) return this.giveUp();
      this.thinned++;
      const old = this.kept;
      this.kept = [];
      for (let index = 0; index + 1 < old.length; index += 2) await this.merge(old[index], old[index + 1]);
      if (old.length % 2 === 1) this.kept.push(old[old.length - 1]);
    }
  }

  /** The run changes more memory than the budget holds: what fits is kept, and no more is taken. */
  private async giveUp(): Promise<void> {
    this.stopped = true;
    while (this.bytes > this.bytesMaximum) await this.remove(this.kept.pop()!);
  }

  private async merge(older: Kept, newer: Kept): Promise<void> {
    const [one, other] = [older, newer].map(
      ({ file, cycle, sha256 }) => new StoredSnapshot(join(this.folder, file), cycle, sha256),
    );
    const changes = this.mergedDelta(one, other);
    if ((await this.write({ cycle: other.cycle, state: other.state, ...changes })) === undefined) return;
    for (const snapshot of [older, newer]) await this.remove(snapshot);
  }

  private async remove({ file, bytes }: Kept): Promise<void> {
    this.recording.snapshotRemoved(file);
    this.bytes -= bytes;
    await unlink(join(this.folder, file));
  }
}

async function writeWhole(path: string, pieces: readonly Uint8Array[]): Promise<void> {
  const handle = await open(path, 'w');
  try {
    for (const piece of pieces) await handle.writeFile(piece);
    await handle.sync();
  } finally {
    await handle.close();
  }
}
