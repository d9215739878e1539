// From a kernel file to what the machine loads before its first cycle.
import type { BootImage } from '../../emulator/index.js';
import { ramBase } from '../../emulator/index.js';
import { UsageError } from '../../errors.js';
import { hex } from '../../text/index.js';
import type { ElfFile } from '../symbols/index.js';

/** Checks that the kernel fits the machine: RAM from 0x80000000 on, of the given size. */
export function bootImage(elf: ElfFile, path: string, disk: Uint8Array, memoryBytes: number): BootImage {
  const end = ramBase + memoryBytes;
  for (const segment of elf.segments) {
    if (segment.address >= ramBase && segment.address + segment.memorySize <= end) continue;
    throw new UsageError(
      `${path} does not fit this machine: it has a segment at ${hex(segment.address)} of ${segment.memorySize} ` +
        `bytes, and RAM is 0x80000000 to ${hex(end)}; is it an xv6-riscv kernel, and is --memory large enough?`,
    );
  }
  if (elf.segments.length === 0) throw new UsageError(`${path} has nothing to load: it is no kernel image`);
  const segments = elf.segments.map(({ address, bytes }) => ({ address, bytes }));
  return { entry: Number(elf.entry), segments, disk };
}
