// What a machine is before its first cycle: RAM as the boot image and the device tree have it, harts at the entry.
import { virtDeviceTree } from './devices/device-tree.js';
import type { Ram } from './guest-memory.js';
import type { Hart } from './hart/hart.js';
import type { CodeCache } from './interpreter/code-cache.js';
import type { BootImage, MachineConfiguration } from './machine-configuration.js';
import { ramBase } from './memory-layout.js';

/** What is to be prepared, and from what. */
export interface PowerOn {
  readonly configuration: MachineConfiguration;
  readonly image: BootImage;
  readonly ram: Ram;
  readonly harts: readonly Hart[];
  readonly code: CodeCache;
}

/** Loads the image. Throws RangeError for a segment that lies outside of RAM. */
export function powerOn({ configuration, image, ram, harts, code }: PowerOn): void {
  const { memoryBytes } = configuration;
  const tree = virtDeviceTree({ harts: configuration.harts, memoryBytes });
  const treeAt = ramBase + memoryBytes - Math.ceil(tree.length / 0x10000) * 0x10000;
  ram.write(treeAt, tree);
  for (const segment of image.segments) {
    if (!ram.contains(segment.address, segment.bytes.length))
      throw new RangeError(`a segment at 0x${segment.address.toString(16)} lies outside RAM`);
    ram.write(segment.address, segment.bytes);
  }
  for (const hart of harts) {
    hart.reset(image.entry, treeAt);
    code.prepareStraddle(hart.base);
  }
}
