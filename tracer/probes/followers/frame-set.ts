// A set of frames by physical address. Frames of RAM are a byte each; whatever else a broken kernel calls a frame is
// remembered too.

const frameBytes = 4096;
/** Bytes of addresses that the table covers: as much RAM as a machine may have. */
const reach = 2 ** 31;

export class FrameSet {
  private readonly first: number;
  private readonly members = new Uint8Array(reach / frameBytes);
  private readonly others = new Set<number>();
  private count = 0;

  /** @param start an address at or below the first frame that matters; others are slower */
  constructor(start: number) {
    this.first = start - (start % frameBytes);
  }

  get size(): number {
    return this.count + this.others.size;
  }

  has(frame: number): boolean {
    const index = (frame - this.first) / frameBytes;
    return this.isInTable(index) ? this.members[index] !== 0 : this.others.has(frame);
  }

  add(frame: number): void {
    const index = (frame - this.first) / frameBytes;
    if (!this.isInTable(index)) this.others.add(frame);
    else if (this.members[index] === 0) {
      this.members[index] = 1;
      this.count++;
    }
  }

  delete(frame: number): void {
    const index = (frame - this.first) / frameBytes;
    if (!this.isInTable(index)) this.others.delete(frame);
    else if (this.members[index] !== 0) {
      this.members[index] = 0;
      this.count--;
    }
  }

  private isInTable(index: number): boolean {
    return index >= 0 && index < this.members.length && Math.floor(index) === index;
  }
}
