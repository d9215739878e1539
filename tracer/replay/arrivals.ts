// How often a run arrives at a place in the code, and when next or last: found by executing it, whatever its
// trace has recorded. Counts begin at power-on.
import { UsageError } from '../../errors.js';
import { formatCount } from '../../text/index.js';
import type { CodePlace } from './code-place.js';
import type { Replayer } from './replayer.js';

/** Cycles between looks at the host on the way. */
const pieceCycles = 50e6;
/** How far to look back at first, and the most at a time. */
const firstWindowCycles = 1e6;
const windowCyclesMaximum = 500e6;

/** Told of the way; throws to end the search. */
export type OnWay = (cycle: number) => Promise<void>;

/** Goes somewhere; where that fails, the replay is back where it was. Returns the cycle, or undefined for nowhere. */
type Search = () => Promise<number | undefined>;

/**
 * Goes to the moment before the run executes a place for the `number`th time, and returns its cycle.
 *
 * @throws UsageError that names the last time
 */
export async function goToArrival(
  replay: Replayer,
  place: CodePlace,
  number: number,
  onWay: OnWay,
): Promise<number> {
  let count = 0;
  let last = 0;
  const isIt = (cycle: number): boolean => {
    last = cycle;
    return ++count === number;
  };
  const found = await orBack(replay, () => {
    replay.seek(0);
    return firstOf(replay, place, isIt, onWay);
  });
  if (found !== undefined) return found;
  throw new UsageError(
    count === 0
      ? `the run never comes to ${place.name}`
      : `there is no ${place.name}:${number}: the last is ${place.name}:${count}, at cycle ${formatCount(last)}`,
  );
}

/** Goes on to the next time behind the present position; undefined, and there still, when there is none. */
export function goToNextArrival(
  replay: Replayer,
  place: CodePlace,
  onWay: OnWay,
): Promise<number | undefined> {
  const { cycle: start } = replay;
  return orBack(replay, () => firstOf(replay, place, (cycle) => cycle > start, onWay));
}

/** Goes back to the last time before the present position; undefined, and there still, when there is none. */
export function goToLastArrival(
  replay: Replayer,
  place: CodePlace,
  onWay: OnWay,
): Promise<number | undefined> {
  return orBack(replay, async () => {
    let end = replay.cycle;
    for (let window = firstWindowCycles; end > 0; window = Math.min(4 * window, windowCyclesMaximum)) {
      const begin = Math.max(0, end - window);
      let last: number | undefined;
      replay.seek(begin);
      await listening(
        replay,
        place,
        (cycle) => (last = cycle) < 0,
        async () => {
          while (replay.cycle < end) {
            replay.run(Math.min(end, replay.cycle + pieceCycles));
            await onWay(replay.cycle);
          }
        },
      );
      if (last !== undefined) {
        replay.seek(last);
        return last;
      }
      end = begin;
    }
    return undefined;
  });
}

async function orBack(replay: Replayer, search: Search): Promise<number | undefined> {
  const { cycle: start } = replay;
  let found: number | undefined;
  try {
    return (found = await search());
  } finally {
    if (found === undefined) replay.seek(start);
  }
}

/** Runs on until an arrival is the one; undefined at the end of the run. */
function firstOf(
  replay: Replayer,
  place: CodePlace,
  isIt: (cycle: number) => boolean,
  onWay: OnWay,
): Promise<number | undefined> {
  return listening(replay, place, isIt, async () => {
    while (replay.cycle < replay.end) {
      const why = replay.run(replay.cycle + pieceCycles);
      if (why === 'requested') return replay.cycle;
      if (why === 'finished' || why === 'deadlock') break;
      await onWay(replay.cycle);
    }
    return undefined;
  });
}

/** Calls `hit` with the cycle of each arrival while `act` runs; it stops the run by true. */
async function listening<Result>(
  { machine }: Replayer,
  { addresses, isExecutedBy }: CodePlace,
  hit: (cycle: number) => boolean,
  act: () => Promise<Result>,
): Promise<Result> {
  const { ram, stops } = machine;
  const set = (each: (() => boolean) | undefined): void => {
    for (const address of addresses) {
      if (isExecutedBy) stops.setVirtualBreakpoint(address, each && ((hart) => isExecutedBy(hart) && each()));
      // The trampoline is executed elsewhere than it is linked at, so a physical address is what names its code.
      else if (ram.contains(Number(address), 2)) stops.setBreakpoint(Number(address), each);
      else stops.setVirtualBreakpoint(address, each);
    }
  };
  set(() => hit(machine.cycle()));
  try {
    return await act();
  } finally {
    set(undefined);
  }
}
