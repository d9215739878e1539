// Which steps were whose: finds a hart's last step before a position, in a run whose harts take turns.
import type { Replayer } from '../replay/index.js';

interface Turn {
  readonly hart: number;
  readonly begin: number;
}

/** Cycle of the last step of a hart in [begin, end); undefined when it makes none there. Moves the replay. */
export function lastStepOf(replay: Replayer, hart: number, begin: number, end: number): number | undefined {
  replay.seek(end - 1);
  if (replay.currentHart === hart) return end - 1;
  const turns = turnsOf(replay, begin, end);
  const index = turns.findLastIndex((turn) => turn.hart === hart);
  if (index < 0) return undefined;
  const turnEnd = index + 1 < turns.length ? turns[index + 1].begin : end;
  replay.seek(turnEnd - 1);
  if (replay.currentHart === hart) return turnEnd - 1;
  return lastStepBeforeSleep(replay, hart, turns[index].begin);
}

/** The turns that steps of [begin, end) belong to, in order; the first one may have begun before. */
function turnsOf(replay: Replayer, begin: number, end: number): Turn[] {
  replay.seek(begin);
  const { currentHart } = replay;
  const turns: Turn[] = currentHart === undefined ? [] : [{ hart: currentHart, begin }];
  const { stops } = replay.machine;
  stops.onTurn = (hart) => {
    turns.push({ hart, begin: replay.cycle });
    return false;
  };
  replay.run(end);
  stops.onTurn = undefined;
  return turns;
}

/** The hart put itself to sleep within the turn, and nobody else had a turn for a while. */
function lastStepBeforeSleep(replay: Replayer, hart: number, begin: number): number {
  replay.seek(begin);
  let last = begin;
  while (replay.currentHart === hart) {
    last = replay.cycle;
    replay.run(last + 1);
  }
  return last;
}
