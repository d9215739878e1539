// The program under test: the tables program_run, program_tree and program_window.
import type { EventTables } from '../event-tables.js';
import type { WholeColumn } from '../table.js';
import type { Histories } from './histories.js';
import { endOf, lifeColumns, livesOf, processRows, reapEnds, type ProcessLife } from './processes.js';
import { remembered } from './remembered.js';
import { rowColumn } from './row-columns.js';
import { doublesOf } from './event-columns.js';
import type { HistoryColumn } from './tables.js';

/** From the shell's entry into fork to the end of the wait that reaped the program. */
export interface ProgramWindow {
  readonly pid: number;
  readonly parent: number | undefined;
  readonly fromCycle: number;
  readonly toSeq: number;
  readonly toCycle: number;
  readonly hart: number;
  readonly pc: number;
  readonly fromSeq: number | undefined;
  readonly freeBefore: number | undefined;
  readonly freeAfter: number | undefined;
  readonly closed: boolean;
  /** Frames taken and returned in between. */
  readonly taken: number;
  readonly returned: number;
}

/** A name in the process table is cut at 15 characters. */
const nameLength = 15;

/** The process of the program under test; undefined when none was run. */
const programOf = remembered((histories): ProcessLife | undefined => {
  const program = histories.facts['program'];
  if (program === undefined) return undefined;
  const name = String(program).replace(/^.*\//, '').slice(0, nameLength);
  const lives = livesOf(histories);
  const called = processRows(histories).filter((row) => row.name === name);
  const forked = called
    .map(({ action, parent, subject }) => lives.get(action === 'fork' ? parent : subject))
    .filter((life) => life?.fork !== undefined);
  return forked.reduce(
    (first, life) => (first && first.fork!.seq <= life!.fork!.seq ? first : life),
    undefined,
  );
});

/** Its process and all descendants, by pid. */
export const treeOf = remembered((histories): ReadonlySet<number> => {
  const program = programOf(histories);
  const children = new Map<number, number[]>();
  for (const { pid, parent } of livesOf(histories).values())
    if (parent !== undefined) children.set(parent, [...(children.get(parent) ?? []), pid]);
  const tree = new Set<number>(program ? [program.pid] : []);
  for (const pid of tree) children.get(pid)?.forEach((child) => tree.add(child));
  return tree;
});

/** Undefined when the program was not reaped. */
export const windowOf = remembered((histories): ProgramWindow | undefined => {
  const program = programOf(histories);
  const forkRow = program?.fork ? histories.rowOfSpan(program.fork.span) : -1;
  const endRow = program?.reap && endOf(histories, program.reap.span);
  if (program === undefined || forkRow < 0 || endRow === undefined) return undefined;
  const { events } = histories;
  const [start, cycle, pc, hart] = events.of('kernel_span').read(['start_cycle', 'cycle', 'pc', 'hart']);
  const fromCycle = Number(start.values[forkRow]);
  const toSeq = reapEnds(histories).get(program.pid)!;
  const found = readings(events, fromCycle, toSeq);
  const { seq: takenSeq, endSeq } = histories.found.takings.rows.of;
  const fromSeq = found.fromSeq ?? Infinity;
  return {
    pid: program.pid,
    parent: program.parent,
    fromCycle,
    toSeq,
    toCycle: Number(cycle.values[endRow]),
    hart: Number(hart.values[endRow]),
    pc: Number(pc.values[endRow]),
    ...found,
    closed: isClosed(histories, fromCycle, toSeq),
    taken: countBetween(takenSeq, fromSeq, toSeq),
    // Stored plus one, 0 for never.
    returned: countBetween(endSeq, fromSeq + 1, toSeq + 1),
  };
});

/** How many values lie between two others. */
function countBetween(values: Uint32Array, low: number, high: number): number {
  let count = 0;
  for (let row = 0; row < values.length; row++) if (values[row] > low && values[row] < high) count++;
  return count;
}

/** Every descendant has ended, and nobody outside the tree was born, died or changed programs meanwhile. */
function isClosed(histories: Histories, fromCycle: number, toSeq: number): boolean {
  const tree = treeOf(histories);
  const lives = livesOf(histories);
  const hasEnded = [...tree].every((pid) => (lives.get(pid)!.exit?.seq ?? Infinity) <= toSeq);
  return (
    hasEnded &&
    !processRows(histories).some(
      ({ subject, cycle, seq }) => !tree.has(subject) && cycle > fromCycle && seq < toSeq,
    )
  );
}

/** The free frames before a cycle, with the seq since when there were so many, and before a seq. */
function readings(
  events: EventTables,
  fromCycle: number,
  toSeq: number,
): Pick<ProgramWindow, 'fromSeq' | 'freeBefore' | 'freeAfter'> {
  let [fromSeq, before, lastSeq, after] = [-1, 0, -1, 0];
  for (const kind of ['frame_alloc', 'frame_free'] as const) {
    const [seqs, cycles, { values: free }] = events.of(kind).read(['seq', 'cycle', 'free_frames']);
    const seqAt = (row: number): number => (row < 0 ? -1 : Number(seqs.values[row]));
    const [first, last] = [lastBelow(cycles, fromCycle), lastBelow(seqs, toSeq)];
    if (seqAt(first) > fromSeq) [fromSeq, before] = [seqAt(first), Number(free[first])];
    if (seqAt(last) > lastSeq) [lastSeq, after] = [seqAt(last), Number(free[last])];
  }
  return {
    fromSeq: fromSeq < 0 ? undefined : fromSeq,
    freeBefore: fromSeq < 0 ? undefined : before,
    freeAfter: lastSeq < 0 ? undefined : after,
  };
}

/** The last row of a column that does not fall whose value is below a limit; -1 when there is none. */
function lastBelow({ values }: WholeColumn, limit: number): number {
  let [from, behind] = [0, values.length];
  while (from < behind) {
    const middle = (from + behind) >>> 1;
    if (values[middle] < limit) from = middle + 1;
    else behind = middle;
  }
  return from - 1;
}

const passedLine = /ALL (COW )?TESTS PASSED/;

/** Whether it said that all its tests passed. */
function saidPassed({ events }: Histories, since: number): boolean {
  const [direction, text] = events.of('console').read(['direction', 'text']);
  const seqs = doublesOf(events, 'console', 'seq');
  return seqs.some((seq, row) => {
    return (
      seq > since &&
      direction.dictionary![Number(direction.values[row])] === 'output' &&
      passedLine.test(text.dictionary![Number(text.values[row])])
    );
  });
}

/** The row of program_run, if there is one. */
export const programLives = remembered((histories) => {
  const program = programOf(histories);
  return program ? [program] : [];
});
/** The rows of program_tree. */
export const treeRows = remembered((histories) => [...treeOf(histories)]);
/** The row of program_window, if there is one. */
export const windowRows = remembered((histories) => {
  const window = windowOf(histories);
  return window ? [window] : [];
});

export const programRunColumns = {
  ...lifeColumns(programLives),
  said_passed: {
    type: 'bool',
    read: (histories) => {
      const said = programLives(histories).map(({ fork }) => saidPassed(histories, fork!.seq));
      return { values: Uint8Array.from(said, (one) => (one ? 1 : 0)) };
    },
  },
} as const satisfies Record<string, HistoryColumn>;

export const programTreeColumns = {
  pid: { type: 'i32', read: (histories) => ({ values: Int32Array.from(treeRows(histories)) }) },
} as const satisfies Record<string, HistoryColumn>;

export const programWindowColumns = {
  pid: rowColumn(windowRows, 'i32', ({ pid }) => pid),
  parent: rowColumn(windowRows, 'i32', ({ parent }) => parent),
  from_cycle: rowColumn(windowRows, 'u64', ({ fromCycle }) => fromCycle),
  to_seq: rowColumn(windowRows, 'u64', ({ toSeq }) => toSeq),
  to_cycle: rowColumn(windowRows, 'u64', ({ toCycle }) => toCycle),
  hart: rowColumn(windowRows, 'u8', ({ hart }) => hart),
  pc: rowColumn(windowRows, 'u64', ({ pc }) => pc),
  from_seq: rowColumn(windowRows, 'u64', ({ fromSeq }) => fromSeq),
  free_before: rowColumn(windowRows, 'u32', ({ freeBefore }) => freeBefore),
  free_after: rowColumn(windowRows, 'u32', ({ freeAfter }) => freeAfter),
  closed: rowColumn(windowRows, 'bool', ({ closed }) => closed),
  taken: rowColumn(windowRows, 'i64', ({ taken }) => taken),
  returned: rowColumn(windowRows, 'i64', ({ returned }) => returned),
} as const satisfies Record<string, HistoryColumn>;
