// The tables that the pass makes: what views and invariants may read beside the events, declared as the events are.
import type { EventName } from '../../tracer/schema/index.js';
import type { TableColumnType, WholeColumn } from '../table.js';
import { countChangesTable } from './count-changes.js';
import { faultChangeColumns, faultChangeRows } from './fault-changes.js';
import { doubtfulWriteColumns, doubtfulWriteRows } from './doubtful-writes.js';
import { earlyFreesTable } from './early-frees.js';
import { forkPagesTable } from './fork-pages.js';
import { leftOverColumns, leftOverRows } from './left-over.js';
import { allLives, processColumns } from './processes.js';
import {
  programLives,
  programRunColumns,
  programTreeColumns,
  programWindowColumns,
  treeRows,
  windowRows,
} from './program.js';
import { faultHandlingColumns, faultHandlingRows } from './fault-handling.js';
import { frameColumns, frameSpanColumns } from './frame-span-table.js';
import { frameTakingColumns } from './frame-taking-table.js';
import {
  hiddenPageColumns,
  leafMappingColumns,
  pageChangeColumns,
  tableVisitColumns,
} from './page-tables.js';
import type { Histories } from './histories.js';
import { pagePermissionColumns, pagePermissionRows } from './page-permissions.js';
import { addressSpaceColumns, ownedVisitRows, spaceRows, tableOwnerColumns } from './spaces.js';
import { refusalTables } from './refusals.js';
import { sharedPageResultColumns, sharedPageResultRows } from './call-pages.js';
import { writtenPageColumns, writtenPageRows } from './call-pages.js';
import { countConventionColumns, pointStateColumns, pointStateRows } from './point-states.js';

/** How a column is made of what the pass found. */
export interface HistoryColumn {
  readonly type: TableColumnType;
  readonly nullable?: true;
  readonly read: (histories: Histories) => WholeColumn;
}

/** The columns of a table by name, and how many rows there are. */
export interface HistoryTableRow {
  readonly doc: string;
  /** Event kinds it is made from; without those in `optional` it has less to say. */
  readonly needs: readonly EventName[];
  readonly optional: readonly EventName[];
  readonly rows: (histories: Histories) => number;
  readonly columns: Readonly<Record<string, HistoryColumn>>;
}

const pageKinds = ['pte_write', 'page_table'] as const;
const frameKinds = [...pageKinds, 'frame_alloc', 'frame_free', 'kernel_span'] as const;

const frameExtras = ['refcount_change', 'context_switch', 'trap', 'trap_return'] as const;

