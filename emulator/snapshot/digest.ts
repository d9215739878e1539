// The digest of a machine's state: registers, CSRs, reservations, RAM, devices, disk. Never caches, rings or tiers.
import { createHash } from 'node:crypto';
import type { CoreExports } from '../core.js';
import type { Device } from '../devices/device.js';
import type { Hart } from '../hart/hart.js';
import { registerIndex } from '../hart/state.js';
import { control, pageBytes, type MemoryLayout } from '../memory-layout.js';
import { pagesHashed } from './hash-code.js';

/** What the digest is taken of. */
export interface DigestParts {
  readonly core: CoreExports;
  /** Linear memory. */
  readonly memory: ArrayBufferLike;
  readonly layout: MemoryLayout;
  readonly harts: readonly Hart[];
  readonly devices: readonly Device[];
  readonly disk: Uint8Array;
  /** Where the machine stands between turns. */
  readonly schedule: readonly number[];
}

/** 32 hexadecimal digits; equal states give equal digests whatever led to them. */
export function stateDigest(parts: DigestParts): string {
  const hash = createHash('sha256');
  hash.update(Float64Array.from(parts.schedule));
  for (const hart of parts.harts) hash.update(withoutSink(hart.architecturalState()));
  hash.update(pageHashes(parts));
  for (const device of parts.devices) hash.update(device.save());
  hash.update(parts.disk);
  return hash.digest('hex').slice(0, 32);
}

/** A hash of each page of RAM. */
function pageHashes({ core, memory, layout }: DigestParts): BigInt64Array {
  const hashes = new BigInt64Array(layout.memoryBytes / pageBytes);
  const results = new BigInt64Array(memory, control.hashes, pagesHashed);
  for (let page = 0; page < hashes.length; page += pagesHashed) {
    core.hash(layout.ram + page * pageBytes);
    hashes.set(results, page);
  }
  return hashes;
}

/** The slot that takes writes to x0, and the unused ones behind it, are no state. */
function withoutSink(state: Uint8Array): Uint8Array {
  const copy = state.slice();
  copy.fill(0, registerIndex.sink * 8, registerIndex.f * 8);
  return copy;
}
