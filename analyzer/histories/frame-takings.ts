// Each frame's time off the free list, from the row of frame_alloc that took it on: how it ended, and when users
// mapped it.
import { GrowingColumns, roomFor, type FoundRows } from './growing-columns.js';

/** By row of frame_alloc. */
function takingColumns() {
  return {
    frame: new Int32Array(),
    seq: new Uint32Array(),
    span: new Uint32Array(),
    pid: new Int32Array(),
    /** How it ended: row of frame_free, -1 for never, -2 - row of frame_alloc when it was taken again without. */
    endRow: new Int32Array(),
    /** Seq of that row, plus one; 0 for never. */
    endSeq: new Uint32Array(),
    /** Seq of the first mapping for users, plus one; 0 when there was none. */
    mappedSeq: new Uint32Array(),
    /** Seq at which the last mapping went, plus one; 0 while there is one. */
    unmappedSeq: new Uint32Array(),
  };
}

/** What the pass leaves of them. */
export interface FoundTakings {
  readonly rows: FoundRows<ReturnType<typeof takingColumns>>;
  /** By frame: how often it was taken, how many of its mappings ended, and how many there were. */
  readonly times: Uint32Array;
  readonly unmappings: Uint32Array;
  readonly mappingsMade: Uint32Array;
}

/** Follows them through the pass. */
export class FrameTakings {
  private readonly rows = new GrowingColumns(takingColumns());
  /** By frame: the row that took it and has not ended, plus one. */
  private open: Int32Array = new Int32Array();
  private times: Uint32Array = new Uint32Array();
  private unmappings: Uint32Array = new Uint32Array();
  private mappingsMade: Uint32Array = new Uint32Array();
  /** By frame: how many mappings it has. */
  private mappings: Int32Array = new Int32Array();

  /** The next row of frame_alloc. */
  take(frame: number, seq: number, span: number, pid: number): void {
    this.know(frame);
    const row = this.rows.add();
    const { of } = this.rows;
    of.frame[row] = frame;
    of.seq[row] = seq;
    of.span[row] = span;
    of.pid[row] = pid;
    of.endRow[row] = -1;
    this.times[frame]++;
    this.end(frame, -2 - row, seq);
    this.open[frame] = row + 1;
  }

  /** A row of frame_free. */
  free(frame: number, row: number, seq: number): void {
    this.know(frame);
    this.end(frame, row, seq);
    this.open[frame] = 0;
  }

  map(frame: number, seq: number): void {
    this.know(frame);
    this.mappings[frame]++;
    this.mappingsMade[frame]++;
    const row = this.open[frame] - 1;
    if (row < 0) return;
    if (this.rows.of.mappedSeq[row] === 0) this.rows.of.mappedSeq[row] = seq + 1;
    this.rows.of.unmappedSeq[row] = 0;
  }

  unmap(frame: number, seq: number): void {
    this.know(frame);
    this.mappings[frame]--;
    this.unmappings[frame]++;
    const row = this.open[frame] - 1;
    if (row >= 0 && this.mappings[frame] === 0) this.rows.of.unmappedSeq[row] = seq + 1;
  }

  /** @param frames how many frames there are */
  found(frames: number): FoundTakings {
    this.know(frames);
    const { times, unmappings, mappingsMade } = this;
    return { rows: this.rows.found(), times, unmappings, mappingsMade };
  }

  private end(frame: number, endRow: number, seq: number): void {
    const row = this.open[frame] - 1;
    if (row < 0) return;
    this.rows.of.endRow[row] = endRow;
    this.rows.of.endSeq[row] = seq + 1;
  }

  private know(frame: number): void {
    if (frame < this.open.length) return;
    this.open = roomFor(this.open, frame);
    this.times = roomFor(this.times, frame);
    this.unmappings = roomFor(this.unmappings, frame);
    this.mappingsMade = roomFor(this.mappingsMade, frame);
    this.mappings = roomFor(this.mappings, frame);
  }
}