/** Every table of the pass. */
export const historyTables = {
  leaf_mappings: {
    doc:
      'User mappings over time: from the store that made an entry map a frame to the next store to that ' +
      'entry, or to the retirement of its table. A change of permissions alone ends one row and begins the ' +
      'next. to_seq is null when the mapping lives to the end of the trace. The last three pages below MAXVA ' +
      'are the kernel’s to share with its programs (ugetpid), and no mappings.',
    needs: pageKinds,
    optional: [],
    rows: ({ found }) => found.pages.mappings.length,
    columns: leafMappingColumns,
  },
  page_changes: {
    doc:
      'What each kernel entry did to each user page: the entry before its first store (first_entry, and ' +
      'old_frame: the frame that users could reach) and after its last (entry; new_frame: the last frame ' +
      'that it mapped for users). finished: the kernel entry ended in the trace; by_fault: it handled a ' +
      'page fault. visit is a row of table_visits.',
    needs: [...pageKinds, 'kernel_span'],
    optional: [],
    rows: ({ found }) => found.pages.changes.length,
    columns: pageChangeColumns,
  },
  fault_changes: {
    doc:
      'The rows of page_changes that are the handling of a page fault, with what it found of old_frame (see ' +
      'frame_spans; undisturbed: from the trap on); null when it left that frame alone. pc and call_site are ' +
      'those of the last store. hasty: ' +
      'before it, the entry gave up a frame in less time than a copy takes.',
    needs: frameKinds,
    optional: [...frameExtras, 'page_fault', 'kalloc', 'kfree'],
    rows: faultChangeRows,
    columns: faultChangeColumns,
  },
  fault_handling: {
    doc:
      'Page faults out of user mode, each with what its handling did to the page (see fault_changes; null where ' +
      'it changed nothing; fault_pc is that of the fault). frames_taken and frames_returned: what it cost, where ' +
      'it was handled in a plain way; see fault_cost. opened: the entry then let the access through.',
    needs: [...frameKinds, 'page_fault'],
    optional: [...frameExtras, 'kalloc', 'kfree'],
    rows: faultHandlingRows,
    columns: faultHandlingColumns,
  },
  table_visits: {
    doc: 'Stretches of stores under one root by one kernel entry, from seq on: to which page_changes belong.',
    needs: pageKinds,
    optional: [],
    rows: ({ found }) => found.pages.visits.length,
    columns: tableVisitColumns,
  },
  hidden_pages: {
    doc: 'Stores that left a user page mapped, but not for users: guard pages.',
    needs: pageKinds,
    optional: [],
    rows: ({ found }) => found.pages.hiding.length,
    columns: hiddenPageColumns,
  },
  frame_spans: {
    doc:
      'What each kernel entry did to a frame from its first touch of it (first_seq: a mapping made or ' +
      'removed, the count changed, taken from or put on the free list) to its end (end_seq), with what all ' +
      'entries that are done by then made of it. An entry that blocks ends one row and begins the next. ' +
      'Bits of flags: 1 settled: the entry ended or blocked, so that the row is a point to judge at; the ' +
      'scheduler and boot code (no process), which never end, are done with a frame at once, unsettled; an ' +
      'entry that the trace cuts off is never done (the largest number). 2 judged: no other unfinished ' +
      'entry, running or asleep, had touched the frame by then, so this is its state, and it must be ' +
      "consistent. 4 undisturbed: from the entry's first touch to its end nobody else finished with the " +
      'frame, so mappings_before is what it found. 8 free: it is on the free list. 16: the count is known, ' +
      'which it is not while no change of it was ever seen for this frame.',
    needs: frameKinds,
    optional: frameExtras,
    rows: ({ frames }) => frames.length,
    columns: frameSpanColumns,
  },
  point_states: {
    doc:
      'How many quiescent points (see quiescent_points) there are of each state of a frame: what rules about ' +
      'frames count as judged and skipped. writable: through one of its mappings at least. count is null where it ' +
      'is not known.',
    needs: frameKinds,
    optional: frameExtras,
    rows: pointStateRows,
    columns: pointStateColumns,
  },
  early_frees: earlyFreesTable,
  count_convention: {
    doc:
      "One row: what this kernel's reference count says of a frame with one user mapping: 1 (it counts " +
      'references), 0 (it counts further references only) or more (it counts its own mapping of all memory, too, so ' +
      'that free frames have a count). extra is what must be added to the mappings to get the count. Learned from ' +
      'the frames with exactly one mapping.',
    needs: frameKinds,
    optional: frameExtras,
    rows: () => 1,
    columns: countConventionColumns,
  },
  count_changes: countChangesTable,
  fork_pages: forkPagesTable,
  frames: {
    doc:
      'Every frame that any event names: how often it left the free list (taken), how many user mappings of ' +
      'it there were (mapped), and how many of these ended (unmapped).',
    needs: frameKinds,
    optional: frameExtras,
    rows: ({ found }) => found.framePages.length,
    columns: frameColumns,
  },
  frame_takings: {
    doc:
      "From a frame's leaving the free list to its return; the free_ columns are null when it is out to the " +
      'end of the trace. cause is that of the kernel entry that took it. mapped_seq: users first mapped it; ' +
      'unmapped_seq: its last mapping went; null for never.',
    needs: [...frameKinds],
    optional: [],
    rows: ({ found }) => found.takings.rows.length,
    columns: frameTakingColumns,
  },
  address_spaces: {
    doc:
      'Page tables with the process they were built for, from the first sight of their root (from_seq) to its ' +
      'retirement (to_seq, the largest number when there is none). made_by_span built it, by fork or exec. image ' +
      'is the number of the exec that the space descends from through forks (its own when exec made it, null when ' +
      'unknown): spaces of one image hold the same program at the same addresses. left_seq: the exec that replaced ' +
      'it, or the reaping of its process.',
    needs: ['process', 'page_table'],
    optional: [],
    rows: spaceRows,
    columns: addressSpaceColumns,
  },
  table_owners: {
    doc:
      'Whose address space each visit of a kernel entry to page tables was in, where that is known. by_maker: the ' +
      'visit is part of the fork or exec that built the space.',
    needs: [...pageKinds, 'process'],
    optional: [],
    rows: ownedVisitRows,
    columns: tableOwnerColumns,
  },
  page_permissions: {
    doc:
      'Which permissions (read 2, write 4, execute 8) and software bits (mark: bits 8 and 9 of the entry, as 1 and ' +
      '2) kernel entries left each page of an image with, and how often. grants: a first mapping, by exec, sbrk or ' +
      'first use, rather than a change of what was there or a copy that fork made. marked: the software bits that ' +
      'a writable page got when it lost its write permission. granted: see granted_permissions; gained: those ' +
      'beyond them. carries_mark: mark has that of cow_mark.',
    needs: [...pageKinds, 'kernel_span', 'process'],
    optional: [],
    rows: pagePermissionRows,
    columns: pagePermissionColumns,
  },
  written_pages: {
    doc:
      'Pages of a process that a system call has written results to: read, pipe, fstat, wait (by their numbers in ' +
      'xv6), the first and the last page, with the entry that mapped the page for users at the end of the call ' +
      '(from_seq); mapped: there was one, else frame and from_seq are 0.',
    needs: [...pageKinds, 'syscall', 'process'],
    optional: [],
    rows: writtenPageRows,
    columns: writtenPageColumns,
  },
  results_for_shared_pages: {
    doc:
      'System calls read, pipe, fstat and wait (by their numbers in xv6) with an address in a page that the ' +
      'program may write, but whose entry did not let it when the call began: shared until written. refused: the ' +
      'call failed, not for want of memory nor because the process was killed. A wait that fails is none, nor is a ' +
      "call with a number that can be no file's, nor a read that had nothing to deliver.",
    needs: [...pageKinds, 'kernel_span', 'syscall', 'process'],
    optional: ['kalloc'],
    rows: sharedPageResultRows,
    columns: sharedPageResultColumns,
  },
  left_over_doubts: {
    doc:
      'Frames that are off the free list and mapped by nobody, asked at three kinds of moments (at_seq): after a ' +
      "process was reaped (question 'reaped', about it: frames taken for it), after the program's tree has gone " +
      "('program': frames taken in its time), and at the end of the trace ('end'; one with a horizon has no end to " +
      'ask at). alloc_seq is that of frame_takings; unmapped: users had mapped it; hidden: it was made a guard ' +
      'page. Most have a use all the same: see left_over_frames.',
    needs: [...frameKinds, 'process'],
    optional: [],
    rows: leftOverRows,
    columns: leftOverColumns,
  },
  ...refusalTables,
  doubtful_writes: {
    doc:
      'Rows of frame_write that are not plainly sound: left out are frames filled by the kernel entry that took ' +
      'their one mapping away, and frames that the entry had taken and mapped itself.',
    needs: [...frameKinds, 'frame_write'],
    optional: frameExtras,
    rows: doubtfulWriteRows,
    columns: doubtfulWriteColumns,
  },
  processes: {
    doc:
      'One row a process: who forked it, and when it was forked, exited and was reaped, with the kernel entries ' +
      'that did it. name is its last one. reap_end_seq: the end of the wait that reaped it. Columns of what did ' +
      'not happen are null.',
    needs: ['process'],
    optional: ['kernel_span'],
    rows: (histories) => allLives(histories).length,
    columns: processColumns,
  },
  program_run: {
    doc:
      'The process of the program under test: the first-born that went by its name (a name in the process table ' +
      "is cut at 15 characters), with the process that forked it (the shell). A fork's name is the parent's, and " +
      "some kernels change the name only after exec's new page table is in force. said_passed: it printed that " +
      'all tests passed. No row when no program was run.',
    needs: ['process'],
    optional: ['console'],
    rows: (histories) => programLives(histories).length,
    columns: programRunColumns,
  },
  program_tree: {
    doc: "The program's process and all its descendants.",
    needs: ['process'],
    optional: [],
    rows: (histories) => treeRows(histories).length,
    columns: programTreeColumns,
  },
  program_window: {
    doc:
      "From the shell's entry into fork to the end of the wait that reaped the program, with the free frames at " +
      'both ends, and how many were taken and returned in between. One row when the program was reaped. closed: ' +
      'every descendant has ended, too, and nobody outside the tree was born, died or changed programs meanwhile, so ' +
      'that the two readings can be compared, but for what those have that were not reaped.',
    needs: ['process', 'kernel_span', 'frame_alloc', 'frame_free'],
    optional: [],
    rows: (histories) => windowRows(histories).length,
    columns: programWindowColumns,
  },
} as const satisfies Record<string, HistoryTableRow>;

/** Name of a table of the pass. */
export type HistoryTableName = keyof typeof historyTables;

/** Whether a name is one of them. */
export function isHistoryTable(name: string): name is HistoryTableName {
  return Object.hasOwn(historyTables, name);
}
