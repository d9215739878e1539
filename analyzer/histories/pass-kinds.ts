// Which kinds the history pass goes through, and which of their columns it reads.
import type { KindColumns } from '../../tracer/arrow/index.js';
import type { EventName } from '../../tracer/schema/index.js';

const own = ['seq', 'span', 'pid'] as const;

/** The columns that the pass reads, by kind. */
export const passColumns = {
  pte_write: [...own, 'entry', 'root', 'level', 'va', 'before', 'after'],
  page_table: [...own, 'action', 'table'],
  frame_alloc: [...own, 'frame'],
  frame_free: [...own, 'frame'],
  kalloc: [...own, 'cycle', 'frame'],
  kfree: [...own, 'cycle', 'frame'],
  refcount_change: [...own, 'frame', 'before', 'after', 'locks'],
  kernel_span: [...own, 'id', 'cause', 'finished'],
  context_switch: [...own, 'from_pid', 'to_pid'],
  trap: [...own, 'from_mode'],
  trap_return: [...own, 'to_mode'],
  syscall: [...own, 'phase', 'number', 'argument0', 'argument1', 'result'],
} as const satisfies { [K in EventName]?: readonly string[] };

/** A kind that the pass goes through. */
export type PassKind = keyof typeof passColumns;

/** All of them. */
export const passKinds = Object.keys(passColumns) as readonly PassKind[];

/** The columns of the pass together with others, which may be of other kinds too. */
export function columnsFor(others: KindColumns): KindColumns {
  const all: Partial<Record<EventName, readonly string[]>> = { ...others };
  for (const kind of passKinds) all[kind] = [...new Set([...passColumns[kind], ...(others[kind] ?? [])])];
  return all;
}
