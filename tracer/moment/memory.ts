// The memory of a stopped machine, by physical and by virtual address. Reading has no effect and reaches no device.
import { pageBytes, type Machine } from '../../emulator/index.js';

/** The 64-bit word at a physical address; undefined outside of RAM. */
export function wordAt({ ram }: Machine, address: number): bigint | undefined {
  if (!ram.contains(address, 8)) return undefined;
  const bytes = ram.read(address, 8);
  return new DataView(bytes.buffer, bytes.byteOffset, 8).getBigUint64(0, true);
}

/** The signed 32-bit word at a physical address; undefined outside of RAM. */
export function intAt({ ram }: Machine, address: number): number | undefined {
  if (!ram.contains(address, 4)) return undefined;
  const bytes = ram.read(address, 4);
  return new DataView(bytes.buffer, bytes.byteOffset, 4).getInt32(0, true);
}

/** Finds the physical address of a virtual one; undefined where nothing is mapped. */
export type Translate = (address: bigint) => number | undefined;

/** The bytes from a virtual address on; fewer, where the rest is not mapped to RAM. */
export function readVirtual(
  machine: Machine,
  translate: Translate,
  address: bigint,
  length: number,
): Uint8Array {
  const bytes = new Uint8Array(length);
  let done = 0;
  while (done < length) {
    const at = BigInt.asUintN(64, address + BigInt(done));
    const piece = Math.min(length - done, pageBytes - Number(at % BigInt(pageBytes)));
    const physical = translate(at);
    if (physical === undefined || !machine.ram.contains(physical, piece)) break;
    bytes.set(machine.ram.read(physical, piece), done);
    done += piece;
  }
  return bytes.subarray(0, done);
}

/** A reader of words at virtual addresses, for unwinding. */
export function wordReader(machine: Machine, translate: Translate): (address: bigint) => bigint | undefined {
  return (address) => {
    const bytes = readVirtual(machine, translate, address, 8);
    return bytes.length < 8
      ? undefined
      : new DataView(bytes.buffer, bytes.byteOffset, 8).getBigUint64(0, true);
  };
}
