// Bringing directories and the manifest to the disk in the right order, also when the disk is full.
import { closeSync, fsyncSync, ftruncateSync, openSync, renameSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { traceFiles } from './layout.js';

/** Ample for a manifest of all event kinds. */
const reserveBytes = 65_536;

/** Makes the names in a directory durable. */
export function syncDirectory(path: string): void {
  const descriptor = openSync(path, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/** Takes up the room that the next manifest will need. Throws the system's error when there is none. */
export function reserveManifest(folder: string): void {
  writeFileSync(join(folder, traceFiles.manifestReserve), new Uint8Array(reserveBytes));
}

/**
 * Puts the text into the reserved room and renames it to manifest.json: at every moment there is the old
 * manifest, or none, or the whole new one.
 * @param isDurable also when the host loses its power; this waits for the disk
 */
export function replaceManifest(folder: string, text: string, isDurable: boolean): void {
  const reserve = join(folder, traceFiles.manifestReserve);
  const bytes = Buffer.from(text, 'utf8');
  const descriptor = openSync(reserve, 'r+');
  try {
    let done = 0;
    while (done < bytes.length) done += writeSync(descriptor, bytes, done, bytes.length - done, done);
    ftruncateSync(descriptor, bytes.length);
    if (isDurable) fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
  renameSync(reserve, join(folder, traceFiles.manifest));
  if (isDurable) syncDirectory(folder);
}
