// Pages that system calls were told to put results into (read, pipe, fstat, wait: by their numbers in xv6), with what
// mapped them then: the tables written_pages and results_for_shared_pages.
import { movesOf } from './entry-moves.js';
import { gathered } from './gather.js';
import type { Histories } from './histories.js';
import { mappingsAt } from './mappings-at.js';
import { RowGroups } from './numbered-keys.js';
import { isWritable } from './page-entries.js';
import { grantedAt } from './page-permissions.js';
import { processRows } from './processes.js';
import { remembered } from './remembered.js';
import { resultCall } from './result-calls.js';
import { rowColumn } from './row-columns.js';
import { spacesOf, type Space } from './spaces.js';
import type { HistoryColumn } from './tables.js';

/** Sizes of what they put there; read says its own. */
const resultBytes: Readonly<Record<number, number>> = {
  [resultCall.wait]: 4,
  [resultCall.pipe]: 8,
  [resultCall.fstat]: 24,
};
/** The number of files that a process can have open. */
const filesMost = 16;
const write = 4;

/** A call that has returned. */
interface Call {
  /** Row of the event `syscall`. */
  readonly row: number;
  readonly span: number;
  readonly result: number;
  readonly address: number;
}

/** A page that a call is about, at a moment. */
interface Asked {
  readonly call: Call;
  readonly page: number;
  readonly bytes: number;
  readonly seq: number;
  readonly space: Space;
}

interface Mapping {
  /** Number of the frame, -1 when users have no mapping there. */
  readonly frame: number;
  readonly writable: boolean;
  readonly fromSeq: number;
}

interface Found extends Asked {
  readonly mapping: Mapping;
}

/** The space that a process had at a moment. */
function spaceFinder(histories: Histories): (pid: number, seq: number) => Space | undefined {
  const spaces = spacesOf(histories);
  const byPid = new RowGroups(spaces.length, (index) => spaces[index].made.subject);
  return (pid, seq) => {
    const group = byPid.groupOf(pid);
    for (let index = byPid.end(group) - 1; index >= byPid.begin(group); index--)
      if (spaces[byPid.rows[index]].made.seq < seq) return spaces[byPid.rows[index]];
    return undefined;
  };
}

const noMapping: Mapping = { frame: -1, writable: false, fromSeq: 0 };

/** Those whose page was mapped for users then, with the mapping. */
function mapped(histories: Histories, asked: readonly Asked[]): Found[] {
  return withMappings(histories, asked).filter(({ mapping }) => mapping !== noMapping);
}

/** All of them, with what mapped the page for users then. */
function withMappings(histories: Histories, asked: readonly Asked[]): Found[] {
  const { frame, bits, fromSeq } = histories.found.pages.mappings.of;
  const moments = asked.map(({ space, page, seq }) => ({ root: space.made.root / 4096, page, seq }));
  const rows = mappingsAt(histories, moments);
  return asked.map((one, index) => {
    const row = rows[index];
    if (row < 0) return { ...one, mapping: noMapping };
    const mapping = { frame: frame[row], writable: isWritable(bits[row]), fromSeq: fromSeq[row] };
    return { ...one, mapping };
  });
}

function pageOfAddress(address: number): number {
  return Math.floor(address / 4096);
}

const writtenPages = remembered((histories): readonly Found[] => {
  const spaceOf = spaceFinder(histories);
  const { length, of } = histories.found.calls;
  const asked: Asked[] = [];
  for (let call = 0; call < length; call++) {
    const [number, result, seq] = [of.number[call], of.result[call], of.seq[call]];
    const isPut =
      number === resultCall.read
        ? result > 0
        : number === resultCall.wait
          ? result > 0 && of.argument0[call] !== 0
          : result === 0;
    const space = isPut ? spaceOf(of.pid[call], seq) : undefined;
    if (space === undefined) continue;
    const bytes = resultBytes[number] ?? result;
    const first = pageOfAddress(of.address[call]);
    const last = pageOfAddress(of.address[call] + bytes - 1);
    asked.push({ call: callAt(histories, call), page: first, bytes, seq, space });
    if (last !== first) asked.push({ call: callAt(histories, call), page: last, bytes, seq, space });
  }
  return withMappings(histories, asked);
});

