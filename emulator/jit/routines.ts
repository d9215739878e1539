// What is compiled as one function: the code that is reached from a start without following calls, in straight runs.
import { blocksOf, type Block } from './blocks.js';
import { Flow, type IsInlined } from './flow.js';
import { contextOf, type Place } from './steps.js';
import type { WindowCode } from './window-code.js';

/** Code that becomes one function. */
export interface Routine {
  readonly start: number;
  /** Branches lead forward, but for those that close a loop. */
  readonly blocks: readonly Block[];
  readonly hasLoop: boolean;
  /** Starts of the routines it calls. */
  readonly callees: readonly number[];
  readonly instructionCount: number;
  /** Places that it leads to where nothing had been executed yet. */
  readonly gaps: ReadonlySet<Place>;
  /** Byte offsets, from the window's base, of its own instructions: not of copies of functions that it calls. */
  readonly covered: ReadonlySet<number>;
}

/** The routine that begins at an offset; undefined when nothing there can be compiled. */
export function routineAt(code: WindowCode, start: number, isInlined: IsInlined): Routine | undefined {
  const flow = new Flow(code, start, isInlined);
  if (!flow.steps.has(flow.start)) return undefined;
  const steps = [...flow.steps.values()];
  const own = steps.filter(({ place }) => contextOf(place) === 0);
  return {
    start,
    ...blocksOf(flow),
    callees: [...flow.callees],
    instructionCount: steps.length,
    gaps: flow.gaps,
    covered: new Set(own.map(({ offset }) => offset)),
  };
}
