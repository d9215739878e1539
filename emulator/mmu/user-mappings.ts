// The host's side of counting user mappings of frames: what is in a table already when it is linked, and what is still
// in it when its freeing begins. All else is done by generated code, see user-mappings-code.ts.
import { frameNumberOf, Pte, pteAccess } from '../../tracer/schema/index.js';
import { control, FrameFlag, pageBytes, ramBase, type MemoryLayout } from '../memory-layout.js';
import { mappingCount } from './user-mappings-code.js';

/** Low bits of an entry: V and U make it the users', one of R W X a leaf. */
const bits = { users: Number(Pte.v | Pte.u), access: Number(pteAccess), writable: Number(Pte.w) } as const;

export class UserMappings {
  private readonly counts: Uint32Array;
  private readonly flags: Uint8Array;
  private readonly words: Uint32Array;
  private readonly controls: Int32Array;

  constructor(memory: WebAssembly.Memory, layout: MemoryLayout) {
    const frames = layout.memoryBytes / pageBytes;
    this.counts = new Uint32Array(memory.buffer, layout.userMappings, frames);
    this.flags = new Uint8Array(memory.buffer, layout.frameFlags, frames);
    this.words = new Uint32Array(memory.buffer, layout.ram, layout.memoryBytes / 4);
    this.controls = new Int32Array(memory.buffer, 0, 256);
  }

  /** An entry of the last level was found in a table that was linked; TLBs have forgotten stores already. */
  began(entry: bigint): void {
    this.count(Number(entry & 0xffff_ffffn), Number((entry >> 32n) & 0xffff_ffffn), 1);
  }

  /** A table of the last level, by its frame number, is one no more: what it maps is mapped there no more. */
  tableEnds(frame: number): void {
    const first = (frame * pageBytes) / 4;
    for (let at = first; at < first + pageBytes / 4; at += 2)
      if (this.words[at] !== 0) this.count(this.words[at], this.words[at + 1], -1);
  }

  /** How many there are of a frame, by its number. */
  of(frame: number): number {
    return this.counts[frame] & mappingCount.mask;
  }

  /** Nothing is known any more. */
  forget(): void {
    this.counts.fill(0);
    for (let frame = 0; frame < this.flags.length; frame++) this.flags[frame] &= ~FrameFlag.unwritable;
    this.controls[control.toldCount >> 2] = 0;
  }

  private count(low: number, high: number, difference: 1 | -1): void {
    if (this.controls[control.tellStores >> 2] === 0) return;
    if ((low & bits.users) !== bits.users || (low & bits.access) === 0) return;
    const frame = frameNumberOf(low, high) - ramBase / pageBytes;
    if (frame < 0 || frame >= this.counts.length) return;
    const one = (low & bits.writable) === 0 ? mappingCount.all : mappingCount.all + mappingCount.writable;
    const counts = (this.counts[frame] += difference * one);
    const isUnwritable = (counts & mappingCount.mask) > 1 || counts === mappingCount.all;
    if (isUnwritable) this.flags[frame] |= FrameFlag.unwritable;
    else this.flags[frame] &= ~FrameFlag.unwritable;
  }
}
