// The columns of frame_spans. Flags come as one byte: DuckDB takes bits apart faster than this side could.
import type { HistoryColumn } from './tables.js';

export const frameSpanColumns = {
  frame: {
    type: 'u64',
    read: ({ frames, numbering }) => ({
      values: numbering.addresses(frames.rows.of.frame, frames.rows.length),
    }),
  },
  span: { type: 'u32', read: ({ frames }) => ({ values: frames.rows.of.span }) },
  first_seq: { type: 'u32', read: ({ frames }) => ({ values: frames.rows.of.firstSeq }) },
  end_seq: { type: 'u32', read: ({ frames }) => ({ values: frames.rows.of.endSeq }) },
  flags: { type: 'u8', read: ({ frames }) => ({ values: frames.rows.of.flags }) },
  mappings: { type: 'i32', read: ({ frames }) => ({ values: frames.rows.of.mappings }) },
  writable_mappings: { type: 'i32', read: ({ frames }) => ({ values: frames.rows.of.writable }) },
  mappings_before: { type: 'i32', read: ({ frames }) => ({ values: frames.rows.of.before }) },
  count: { type: 'f64', read: ({ frames }) => ({ values: frames.rows.of.count }) },
} as const satisfies Record<string, HistoryColumn>;
