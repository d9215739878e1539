// Pages that system calls were told to put results into (read, pipe, fstat, wait: by their numbers in xv6), with what
// mapped them then: the tables written_pages and results_for_shared_pages.
import { gathered } from './gather.js';
import type { Histories } from './histories.js';
import { halvesOf, pageOf } from './numbering.js';
import { isWritable } from './page-entries.js';
import { grantedAt } from './page-permissions.js';
import { processRows } from './processes.js';
import { remembered } from './remembered.js';
import { rowColumn } from './row-columns.js';
import { spacesOf, type Space } from './spaces.js';
import { doublesOf } from './taking-times.js';
import type { HistoryColumn } from './tables.js';

const calls = { wait: 3, pipe: 4, read: 5, fstat: 8 } as const;
/** Sizes of what they put there; read says its own. */
const resultBytes: Readonly<Record<number, number>> = { [calls.wait]: 4, [calls.pipe]: 8, [calls.fstat]: 24 };
/** The number of files that a process can have open. */
const filesMost = 16;
const write = 4;

/** A call that has returned. */
interface Call {
  /** Row of the event `syscall`. */
  readonly row: number;
  readonly seq: number;
  readonly pid: number;
  readonly span: number;
  readonly number: number;
  readonly result: number;
  readonly argument0: number;
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
  readonly frame: number;
  readonly writable: boolean;
  readonly fromSeq: number;
  readonly toSeq: number;
}

interface Found extends Asked {
  readonly mapping: Mapping;
}

/** The calls that returned, and when each entry was entered. */
const returnedCalls = remembered(({ events }) => {
  const [phase, number, span, pid] = events.of('syscall').read(['phase', 'number', 'span', 'pid']);
  const seqs = doublesOf(events, 'syscall', 'seq');
  const [result, first, second] = ['result', 'argument0', 'argument1'].map((name) => {
    return halvesOf(events.of('syscall').read([name])[0].values);
  });
  const wide = (halves: Uint32Array, row: number): number => halves[2 * row + 1] * 2 ** 32 + halves[2 * row];
  const known: readonly number[] = Object.values(calls);
  const enter = phase.dictionary!.indexOf('enter');
  const entered = new Map<number, number>();
  const returned: Call[] = [];
  for (let row = 0; row < seqs.length; row++) {
    if (!known.includes(Number(number.values[row]))) continue;
    if (Number(phase.values[row]) === enter) {
      entered.set(Number(span.values[row]), seqs[row]);
      continue;
    }
    const which = Number(number.values[row]);
    returned.push({
      ...{ row, seq: seqs[row], number: which },
      ...{ pid: Number(pid.values[row]), span: Number(span.values[row]) },
      result: (result[2 * row + 1] | 0) * 2 ** 32 + result[2 * row],
      argument0: wide(first, row),
      address: wide(which === calls.read || which === calls.fstat ? second : first, row),
    });
  }
  return { returned, entered };
});

/** The space that a process had at a moment. */
function spaceFinder(histories: Histories): (pid: number, seq: number) => Space | undefined {
  const byPid = new Map<number, Space[]>();
  for (const space of spacesOf(histories))
    byPid.set(space.made.subject, [...(byPid.get(space.made.subject) ?? []), space]);
  return (pid, seq) => byPid.get(pid)?.findLast(({ made }) => made.seq < seq);
}

/** Those whose page was mapped for users then, with the mapping. */
function mapped(histories: Histories, asked: readonly Asked[]): Found[] {
  const { mappings, changes, visits, rootPages } = histories.found.pages;
  const wanted = new Map<number, Map<number, Mapping[]>>();
  for (const { space, page } of asked) {
    const pages = wanted.get(space.made.root) ?? new Map<number, Mapping[]>();
    wanted.set(space.made.root, pages.set(page, pages.get(page) ?? []));
  }
  const byRoot = Array.from(rootPages, (page) => wanted.get(page * 4096));
  const { frame, change, bits, fromSeq, toRow, toSeq } = mappings.of;
  for (let row = 0; row < mappings.length; row++) {
    const pages = byRoot[visits.of.root[changes.of.visit[change[row]]]];
    pages?.get(changes.of.page[change[row]])?.push({
      frame: frame[row],
      writable: isWritable(bits[row]),
      fromSeq: fromSeq[row],
      toSeq: toRow[row] === -1 ? Infinity : toSeq[row],
    });
  }
  return asked.flatMap((one) => {
    const mapping = wanted
      .get(one.space.made.root)!
      .get(one.page)!
      .findLast(({ fromSeq: from }) => from < one.seq);
    return mapping && mapping.toSeq > one.seq ? [{ ...one, mapping }] : [];
  });
}

function pageOfAddress(address: number): number {
  return Math.floor(address / 4096);
}

const writtenPages = remembered((histories): readonly Found[] => {
  const spaceOf = spaceFinder(histories);
  const asked = returnedCalls(histories).returned.flatMap((call): Asked[] => {
    const { number, result, argument0, address, seq } = call;
    const isPut =
      number === calls.read
        ? result > 0
        : number === calls.wait
          ? result > 0 && argument0 !== 0
          : result === 0;
    const space = isPut ? spaceOf(call.pid, seq) : undefined;
    if (space === undefined) return [];
    const bytes = resultBytes[number] ?? result;
    const pages = new Set([pageOfAddress(address), pageOfAddress(address + bytes - 1)]);
    return [...pages].map((page) => ({ call, page, bytes, seq, space }));
  });
  return mapped(histories, asked);
});

const sharedPageResults = remembered((histories): readonly Found[] => {
  const spaceOf = spaceFinder(histories);
  const { returned, entered } = returnedCalls(histories);
  const asked = returned.flatMap((call): Asked[] => {
    const { number, result, argument0, address } = call;
    const seq = entered.get(call.span);
    const isFile = number === calls.wait || number === calls.pipe || argument0 < filesMost;
    const isNothing = (number === calls.wait && result === -1) || (number === calls.read && result === 0);
    if (seq === undefined || !isFile || address === 0 || isNothing) return [];
    const space = spaceOf(call.pid, seq);
    return space ? [{ call, page: pageOfAddress(address), bytes: 0, seq, space }] : [];
  });
  const found = mapped(histories, asked).filter(({ mapping, space, page }) => {
    return !mapping.writable && ((grantedAt(histories, space.image, page) ?? 0) & write) !== 0;
  });
  const excused = excusedSpans(histories);
  return found.filter(({ call }) => !excused.has(call.span));
});

/** Kernel entries in which a call may fail whatever it was given, as in excused_calls. */
function excusedSpans(histories: Histories): ReadonlySet<number> {
  const { events } = histories;
  const exits = processRows(histories).filter(({ action }) => action === 'exit');
  const spans = new Set(exits.map(({ span }) => span));
  const [frame, span] = events.of('kalloc').read(['frame', 'span']);
  const frames = halvesOf(frame.values);
  for (let row = 0; row < events.of('kalloc').rows; row++)
    if (pageOf(frames[2 * row], frames[2 * row + 1]) === 0) spans.add(Number(span.values[row]));
  return spans;
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
  writable: rowColumn(writtenPages, 'bool', ({ mapping }) => mapping.writable),
  from_seq: rowColumn(writtenPages, 'u64', ({ mapping }) => mapping.fromSeq),
} as const satisfies Record<string, HistoryColumn>;

export const sharedPageResultColumns = {
  ...callColumns(sharedPageResults),
  refused: rowColumn(sharedPageResults, 'bool', ({ call }) => call.result === -1),
} as const satisfies Record<string, HistoryColumn>;
