// States that a machine can be put back to, in order of cycle. Each knows the pages that changed since an earlier one,
// so going from one state to another writes the pages that differ and no others.
import type { Machine } from '../machine.js';
import { pageBytes } from '../memory-layout.js';
import { mergedDelta, repeatingContent, takeDelta, writeContent, type StoredDelta } from './page-delta.js';

/** A state of the machine. The pages are those that changed since the checkpoint before it, or since an earlier one. */
export interface Checkpoint extends StoredDelta {
  /** The state is that before this step. */
  readonly cycle: number;
  /** What Machine.saveState gave. */
  readonly state: Uint8Array;
}

/** A checkpoint that is kept in memory. */
export interface CapturedCheckpoint extends Checkpoint {
  /** Bytes it takes up. */
  readonly bytes: number;
}

interface Captured extends CapturedCheckpoint {
  repeating: Uint32Array;
  words: BigUint64Array;
  pages: Uint32Array;
  kept: Uint8Array;
  /** The checkpoint since which its pages changed. */
  base: Checkpoint | undefined;
}

export class Timeline {
  /** In order of cycle; the first has every page that is not as it was before power-on. */
  private checkpoints: Checkpoint[];
  /** The one that the machine's pages were last equal to. */
  private base: Checkpoint;

  /**
   * @param machine its present state is the earliest that can be gone back to. It has one timeline in its life: the
   *   first checkpoint has the pages that changed since the power came on, of which another would not be told
   */
  constructor(private readonly machine: Machine) {
    this.base = capture(machine, undefined);
    this.checkpoints = [this.base];
  }

  /** The latest checkpoint at or before a cycle. */
  before(cycle: number): Checkpoint {
    return this.checkpoints[this.indexAfter(cycle) - 1];
  }

  /** Cycle of the first checkpoint after a cycle; Infinity when there is none. */
  after(cycle: number): number {
    return this.checkpoints[this.indexAfter(cycle)]?.cycle ?? Infinity;
  }

  /** Adds a checkpoint from elsewhere: its pages are those that changed since the one before it. */
  add(checkpoint: Checkpoint): void {
    this.checkpoints.splice(this.indexAfter(checkpoint.cycle), 0, checkpoint);
  }

  /** Keeps the present state. */
  capture(): CapturedCheckpoint {
    const captured = capture(this.machine, this.base);
    this.base = captured;
    this.add(captured);
    return captured;
  }

  /** Takes a checkpoint that was captured out again; not the present one, which stays. True when it is gone. */
  forget(checkpoint: CapturedCheckpoint): boolean {
    const index = this.checkpoints.indexOf(checkpoint);
    if (index <= 0 || checkpoint === this.base) return false;
    this.checkpoints.splice(index, 1);
    for (const other of this.checkpoints)
      if (isCaptured(other) && other.base === checkpoint) absorb(other, checkpoint);
    return true;
  }

  /** Takes out the checkpoints that were added from elsewhere and lie at or behind a cycle; none was restored yet. */
  truncate(cycle: number): void {
    this.checkpoints = this.checkpoints.filter((one) => isCaptured(one) || one.cycle < cycle);
  }

  /** Those at or before a cycle, in order. */
  upTo(cycle: number): readonly Checkpoint[] {
    return this.checkpoints.slice(0, this.indexAfter(cycle));
  }

  /** Puts the machine into the state of a checkpoint. */
  restore(target: Checkpoint): void {
    const { machine, checkpoints } = this;
    const { pages } = machine;
    const stale = new Uint8Array(pages.count);
    for (const page of pages.changed()) stale[page] = 1;
    const from = checkpoints.indexOf(this.base);
    const to = checkpoints.indexOf(target);
    for (const between of checkpoints.slice(Math.min(from, to) + 1, Math.max(from, to) + 1)) {
      for (const page of between.repeating) stale[page] = 1;
      for (const page of between.pages) stale[page] = 1;
    }
    for (let index = to; index >= 0; index--) writeStale(machine, checkpoints[index], stale);
    // What no checkpoint has is as it was when the power came on.
    for (let page = stale.indexOf(1); page >= 0; page = stale.indexOf(1, page + 1))
      writeContent(pages, page, pages.initialContent(page));
    machine.restoreState(target.state);
    pages.markClean();
    this.base = target;
  }

  private indexAfter(cycle: number): number {
    const { checkpoints } = this;
    let low = 0;
    let high = checkpoints.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (checkpoints[middle].cycle <= cycle) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** Writes the pages that a checkpoint has and that are stale. */
function writeStale({ pages }: Machine, checkpoint: Checkpoint, stale: Uint8Array): void {
  const { repeating, words } = checkpoint;
  for (let index = 0; index < repeating.length; index++) {
    const page = repeating[index];
    if (stale[page] === 0) continue;
    stale[page] = 0;
    pages.write(page, repeatingContent(words, index));
  }
  for (let index = 0; index < checkpoint.pages.length; index++) {
    const page = checkpoint.pages[index];
    if (stale[page] === 0) continue;
    stale[page] = 0;
    writeContent(pages, page, checkpoint.content(index));
  }
}

function capture(machine: Machine, base: Checkpoint | undefined): Captured {
  const state = machine.saveState();
  const { repeating, words, pages, content } = takeDelta(machine.pages);
  return {
    ...{ cycle: machine.cycle(), state, repeating, words, pages, kept: content, base },
    content(index) {
      return this.kept.subarray(index * pageBytes, (index + 1) * pageBytes);
    },
    get bytes() {
      return this.state.length + this.words.byteLength + 4 * this.repeating.length + this.kept.length;
    },
  };
}

function isCaptured(checkpoint: Checkpoint): checkpoint is Captured {
  return 'base' in checkpoint;
}

/** The pages of `older` that `one` does not have become its own. */
function absorb(one: Captured, older: Checkpoint): void {
  const { repeating, words, pages, content } = mergedDelta(older, one);
  Object.assign(one, { repeating, words, pages, kept: content });
  one.base = isCaptured(older) ? older.base : undefined;
}
