// Counts how often a run arrives at a place in the kernel's code: by executing it from power-on, so that the count is
// that of the run, whatever its trace has recorded.
import { UsageError } from '../../errors.js';
import { formatCount } from '../../text/index.js';
import type { CodePlace } from './code-place.js';
import type { Replayer } from './replayer.js';

/** Cycles between looks at the host on the way. */
const pieceCycles = 50e6;

/** Told of the way; throws to end the search. */
export type OnWay = (cycle: number) => Promise<void>;

/**
 * Goes to the moment before the run executes a place for the `number`th time, and returns its cycle. The replay stays
 * where it was when there is none.
 *
 * @throws UsageError that names the last time
 */
export async function goToArrival(
  replay: Replayer,
  place: CodePlace,
  number: number,
  onWay: OnWay,
): Promise<number> {
  const start = replay.cycle;
  const { stops } = replay.machine;
  let count = 0;
  let last = -1;
  const set = (hit: (() => boolean) | undefined): void => {
    for (const address of place.addresses) {
      // The trampoline is executed elsewhere than it is linked at, so a physical address is what names its code.
      if (replay.machine.ram.contains(Number(address), 2)) stops.setBreakpoint(Number(address), hit);
      else stops.setVirtualBreakpoint(address, hit);
    }
  };
  replay.seek(0);
  set(() => {
    last = replay.machine.cycle();
    return ++count === number;
  });
  let found = false;
  try {
    found = await runUntilStopped(replay, onWay);
  } finally {
    set(undefined);
    if (!found) replay.seek(start);
  }
  if (found) return replay.cycle;
  throw new UsageError(
    count === 0
      ? `the run never comes to ${place.name}`
      : `there is no ${place.name}:${number}: the last is ${place.name}:${count}, at cycle ${formatCount(last)}`,
  );
}

async function runUntilStopped(replay: Replayer, onWay: OnWay): Promise<boolean> {
  while (replay.cycle < replay.end) {
    const why = replay.run(replay.cycle + pieceCycles);
    if (why === 'requested') return true;
    if (why === 'finished' || why === 'deadlock') return false;
    await onWay(replay.cycle);
  }
  return false;
}
