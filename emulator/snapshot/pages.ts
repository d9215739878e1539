// RAM and disk as pages for snapshots: which have changed since the last one, what is in them, and putting it back.
// RAM's frames come first; the disk, in blocks of the same size, follows.
import type { CoreExports } from '../core.js';
import { sectorBytes, type DiskImage } from '../devices/disk-image.js';
import type { Ram } from '../guest-memory.js';
import { FrameFlag, pageBytes, ramBase, type MemoryLayout } from '../memory-layout.js';
import type { TranslationBuffers } from '../mmu/translation-buffers.js';

/** What pages are kept in. */
export interface PageParts {
  readonly memory: WebAssembly.Memory;
  readonly layout: MemoryLayout;
  readonly core: Pick<CoreExports, 'repeats'>;
  readonly ram: Ram;
  readonly disk: DiskImage;
  /** The disk's image, which the machine does not change. */
  readonly initialDisk: Uint8Array;
  readonly buffers: TranslationBuffers;
}

const zeros = new Uint8Array(pageBytes);
const sectorsInPage = pageBytes / sectorBytes;

export class Pages {
  /** Pages of RAM and disk together. */
  readonly count: number;
  /** RAM as 64-bit words. */
  readonly ramWords: BigUint64Array;
  private readonly frames: number;
  private readonly flags: Uint8Array;

  constructor(private readonly parts: PageParts) {
    const { layout, memory, disk } = parts;
    this.frames = layout.memoryBytes / pageBytes;
    this.count = this.frames + Math.ceil(disk.bytes.length / pageBytes);
    this.flags = new Uint8Array(memory.buffer, layout.frameFlags, this.frames);
    this.ramWords = new BigUint64Array(memory.buffer, layout.ram, layout.memoryBytes / 8);
    this.markClean();
  }

  /** Content of a page before power-on: zeros, or what the disk's image has. */
  initialContent(page: number): Uint8Array {
    if (page < this.frames) return zeros;
    const at = (page - this.frames) * pageBytes;
    return this.parts.initialDisk.subarray(at, at + pageBytes);
  }

  /** From now on changes are noticed; `takeChanged` says which pages they were made to. */
  markClean(): void {
    raiseAll(this.flags, FrameFlag.clean);
    this.parts.buffers.forgetStores();
    this.parts.disk.clearDirty();
  }

  /** Pages that were written since `markClean`, ascending; before it was called, since RAM was all zero. */
  changed(): Uint32Array {
    const found: number[] = [];
    for (let frame = 0; frame < this.frames; frame++)
      if ((this.flags[frame] & FrameFlag.clean) === 0) found.push(frame);
    let last = -1;
    for (const sector of this.parts.disk.dirtySectors()) {
      const page = this.frames + Math.floor(sector / sectorsInPage);
      if (page !== last) found.push(page);
      last = page;
    }
    return Uint32Array.from(found);
  }

  /** A view of a page's content, until the machine runs again. The disk's last one may be shorter than a page. */
  content(page: number): Uint8Array {
    const { ram, disk } = this.parts;
    if (page < this.frames) return ram.bytes.subarray(page * pageBytes, (page + 1) * pageBytes);
    const at = (page - this.frames) * pageBytes;
    return disk.bytes.subarray(at, at + pageBytes);
  }

  /** True when all 64-bit words of a page but the first and the last are equal: three words tell such a page. */
  repeats(page: number): boolean {
    return page < this.frames && this.parts.core.repeats(this.parts.layout.ram + page * pageBytes) === 1;
  }

  /** Puts content into a page. What is cached of it is dropped. */
  write(page: number, bytes: Uint8Array): void {
    const { ram, disk } = this.parts;
    if (page < this.frames) ram.write(ramBase + page * pageBytes, bytes);
    else disk.write((page - this.frames) * pageBytes, bytes);
  }
}

/** In a function of its own: V8 compiles a loop before it has seen what follows, and then must give up the result. */
function raiseAll(flags: Uint8Array, flag: number): void {
  for (let frame = 0; frame < flags.length; frame++) flags[frame] |= flag;
}
