// The processes of a run: the table processes.
import { hasValue } from '../../tracer/arrow/index.js';
import type { Histories } from './histories.js';
import { remembered } from './remembered.js';
import { rowColumn } from './row-columns.js';
import { doublesOf } from './event-columns.js';
import type { HistoryColumn } from './tables.js';

/** A row of the event `process`, as far as it is used here. */
export interface ProcessRow {
  readonly seq: number;
  readonly cycle: number;
  readonly span: number;
  readonly action: string;
  readonly subject: number;
  readonly parent: number;
  readonly root: number;
  readonly name: string;
  readonly status: number | undefined;
}

/** What is known of one process; what did not happen is undefined. */
export interface ProcessLife {
  readonly pid: number;
  parent?: number;
  name?: string;
  fork?: ProcessRow;
  exec?: ProcessRow;
  exit?: ProcessRow;
  reap?: ProcessRow;
  status?: number;
}

/** The rows of the event `process`. */
export const processRows = remembered(({ events }): readonly ProcessRow[] => {
  const table = events.of('process');
  const [seqs, cycles] = [doublesOf(events, 'process', 'seq'), doublesOf(events, 'process', 'cycle')];
  const roots = doublesOf(events, 'process', 'root');
  const [span, action, subject, parent, name, status] = table.read([
    'span',
    'action',
    'subject',
    'parent',
    'name',
    'status',
  ]);
  return Array.from(seqs, (seq, row) => ({
    seq,
    cycle: cycles[row],
    span: Number(span.values[row]),
    action: action.dictionary![Number(action.values[row])],
    subject: Number(subject.values[row]),
    parent: Number(parent.values[row]),
    root: roots[row],
    name: name.dictionary![Number(name.values[row])],
    status: hasValue(status, row) ? Number(status.values[row]) : undefined,
  }));
});

/** The processes by pid. */
export const livesOf = remembered((histories): ReadonlyMap<number, ProcessLife> => {
  const lives = new Map<number, ProcessLife>();
  for (const row of processRows(histories)) {
    const life = lives.get(row.subject) ?? { pid: row.subject };
    lives.set(row.subject, life);
    if (row.name !== '') life.name = row.name;
    // An exec is seen before the name has changed; a fork shows the new one, which the child has from its parent.
    const parent = row.action === 'fork' && row.name !== '' ? lives.get(row.parent) : undefined;
    if (parent) parent.name = row.name;
    if (row.action === 'fork') {
      life.fork ??= row;
      life.parent = Math.max(life.parent ?? row.parent, row.parent);
    } else if (row.action === 'exec') life.exec ??= row;
    else if (row.action === 'reap') life.reap ??= row;
    else if (row.action === 'exit') {
      life.exit ??= row;
      if (row.status !== undefined) life.status = Math.min(life.status ?? row.status, row.status);
    }
  }
  return lives;
});

/** Row of kernel_span of an entry that ended in the trace; undefined for none. */
export function endOf(histories: Histories, span: number): number | undefined {
  return endSeqOf(histories, span) === undefined ? undefined : histories.rowOfSpan(span);
}

/** Seq of the end of an entry that ended in the trace; undefined for another. */
function endSeqOf({ found: { spans } }: Histories, span: number): number | undefined {
  const stored = span < spans.endSeq.length ? spans.endSeq[span] : 0;
  return stored === 0 ? undefined : stored - 1;
}

/** Of processes that were reaped by an entry that ended: seq of that end. */
export const reapEnds = remembered((histories): ReadonlyMap<number, number> => {
  const ends = new Map<number, number>();
  for (const { pid, reap } of livesOf(histories).values()) {
    const seq = reap && endSeqOf(histories, reap.span);
    if (seq !== undefined) ends.set(pid, seq);
  }
  return ends;
});

type Lives = (histories: Histories) => readonly ProcessLife[];

/** The columns of tables whose rows are processes. */
export function lifeColumns(rows: Lives) {
  return {
    pid: rowColumn(rows, 'i32', ({ pid }) => pid),
    parent: rowColumn(rows, 'i32', ({ parent }) => parent),
    name: rowColumn(rows, 'text', ({ name }) => name),
    fork_seq: rowColumn(rows, 'u64', ({ fork }) => fork?.seq),
    fork_cycle: rowColumn(rows, 'u64', ({ fork }) => fork?.cycle),
    fork_span: rowColumn(rows, 'u32', ({ fork }) => fork?.span),
    exec_seq: rowColumn(rows, 'u64', ({ exec }) => exec?.seq),
    exit_seq: rowColumn(rows, 'u64', ({ exit }) => exit?.seq),
    exit_cycle: rowColumn(rows, 'u64', ({ exit }) => exit?.cycle),
    exit_status: rowColumn(rows, 'i32', ({ status }) => status),
    reap_seq: rowColumn(rows, 'u64', ({ reap }) => reap?.seq),
    reap_cycle: rowColumn(rows, 'u64', ({ reap }) => reap?.cycle),
    reap_span: rowColumn(rows, 'u32', ({ reap }) => reap?.span),
  } as const satisfies Record<string, HistoryColumn>;
}

/** The rows of processes. */
export const allLives = remembered((histories) => [...livesOf(histories).values()]);
export const processColumns = {
  ...lifeColumns(allLives),
  reap_end_seq: {
    type: 'u64',
    nullable: true,
    read: (histories) => {
      const ends = reapEnds(histories);
      return rowColumn(allLives, 'u64', ({ pid }) => ends.get(pid)).read(histories);
    },
  },
} as const satisfies Record<string, HistoryColumn>;
