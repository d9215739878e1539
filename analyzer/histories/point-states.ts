// How many quiescent points there are of each state of a frame, and what the kernel's count says of a frame with one
// mapping: the tables point_states and count_convention.
import type { FramePoints } from './frame-points.js';
import { pointFlag } from './frame-row.js';
import { remembered } from './remembered.js';
import type { HistoryColumn } from './tables.js';

interface State {
  readonly judged: boolean;
  readonly free: boolean;
  readonly mappings: number;
  readonly writable: boolean;
  /** NaN where it is not known. */
  readonly count: number;
  points: number;
}

/** States with mappings and counts from -1 on below this are told apart by an index. */
const usual = 64;

const statesOf = remembered(({ frames }) => findStates(frames));

function findStates(frames: FramePoints): readonly State[] {
  const usualStates: (State | undefined)[] = [];
  const others = new Map<string, State>();
  frames.eachPoint((flags, mappings, writableMappings, count) => {
    if ((flags & pointFlag.settled) === 0) return;
    const bits =
      (flags & (pointFlag.judged | pointFlag.free | pointFlag.counted)) | (writableMappings > 0 ? 1 : 0);
    const known = (flags & pointFlag.counted) === 0 ? 0 : count + 1;
    const isUsual = mappings >= 0 && mappings < usual && known >= 0 && known < usual;
    const index = isUsual ? ((bits * usual + mappings) * usual + known) | 0 : -1;
    let state = isUsual ? usualStates[index] : others.get(`${bits} ${mappings} ${known}`);
    if (state === undefined) {
      state = stateOf(bits, mappings, count);
      if (isUsual) usualStates[index] = state;
      else others.set(`${bits} ${mappings} ${known}`, state);
    }
    state.points++;
  });
  return [...Object.values(usualStates), ...others.values()] as State[];
}

function stateOf(bits: number, mappings: number, count: number): State {
  return {
    judged: (bits & pointFlag.judged) !== 0,
    free: (bits & pointFlag.free) !== 0,
    mappings,
    writable: (bits & 1) !== 0,
    count: (bits & pointFlag.counted) === 0 ? NaN : count,
    points: 0,
  };
}

/** How many states there are. */
export function pointStateRows(histories: Parameters<typeof statesOf>[0]): number {
  return statesOf(histories).length;
}

function flag(which: 'judged' | 'free' | 'writable'): HistoryColumn {
  return {
    type: 'bool',
    read: (histories) => ({
      values: Uint8Array.from(statesOf(histories), (state) => (state[which] ? 1 : 0)),
    }),
  };
}

export const pointStateColumns = {
  judged: flag('judged'),
  free: flag('free'),
  mappings: {
    type: 'i32',
    read: (histories) => ({ values: Int32Array.from(statesOf(histories), ({ mappings }) => mappings) }),
  },
  writable: flag('writable'),
  count: {
    type: 'i64',
    nullable: true,
    read: (histories) => {
      const counts = statesOf(histories).map(({ count }) => count);
      const validity = new Uint8Array(Math.ceil(counts.length / 8));
      counts.forEach((count, row) => {
        if (!Number.isNaN(count)) validity[row >> 3] |= 1 << (row & 7);
      });
      return { values: BigInt64Array.from(counts, (count) => BigInt(Math.round(count || 0))), validity };
    },
  },
  points: {
    type: 'i64',
    read: (histories) => ({
      values: BigInt64Array.from(statesOf(histories), ({ points }) => BigInt(points)),
    }),
  },
} as const satisfies Record<string, HistoryColumn>;

/**
 * Learned from the frames with one mapping, so that a fault in the handling of shared frames cannot bend it. More than
 * one for it is no mistake where free frames have the rest: such kernels count their own mapping of all memory, too.
 */
function extraOf(states: readonly State[]): number {
  const mapped = usualCount(states, ({ mappings, free }) => mappings === 1 && !free);
  if (mapped === undefined || mapped === 1) return 0;
  if (mapped === 0) return -1;
  return usualCount(states, ({ mappings, free }) => mappings === 0 && free) === mapped - 1 ? mapped - 1 : 0;
}

/** The count that most of the points judged have in such states; the least, where several have as many. */
function usualCount(states: readonly State[], isMeant: (state: State) => boolean): number | undefined {
  const points = new Map<number, number>();
  for (const state of states)
    if (state.judged && isMeant(state) && !Number.isNaN(state.count))
      points.set(state.count, (points.get(state.count) ?? 0) + state.points);
  const most = Math.max(0, ...points.values());
  return most === 0
    ? undefined
    : Math.min(...[...points].flatMap(([count, of]) => (of === most ? [count] : [])));
}

export const countConventionColumns = {
  extra: { type: 'i32', read: (histories) => ({ values: Int32Array.of(extraOf(statesOf(histories))) }) },
} as const satisfies Record<string, HistoryColumn>;
