// What the handling of each page fault came to: the table fault_handling. Most faults are handled in a plain way, so
// that what they cost is told here from how often frames were taken and given up; what others cost the view fault_cost
// finds out.
import { hasValue, type ColumnArray } from '../../tracer/arrow/index.js';
import type { WholeColumn } from '../table.js';
import { faultChangeColumns, faultChanges } from './fault-changes.js';
import { movesOf, type FoundMoves } from './entry-moves.js';
import { gathered, picked, validityBut } from './gather.js';
import { GrowingColumns } from './growing-columns.js';
import type { Histories } from './histories.js';
import { RowGroups } from './numbered-keys.js';
import { halvesOf, pageOf } from './numbering.js';
import { allows, entryNeeded } from './page-entries.js';
import { remembered } from './remembered.js';
import type { HistoryColumn } from './tables.js';

interface FaultHandling {
  /** Row of page_fault, by row. A fault whose page was changed in several visits has a row for each. */
  readonly fault: Int32Array;
  /** Row of fault_changes, -1 for none. */
  readonly change: Int32Array;
  /** Frames taken and returned; -1 where it is not plain. */
  readonly taken: Int8Array;
  readonly returned: Int8Array;
}

const handling = remembered((histories): FaultHandling => {
  const [spans, roots, vas] = histories.events
    .of('page_fault')
    .read(['span', 'root', 'va'])
    .map(({ values }) => values);
  const [root, va] = [halvesOf(roots), halvesOf(vas)];
  const { change: changes } = faultChanges(histories);
  const { rootPages, visits, changes: all } = histories.found.pages;
  const { visit, page: pages } = all.of;
  const bySpan = new RowGroups(changes.length, (row) => visits.of.span[visit[changes[row]]]);
  const rows = new GrowingColumns({ fault: new Int32Array(), change: new Int32Array() });
  const add = (fault: number, change: number): void => {
    const row = rows.add();
    rows.of.fault[row] = fault;
    rows.of.change[row] = change;
  };
  for (let fault = 0; fault < spans.length; fault++) {
    const faultRoot = pageOf(root[2 * fault], root[2 * fault + 1]);
    const page = pageOf(va[2 * fault], va[2 * fault + 1]);
    const before = rows.length;
    const group = bySpan.groupOf(Number(spans[fault]));
    const end = bySpan.end(group);
    for (let index = bySpan.begin(group); index < end; index++) {
      const row = bySpan.rows[index];
      const change = changes[row];
      if (pages[change] === page && rootPages[visits.of.root[visit[change]]] === faultRoot) add(fault, row);
    }
    if (rows.length === before) add(fault, -1);
  }
  return withCosts(histories, rows.found().of, spans as Uint32Array, bySpan);
});

/** @param bySpan rows of fault_changes by kernel entry */
function withCosts(
  histories: Histories,
  { fault, change }: Pick<FaultHandling, 'fault' | 'change'>,
  spans: Uint32Array,
  bySpan: RowGroups,
): FaultHandling {
  const { moves, pages, framePages } = histories.found;
  const faults = new RowGroups(spans.length, (row) => spans[row]);
  const only = (groups: RowGroups, span: number): boolean => {
    const group = groups.groupOf(span);
    return groups.end(group) - groups.begin(group) === 1;
  };
  const changes = faultChanges(histories);
  const { oldFrame, newFrame } = pages.changes.of;
  const pageOfFrame = (frame: number): number => (frame < 0 ? 0 : framePages[frame]);
  const taken = new Int8Array(fault.length).fill(-1);
  const returned = new Int8Array(fault.length).fill(-1);
  for (let row = 0; row < fault.length; row++) {
    const [span, by] = [spans[fault[row]], change[row]];
    if (by < 0 || !only(bySpan, span) || !only(faults, span)) continue;
    const old = pageOfFrame(oldFrame[changes.change[by]]);
    const made = pageOfFrame(newFrame[changes.change[by]]);
    const before = histories.frames.at(changes.oldFrameRow[by], 'before');
    const cost = plainCost(moves, movesOf(moves, span), before, old, made);
    if (cost !== undefined) [taken[row], returned[row]] = cost;
  }
  return { fault, change, taken, returned };
}

/**
 * Frames taken and returned by a fault that changed its page and no other: one that left it the frame it had and moved
 * none, or gave the one up that it got from the allocator; or one that got a frame, mapped it, and gave up the old one.
 * Undefined otherwise.
 */
