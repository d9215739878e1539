// Which routines of a window are worth compiling together: those that were sampled, and what they call, nearest first.
import { Inlining } from './inlining.js';
import { routineAt, type Routine } from './routines.js';
import { opensFrame } from './steps.js';
import type { WindowCode } from './window-code.js';

/** Instructions compiled at a time: what is cold costs as much to compile as what is hot. */
const instructionsMaximum = 1500;
/** How far behind the start of a function its code is looked for. */
const functionBytesMaximum = 4096;

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
  const found = new Map<number, Routine | undefined>();
  const find = (start: number): Routine | undefined => {
    if (!found.has(start)) found.set(start, routineAt(code, start, accepts));
    return found.get(start);
  };
  let instructions = 0;
  const choose = (start: number): Routine | undefined => {
    if (chosen.has(start) || compiled.has(start)) return undefined;
    const routine = find(start);
    if (!routine || instructions + routine.instructionCount > instructionsMaximum) return undefined;
    instructions += routine.instructionCount;
    chosen.set(start, routine);
    return routine;
  };
  const sampled = [...samples].sort(([a, x], [b, y]) => y - x || a - b);
  for (const [offset] of sampled) {
    if ([...chosen.values()].some(({ covered }) => covered.has(offset))) continue;
    const start = startOf(code, offset, find);
    choose(compiled.has(start) ? offset : start);
  }
  for (const { callees } of chosen.values()) for (const callee of callees) choose(callee);
  return [...chosen.values()];
}

/**
 * The start of the function that an offset belongs to: where it is called or, of one that is called by its address
 * alone, where it makes room on the stack. The offset itself where neither is found.
 */
function startOf(code: WindowCode, offset: number, find: (start: number) => Routine | undefined): number {
  const called = code.startBefore(offset);
  if (called !== undefined && find(called)?.covered.has(offset)) return called;
  const lowest = Math.max(called ?? 0, offset - functionBytesMaximum);
  for (let start = offset; start > lowest; start -= 2) {
    const decoded = code.at(start)?.decoded;
    if (decoded && opensFrame(decoded)) return find(start)?.covered.has(offset) ? start : offset;
  }
  return offset;
}
