// Which kinds the history passes go through, and which of their columns they read.
import type { KindColumns } from '../../tracer/arrow/index.js';
import type { EventName } from '../../tracer/schema/index.js';

const own = ['seq', 'span', 'pid'] as const;

/** The columns that the pass over pages and frames reads, by kind. */
export const framePassColumns = {
  pte_write: [...own, 'entry', 'root', 'level', 'va', 'before', 'after'],
  page_table: [...own, 'action', 'table'],
  frame_alloc: [...own, 'frame'],
  frame_free: [...own, 'frame'],
  refcount_change: [...own, 'frame', 'before', 'after', 'locks'],
  kernel_span: [...own, 'id', 'cause', 'finished'],
  context_switch: [...own, 'from_pid', 'to_pid'],
  trap: [...own, 'from_mode'],
  trap_return: [...own, 'to_mode'],
} as const satisfies KindColumns;

/** The columns that the pass over calls reads. */
export const callPassColumns = {
  frame_alloc: [...own, 'frame'],
  frame_free: [...own, 'frame'],
  kalloc: [...own, 'cycle', 'frame'],
  kfree: [...own, 'cycle', 'frame'],
  syscall: [...own, 'phase', 'number', 'argument0', 'argument1', 'result'],
} as const satisfies KindColumns;

/** The columns that a pass reads, those of both for kinds that both go through. */
export const passColumns = { ...framePassColumns, ...callPassColumns };

/** A kind that a pass goes through. */
export type PassKind = keyof typeof passColumns;

/** All of them. */
export const passKinds = Object.keys(passColumns) as readonly PassKind[];
/** Those of the pass over pages and frames. */
export const framePassKinds = Object.keys(framePassColumns) as readonly PassKind[];
/** Those of the pass over calls. */
export const callPassKinds = Object.keys(callPassColumns) as readonly PassKind[];

/** Columns of some kinds together with others of the same kinds. */
export function columnsFor(some: KindColumns, others: KindColumns): KindColumns {
  return Object.fromEntries(
    (Object.keys(some) as EventName[]).map((kind) => {
      return [kind, [...new Set([...some[kind]!, ...(others[kind] ?? [])])]];
    }),
  );
}