function plainCost(
  { rows: { of: moves } }: FoundMoves,
  fault: number,
  before: number,
  old: number,
  made: number,
): [number, number] | undefined {
  if (fault < 0) return before < 1 || old !== made ? undefined : [0, 0];
  const [handed, unlisted] = [moves.handed[fault], moves.unlisted[fault]];
  const [given, listed] = [moves.given[fault], moves.listed[fault]];
  if (before < 1) return undefined;
  if (handed + unlisted + given + listed === 0) return old === made ? [0, 0] : undefined;
  const got = moves.handedPage[fault];
  if (handed !== 1 || unlisted > 1 || (unlisted === 1 && moves.unlistedPage[fault] !== got)) return undefined;
  if (made === old) {
    const isBack = given === 1 && moves.givenPage[fault] === got && got !== old;
    return isBack && (listed === 0 || (listed === 1 && moves.listedPage[fault] === got)) ? [1, 1] : undefined;
  }
  if (got !== made || given > 1 || (given === 1 && moves.givenPage[fault] !== old)) return undefined;
  if (before > 1) return listed === 0 ? [1, 0] : undefined;
  return given === 1 && listed === 1 && moves.listedPage[fault] === old ? [1, 1] : undefined;
}

/** How many rows there are. */
export function faultHandlingRows(histories: Histories): number {
  return handling(histories).fault.length;
}

function ofFault(name: string, type: HistoryColumn['type']): HistoryColumn {
  return {
    type,
    read: (histories) => {
      const { fault } = handling(histories);
      return gathered(histories.events, 'page_fault', name, fault, fault.length);
    },
  };
}

function ofChange(name: keyof typeof faultChangeColumns): HistoryColumn & { readonly nullable: true } {
  return {
    type: faultChangeColumns[name].type,
    nullable: true,
    read: (histories) => {
      const { change } = handling(histories);
      const source: WholeColumn = faultChangeColumns[name].read(histories);
      const from = change.map((row) => (row >= 0 && hasValue(source, row) ? row : -1));
      const values = picked(source.values as ColumnArray, from, from.length);
      return { values, validity: validityBut(from, -1, from.length) };
    },
  };
}

function cost(which: 'taken' | 'returned'): HistoryColumn & { readonly nullable: true } {
  return {
    type: 'i32',
    nullable: true,
    read: (histories) => {
      const values = Int32Array.from(handling(histories)[which]);
      return { values, validity: validityBut(values, -1, values.length) };
    },
  };
}

/** Whether the entry that a change left lets the access through. */
const opened: HistoryColumn = {
  type: 'bool',
  nullable: true,
  read: (histories) => {
    const { fault, change } = handling(histories);
    const [access] = histories.events.of('page_fault').read(['access']);
    const needed = access.dictionary!.map((name) => entryNeeded[name] ?? 0);
    const entries = halvesOf(faultChangeColumns.entry.read(histories).values);
    const values = new Uint8Array(fault.length);
    for (let row = 0; row < values.length; row++) {
      const bits = needed[Number(access.values[fault[row]])];
      if (change[row] >= 0) values[row] = Number(allows(entries[2 * change[row]], bits));
    }
    return { values, validity: validityBut(change, -1, change.length) };
  },
};

export const faultHandlingColumns = {
  seq: ofFault('seq', 'u64'),
  cycle: ofFault('cycle', 'u64'),
  end_cycle: ofFault('end_cycle', 'u64'),
  hart: ofFault('hart', 'u8'),
  pid: ofFault('pid', 'i32'),
  span: ofFault('span', 'u32'),
  fault_pc: ofFault('pc', 'u64'),
  va: ofFault('va', 'u64'),
  root: ofFault('root', 'u64'),
  access: ofFault('access', 'text'),
  outcome: ofFault('outcome', 'text'),
  pc: ofChange('pc'),
  call_site: ofChange('call_site'),
  old_frame: ofChange('old_frame'),
  new_frame: ofChange('new_frame'),
  opened,
  change_seq: ofChange('last_seq'),
  mappings_before: ofChange('mappings_before'),
  undisturbed: ofChange('undisturbed'),
  frames_taken: cost('taken'),
  frames_returned: cost('returned'),
} as const satisfies Record<string, HistoryColumn>;
