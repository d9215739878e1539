// The lists of free frames as they are in memory when the allocator is first entered. Most kernels have pushed every
// frame by then; some have linked the frames to each other without the head, where no store tells of them.
import { pageBytes, RecordKind, type Machine } from '../../../emulator/index.js';
import { ProbeId } from '../probe-id.js';

/** What is read of a machine. */
export interface ReadableRam {
  readonly ram: Pick<Machine['ram'], 'bytes' | 'contains'>;
  readonly ramRange: { readonly start: number };
}

/** Frames on the lists, each once; a list that leaves RAM or runs into itself ends there. */
export function framesOnLists({ ram, ramRange }: ReadableRam, heads: readonly number[]): number[] {
  const words = new DataView(ram.bytes.buffer, ram.bytes.byteOffset, ram.bytes.byteLength);
  const pointerAt = (address: number): number => {
    const at = address - ramRange.start;
    return words.getUint32(at, true) + words.getUint32(at + 4, true) * 2 ** 32;
  };
  const frames = new Set<number>();
  for (const head of heads) {
    let frame = pointerAt(head);
    while (frame % pageBytes === 0 && ram.contains(frame, pageBytes) && !frames.has(frame)) {
      frames.add(frame);
      frame = pointerAt(frame);
    }
  }
  return [...frames];
}

/** Records that those frames are free, at the present cycle; to be called with the pc of the allocator's entry. */
export function recordFreeFrames(machine: Machine, heads: readonly number[], pc: number): void {
  for (const frame of framesOnLists(machine, heads).reverse())
    machine.ring.append(RecordKind.probe, ProbeId.foundFree, BigInt(pc), BigInt(frame));
}
