// Whether a machine is in the state that a snapshot recorded, and in what it is not.
import {
  pageBytes,
  ramBase,
  repeatingContent,
  stateDifference,
  type Difference,
  type Machine,
} from '../../emulator/index.js';
import { hex } from '../../text/index.js';
import type { StoredSnapshot } from '../recording/index.js';

/** The first difference; undefined when there is none. `one` is what was recorded. */
export function snapshotDifference(machine: Machine, recorded: StoredSnapshot): Difference | undefined {
  return stateDifference(recorded.state, machine.saveState(), machine) ?? pageDifference(machine, recorded);
}

function pageDifference(machine: Machine, recorded: StoredSnapshot): Difference | undefined {
  for (const [index, page] of recorded.repeating.entries()) {
    const difference = wordDifference(machine, page, repeatingContent(recorded.words, index));
    if (difference) return difference;
  }
  for (const [index, page] of recorded.pages.entries()) {
    const difference = wordDifference(machine, page, recorded.content(index));
    if (difference) return difference;
  }
  return undefined;
}

function wordDifference(
  { pages, configuration }: Machine,
  page: number,
  recorded: Uint8Array,
): Difference | undefined {
  const present = pages.content(page);
  if (Buffer.compare(present, recorded.subarray(0, present.length)) === 0) return undefined;
  const at = present.findIndex((byte, index) => byte !== recorded[index]) & ~7;
  const word = (bytes: Uint8Array): string => {
    return hex(new DataView(bytes.buffer, bytes.byteOffset + at).getBigUint64(0, true));
  };
  const frames = configuration.memoryBytes / pageBytes;
  const what =
    page < frames
      ? `the word at ${hex(ramBase + page * pageBytes + at)} in memory`
      : `the word at byte ${(page - frames) * pageBytes + at} of the disk`;
  return { what, one: word(recorded), other: word(present) };
}
