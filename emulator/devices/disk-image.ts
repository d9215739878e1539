// The content of a disk: a private copy of the image it starts from, and which sectors have changed since.

export const sectorBytes = 512;

export class DiskImage {
  /** The whole content, a multiple of a sector long. Change it through `write` only. */
  readonly bytes: Uint8Array;
  readonly #dirty: Uint8Array;

  /** Copies `content`; a last sector that is not full is filled up with zeros. */
  constructor(content: Uint8Array) {
    this.bytes = new Uint8Array(Math.ceil(content.length / sectorBytes) * sectorBytes);
    this.bytes.set(content);
    this.#dirty = new Uint8Array(this.sectors);
  }

  get sectors(): number {
    return this.bytes.length / sectorBytes;
  }

  /** True when `length` bytes from the start of `sector` are on the disk. */
  contains(sector: number, length: number): boolean {
    return sector * sectorBytes + length <= this.bytes.length;
  }

  /** Replaces bytes from byte position `at` on and marks the sectors they touch as dirty. */
  write(at: number, content: Uint8Array): void {
    if (content.length === 0) return;
    this.bytes.set(content, at);
    this.#dirty.fill(1, Math.floor(at / sectorBytes), Math.ceil((at + content.length) / sectorBytes));
  }

  /** Numbers of the sectors written since the start or the last `clearDirty`, ascending. */
  dirtySectors(): number[] {
    const sectors: number[] = [];
    for (let sector = 0; sector < this.#dirty.length; sector++) if (this.#dirty[sector]) sectors.push(sector);
    return sectors;
  }

  clearDirty(): void {
    this.#dirty.fill(0);
  }
}
