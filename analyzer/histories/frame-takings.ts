// Each frame's time off the free list, from the row of frame_alloc that took it on: how it ended, and when users
// mapped it.

/** Rows of frame_alloc with what became of the frame. */
export class FrameTakings {
  /** How it ended: row of frame_free, -1 for never, -2 - row of frame_alloc when it was taken again without. */
  readonly endRow: Int32Array;
  /** Seq of the first mapping for users, plus one; 0 when there was none. */
  readonly mappedSeq: Uint32Array;
  /** Seq at which the last mapping went, plus one; 0 while there is one. */
  readonly unmappedSeq: Uint32Array;
  /** By frame: the row that took it and has not ended, plus one. */
  private readonly open: Int32Array;
  /** By frame: how often it was taken, how many of its mappings ended, and how many there were. */
  readonly times: Uint32Array;
  readonly unmappings: Uint32Array;
  readonly mappingsMade: Uint32Array;
  /** By frame: how many mappings it has. */
  private readonly mappings: Int32Array;

  constructor(rows: number, frames: number) {
    this.endRow = new Int32Array(rows).fill(-1);
    this.mappedSeq = new Uint32Array(rows);
    this.unmappedSeq = new Uint32Array(rows);
    this.open = new Int32Array(frames);
    this.mappings = new Int32Array(frames);
    this.times = new Uint32Array(frames);
    this.mappingsMade = new Uint32Array(frames);
    this.unmappings = new Uint32Array(frames);
  }

  take(frame: number, row: number): void {
    this.times[frame]++;
    if (this.open[frame] !== 0) this.endRow[this.open[frame] - 1] = -2 - row;
    this.open[frame] = row + 1;
  }

  free(frame: number, row: number): void {
    if (this.open[frame] !== 0) this.endRow[this.open[frame] - 1] = row;
    this.open[frame] = 0;
  }

  map(frame: number, seq: number): void {
    this.mappings[frame]++;
    this.mappingsMade[frame]++;
    const row = this.open[frame] - 1;
    if (row < 0) return;
    if (this.mappedSeq[row] === 0) this.mappedSeq[row] = seq + 1;
    this.unmappedSeq[row] = 0;
  }

  unmap(frame: number, seq: number): void {
    this.mappings[frame]--;
    this.unmappings[frame]++;
    const row = this.open[frame] - 1;
    if (row >= 0 && this.mappings[frame] === 0) this.unmappedSeq[row] = seq + 1;
  }
}
