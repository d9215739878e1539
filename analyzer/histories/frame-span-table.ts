// The columns of frame_spans, and of frames. Flags come as one number: DuckDB takes bits apart faster than this side
// could.
import type { WholeColumn } from '../table.js';
import type { Histories } from './histories.js';
import { addressesOfPages } from './numbering.js';
import type { HistoryColumn } from './tables.js';

function integer(name: Parameters<Histories['frames']['column']>[0]): HistoryColumn {
  return { type: 'i32', read: ({ frames }) => ({ values: frames.column(name) }) };
}

/** Numbers that are never negative. */
function unsigned(name: 'span' | 'firstSeq' | 'endSeq'): HistoryColumn {
  return { type: 'u32', read: ({ frames }) => ({ values: new Uint32Array(frames.column(name).buffer) }) };
}

export const frameSpanColumns = {
  frame: {
    type: 'u64',
    read: (histories) => ({
      values: histories.addresses(histories.frames.column('frame'), histories.frames.length),
    }),
  },
  span: unsigned('span'),
  first_seq: unsigned('firstSeq'),
  end_seq: unsigned('endSeq'),
  flags: { type: 'i32', read: ({ frames }) => ({ values: frames.flagColumn() }) },
  mappings: integer('mappings'),
  writable_mappings: integer('writable'),
  mappings_before: integer('before'),
  count: { type: 'f64', read: ({ frames }) => ({ values: frames.countColumn() }) },
} as const satisfies Record<string, HistoryColumn>;

function perFrame(read: (histories: Histories) => WholeColumn['values']): HistoryColumn {
  return { type: 'u32', read: (histories) => ({ values: read(histories) }) };
}

export const frameColumns = {
  frame: {
    type: 'u64',
    read: ({ found: { framePages } }) => ({ values: addressesOfPages(framePages, framePages.length) }),
  },
  taken: perFrame(({ found }) => found.takings.times),
  mapped: perFrame(({ found }) => found.takings.mappingsMade),
  unmapped: perFrame(({ found }) => found.takings.unmappings),
} as const satisfies Record<string, HistoryColumn>;