function callAt({ found: { calls } }: Histories, call: number): Call {
  const { row, span, result, address } = calls.of;
  return { row: row[call], span: span[call], result: result[call], address: address[call] };
}

const sharedPageResults = remembered((histories): readonly Found[] => {
  const spaceOf = spaceFinder(histories);
  const { length, of } = histories.found.calls;
  const asked: Asked[] = [];
  for (let call = 0; call < length; call++) {
    const [number, result, address] = [of.number[call], of.result[call], of.address[call]];
    const seq = of.enteredSeq[call] - 1;
    const isFile = number === resultCall.wait || number === resultCall.pipe || of.argument0[call] < filesMost;
    const isNothing =
      (number === resultCall.wait && result === -1) || (number === resultCall.read && result === 0);
    if (seq < 0 || !isFile || address === 0 || isNothing) continue;
    const space = spaceOf(of.pid[call], seq);
    if (space)
      asked.push({ call: callAt(histories, call), page: pageOfAddress(address), bytes: 0, seq, space });
  }
  const isExcused = excuses(histories);
  return mapped(histories, asked).filter(({ call, mapping, space, page }) => {
    if (mapping.writable || isExcused(call.span)) return false;
    return ((grantedAt(histories, space.image, page) ?? 0) & write) !== 0;
  });
});

/** Whether a call may fail in a kernel entry whatever it was given, as in excused_calls. */
function excuses(histories: Histories): (span: number) => boolean {
  const { moves } = histories.found;
  const exits = processRows(histories).filter(({ action }) => action === 'exit');
  const spans = new Set(exits.map(({ span }) => span));
  return (span) => {
    const row = movesOf(moves, span);
    return spans.has(span) || (row >= 0 && moves.rows.of.refused[row] === 1);
  };
}

type Rows = (histories: Histories) => readonly Found[];

/** What the event says of the call. */
function ofCall(rows: Rows, name: string, type: HistoryColumn['type']): HistoryColumn {
  return {
    type,
    read: (histories) => {
      const at = Int32Array.from(rows(histories), ({ call }) => call.row);
      return gathered(histories.events, 'syscall', name, at, at.length);
    },
  };
}

function callColumns(rows: Rows) {
  return {
    seq: ofCall(rows, 'seq', 'u64'),
    cycle: ofCall(rows, 'cycle', 'u64'),
    hart: ofCall(rows, 'hart', 'u8'),
    pid: ofCall(rows, 'pid', 'i32'),
    span: ofCall(rows, 'span', 'u32'),
    pc: ofCall(rows, 'pc', 'u64'),
    name: ofCall(rows, 'name', 'text'),
    address: rowColumn(rows, 'u64', ({ call }) => call.address),
    frame: {
      type: 'u64',
      read: (histories) => {
        const frames = Int32Array.from(rows(histories), ({ mapping }) => mapping.frame);
        return { values: histories.addresses(frames, frames.length) };
      },
    },
  } as const satisfies Record<string, HistoryColumn>;
}

/** How many rows written_pages has. */
export function writtenPageRows(histories: Histories): number {
  return writtenPages(histories).length;
}

/** How many rows results_for_shared_pages has. */
export function sharedPageResultRows(histories: Histories): number {
  return sharedPageResults(histories).length;
}

export const writtenPageColumns = {
  ...callColumns(writtenPages),
  bytes: rowColumn(writtenPages, 'i64', ({ bytes }) => bytes),
  va: rowColumn(writtenPages, 'u64', ({ page }) => page * 4096),
  root: rowColumn(writtenPages, 'u64', ({ space }) => space.made.root),
  image: rowColumn(writtenPages, 'u64', ({ space }) => space.image),
  mapped: rowColumn(writtenPages, 'bool', ({ mapping }) => mapping !== noMapping),
  writable: rowColumn(writtenPages, 'bool', ({ mapping }) => mapping.writable),
  from_seq: rowColumn(writtenPages, 'u64', ({ mapping }) => mapping.fromSeq),
} as const satisfies Record<string, HistoryColumn>;

export const sharedPageResultColumns = {
  ...callColumns(sharedPageResults),
  refused: rowColumn(sharedPageResults, 'bool', ({ call }) => call.result === -1),
} as const satisfies Record<string, HistoryColumn>;
