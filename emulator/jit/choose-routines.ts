// Which routines of a window are worth compiling together: those that were sampled, and what they call, nearest first.
import type { IsInlined } from './flow.js';
import { Inlining } from './inlining.js';
import { routineAt, type Routine } from './routines.js';
import type { WindowCode } from './window-code.js';

/** Instructions compiled at a time: what is cold costs as much to compile as what is hot. */
const instructionsMaximum = 1500;

/**
 * The routines, in the order chosen.
 * @param samples how often execution was seen at byte offsets from the window's base
 * @param compiled starts of routines that need not be compiled again
 */
export function chooseRoutines(
  code: WindowCode,
  samples: ReadonlyMap<number, number>,
  compiled: ReadonlySet<number>,
): Routine[] {
  const { accepts } = new Inlining(code);
  const chosen = new Map<number, Routine>();
  let instructions = 0;
  const choose = (start: number): Routine | undefined => {
    if (chosen.has(start) || compiled.has(start)) return undefined;
    const routine = routineAt(code, start, accepts);
    if (!routine || instructions + routine.instructionCount > instructionsMaximum) return undefined;
    instructions += routine.instructionCount;
    chosen.set(start, routine);
    return routine;
  };
  const sampled = [...samples].sort(([a, x], [b, y]) => y - x || a - b);
  for (const [offset] of sampled) {
    if ([...chosen.values()].some(({ covered }) => covered.has(offset))) continue;
    const start = startOf(code, offset, accepts);
    choose(compiled.has(start) ? offset : start);
  }
  for (const { callees } of chosen.values()) for (const callee of callees) choose(callee);
  return [...chosen.values()];
}

/** The start of the function that an offset belongs to, or where that is not known, the offset. */
function startOf(code: WindowCode, offset: number, isInlined: IsInlined): number {
  const start = code.startBefore(offset);
  if (start === undefined) return offset;
  return routineAt(code, start, isInlined)?.covered.has(offset) ? start : offset;
}
