// The physical address map: QEMU's `virt` machine as far as xv6 and its kin use it, one line a region.
// Everything that is not listed, and is not RAM, is an access fault.

/** A range of physical addresses that one device answers, and the access sizes in bytes it accepts. */
export interface Region {
  readonly name: string;
  readonly base: number;
  readonly size: number;
  /** Smaller accesses are access faults, as they are in QEMU. */
  readonly smallest: 1 | 2 | 4;
  /** Larger accesses are access faults; 8 means that a doubleword is split into two words, low one first. */
  readonly largest: 4 | 8;
}

export const addressMap = [
  { name: 'finisher', base: 0x0010_0000, size: 0x00_1000, smallest: 2, largest: 4 },
  { name: 'rtc', base: 0x0010_1000, size: 0x00_0028, smallest: 4, largest: 4 },
  { name: 'clint', base: 0x0200_0000, size: 0x01_0000, smallest: 4, largest: 8 },
  { name: 'plic', base: 0x0c00_0000, size: 0x60_0000, smallest: 4, largest: 4 },
  { name: 'uart', base: 0x1000_0000, size: 0x00_0100, smallest: 1, largest: 8 },
  { name: 'virtio0', base: 0x1000_1000, size: 0x00_1000, smallest: 1, largest: 8 },
  { name: 'virtio1', base: 0x1000_2000, size: 0x00_1000, smallest: 1, largest: 8 },
  { name: 'virtio2', base: 0x1000_3000, size: 0x00_1000, smallest: 1, largest: 8 },
  { name: 'virtio3', base: 0x1000_4000, size: 0x00_1000, smallest: 1, largest: 8 },
  { name: 'virtio4', base: 0x1000_5000, size: 0x00_1000, smallest: 1, largest: 8 },
  { name: 'virtio5', base: 0x1000_6000, size: 0x00_1000, smallest: 1, largest: 8 },
  { name: 'virtio6', base: 0x1000_7000, size: 0x00_1000, smallest: 1, largest: 8 },
  { name: 'virtio7', base: 0x1000_8000, size: 0x00_1000, smallest: 1, largest: 8 },
  { name: 'pci', base: 0x3000_0000, size: 0x1000_0000, smallest: 1, largest: 8 },
] as const satisfies readonly Region[];

export type RegionName = (typeof addressMap)[number]['name'];

/** First byte of RAM, and the address at which every hart starts. */
export const ramBase = 0x8000_0000;

/** PLIC source numbers. Virtio slot n, where 0 is the disk, has source `virtio0 + n`. */
export const interruptSource = { virtio0: 1, uart: 10, rtc: 11 } as const;
