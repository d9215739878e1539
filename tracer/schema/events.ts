// Every event kind, declared once: TypeScript types, Arrow schemas, DuckDB views and the reference derive from here.
// This folder is a leaf: it imports nothing of the project.
import { callSite, commonColumns, frame, freeFrames, locks } from './columns.js';
import { questionEvents } from './question-events.js';
import { storeEvents } from './store-events.js';
import type { ColumnType, ColumnValue, EventRow } from './types.js';

export const events = {
  trap: {
    id: 1,
    doc: 'A hart took an exception or interrupt. pc is the interrupted instruction.',
    columns: {
      interrupt: { type: 'u8', doc: '1 for an interrupt, 0 for an exception.' },
      cause: { type: 'u8', doc: 'Exception code of mcause/scause, without the interrupt bit.' },
      value: { type: 'u64', encoding: 'delta', doc: 'mtval/stval.' },
      from_mode: { type: 'u8', doc: 'Privilege mode left: 0 U, 1 S, 3 M.' },
      to_mode: { type: 'u8', doc: 'Privilege mode entered: 1 S, 3 M.' },
    },
  },
  trap_return: {
    id: 2,
    doc: 'A hart executed sret or mret.',
    columns: {
      to_mode: { type: 'u8', doc: 'Privilege mode entered.' },
      target: { type: 'u64', doc: 'Virtual address execution goes on at.' },
      root: {
        type: 'u64',
        doc: 'Physical address of the page-table root in satp; 0 when translation is off.',
      },
      stale: {
        type: 'u8',
        doc: '1 when an entry of that page table has been taken away or allows less than it did after this hart had begun to use the table in user mode, and it has executed no sfence.vma from then on: its TLB may still have the old one. Only told of returns to user mode, and where pte_write is recorded.',
      },
      locks,
    },
  },
  page_fault: {
    id: 3,
    doc: 'A page fault out of user mode, emitted when its outcome is known; cycle, pc and hart are those of the fault.',
    columns: {
      access: { type: 'text', doc: 'load, store or fetch.' },
      va: { type: 'u64', encoding: 'delta', doc: 'Faulting virtual address (stval).' },
      root: { type: 'u64', doc: 'Root of the page table in force.' },
      size: {
        type: 'u64',
        nullable: true,
        doc: 'Bytes of user memory that the process had by its entry in the process table; null when not found.',
      },
      outcome: {
        type: 'text',
        doc: 'resolved (user code went on), killed (the process never returned to user mode), panicked or unfinished (the trace ends first).',
      },
      end_cycle: { type: 'u64', encoding: 'delta', doc: 'Cycle at which the outcome was known.' },
      kept: {
        type: 'u8',
        nullable: true,
        doc: '1 when the page held the same when user code went on at the store as when that had faulted, 0 when not; null where the program had no page, and for other outcomes and accesses.',
      },
    },
  },
  frame_alloc: {
    id: 4,
    doc:
      'A frame left the free list (a store to its head took it off), or, where frames come from an allocator of ' +
      'blocks, was returned by it to the allocator of frames. Not emitted by kalloc calls that fail.',
    columns: {
      frame,
      free_frames: freeFrames,
      mappings: {
        type: 'u8',
        doc: 'User mappings that the frame has although it was free, 255 for more. Only told where frame_write is recorded.',
      },
      call_site: callSite,
      locks,
    },
  },
  frame_free: {
    id: 5,
    doc:
      'A frame was put on the free list, or given back to the allocator of blocks that it came from. Not emitted by ' +
      'kfree calls that only drop a reference.',
    columns: {
      frame,
      free_frames: freeFrames,
      already_free: { type: 'u8', doc: '1 when the frame was on the list already: a double free.' },
      call_site: callSite,
      locks,
    },
  },
  kalloc: {
    id: 6,
    doc: 'The allocator function returned.',
    columns: {
      frame: { type: 'u64', encoding: 'delta', doc: 'Frame returned; 0 when memory is out.' },
      call_site: callSite,
    },
  },
  kfree: {
    id: 7,
    doc: 'The free function was entered (its argument, before anything happens).',
    columns: {
      frame: { type: 'u64', encoding: 'delta', doc: 'Argument, as passed.' },
      call_site: callSite,
    },
  },
  pte_write: {
    id: 8,
    doc: 'A store changed an entry of a live page table. Not emitted for hardware A/D updates, for stores that change nothing, nor for a table whose freeing has begun.',
    columns: {
      entry: { type: 'u64', encoding: 'delta', doc: 'Physical address of the entry.' },
      root: { type: 'u64', doc: 'Root of the page table the entry belongs to.' },
      level: { type: 'u8', doc: 'Level of the table: 2 root, 0 leaf.' },
      va: { type: 'u64', encoding: 'delta', doc: 'First virtual address the entry translates.' },
      before: { type: 'u64', encoding: 'delta', doc: 'Old entry.' },
      after: { type: 'u64', encoding: 'delta', doc: 'New entry.' },
      call_site: callSite,
    },
  },
  refcount_change: {
    id: 9,
    doc: 'A store changed an element of the reference-count array. Not emitted on kernels without one.',
    columns: {
      frame,
      before: { type: 'i64', doc: 'Old count.' },
      after: { type: 'i64', doc: 'New count.' },
      call_site: callSite,
      locks,
    },
  },
  syscall: {
    id: 10,
    doc: 'A process entered or left a system call. exit has no leaving row; the child of a fork has no entering one.',
    columns: {
      phase: { type: 'text', doc: 'enter or leave.' },
      number: { type: 'u32', doc: 'a7 on entry.' },
      name: { type: 'text', doc: 'Name of the call, sys_N where unknown.' },
      argument0: { type: 'u64', doc: 'a0 on entry.' },
      argument1: { type: 'u64', doc: 'a1 on entry.' },
      argument2: { type: 'u64', doc: 'a2 on entry.' },
      result: { type: 'i64', doc: 'a0 on return.', nullable: true },
    },
  },
  context_switch: {
    id: 11,
    doc: 'A hart changed the process it runs (a store to cpus[hart].proc).',
    columns: {
      from_pid: { type: 'i32', doc: 'Process before; 0 for none.' },
      to_pid: { type: 'i32', doc: 'Process after; 0 for none.' },
    },
  },
  process: {
    id: 12,
    doc: 'A process was forked, replaced its image, exited or was reaped.',
    columns: {
      action: { type: 'text', doc: 'fork, exec, exit or reap.' },
      subject: { type: 'i32', doc: 'The process it is about (fork: the child).' },
      parent: { type: 'i32', doc: 'Parent of the subject; 0 when unknown.' },
      root: { type: 'u64', doc: 'Page-table root of the subject (exec: the new one; reap: 0).' },
      name: { type: 'text', doc: 'Name of the process in the process table.' },
      status: { type: 'i32', doc: 'exit: the exit status.', nullable: true },
    },
  },
  console: {
    id: 13,
    doc: 'Characters left the transmitter or entered the receiver: one row a line, or what there is when the program waits.',
    columns: {
      direction: { type: 'text', doc: 'output or input.' },
      text: { type: 'text', doc: 'The characters, each byte as one character 0..255; untrusted.' },
    },
  },
  marker: {
    id: 14,
    doc: 'A program executed the hint slti x0, rs1, imm.',
    columns: {
      id: { type: 'i32', doc: 'imm.' },
      value: { type: 'u64', doc: 'Value of rs1.' },
      free_frames: { type: 'u32', doc: 'Frames on the free list at that moment, by our own count.' },
    },
  },
  page_table: {
    id: 15,
    doc: 'A frame began or ceased to be a page table: linked when it is first seen as root or child, retired when its freeing begins.',
    columns: {
      action: { type: 'text', doc: 'linked or retired.' },
      table: { type: 'u64', encoding: 'delta', doc: 'Physical address of the table frame.' },
      root: { type: 'u64', doc: 'Root it belongs to (itself for a root).' },
      level: { type: 'u8', doc: '2 for a root, 0 for a table of leaf entries.' },
      va: { type: 'u64', encoding: 'delta', doc: 'First virtual address the table translates.' },
    },
  },
  disk_request: {
    id: 16,
    doc: 'The disk was asked for a transfer (at the notify).',
    columns: {
      sector: { type: 'u64', encoding: 'delta', doc: 'First 512-byte sector.' },
      bytes: { type: 'u32', doc: 'Length in bytes.' },
      write: { type: 'u8', doc: '1 to the disk, 0 from it.' },
    },
  },
  panic: {
    id: 17,
    doc: 'The kernel entered its panic function.',
    columns: { text: { type: 'text', doc: 'Its message; untrusted.' }, call_site: callSite },
  },
  kernel_span: {
    id: 18,
    doc: 'A kernel entry that has ended (returned to user mode, exited, or the trace ended); cycle is its end.',
    columns: {
      id: { type: 'u32', encoding: 'delta', doc: 'The number that `span` columns hold.' },
      start_cycle: {
        type: 'u64',
        encoding: 'delta',
        doc: 'Cycle of the trap, or of the first event of a boot or scheduler span.',
      },
      cause: {
        type: 'text',
        doc: 'syscall name, page_fault, interrupt, exception, fork (a child on its way out), scheduler.',
      },
      finished: { type: 'u8', doc: '1 when it ended in the trace, 0 when the trace ended first.' },
    },
  },
  location: {
    id: 19,
    doc:
      'What a pc or call site of the other rows is in the source. One row a distinct address, written at the end; one ' +
      'more for the function copyout, if there is one.',
    columns: {
      address: {
        type: 'u64',
        encoding: 'delta',
        doc: 'Virtual address (call sites: the return address; the line is that of the call).',
      },
      function: { type: 'text', doc: 'Function name, with the functions it was inlined into after <.' },
      file: { type: 'text', doc: 'Source file as the debug information names it; empty when unknown.' },
      line: { type: 'u32', doc: 'Line; 0 when unknown.' },
    },
  },
  ...questionEvents,
  lock: {
    id: 22,
    doc: 'A lock of the kernel that `locks` columns can name. One row a lock, written at the end; none where no locks were found.',
    columns: {
      number: { type: 'u8', doc: 'Its bit in those columns.' },
      name: { type: 'text', doc: 'Variable, and member of it, that is the lock.' },
      address: { type: 'u64', doc: 'Physical address of it.' },
    },
  },
  ...storeEvents,
  panic_call: {
    id: 24,
    doc: 'A call that was under way when the kernel entered its panic function, before the row of the panic: one row each, innermost first, also through a trap that the kernel itself had taken. Not emitted for what the program had called.',
    columns: {
      depth: { type: 'u8', doc: '0 for the function that called panic.' },
      call_site: {
        type: 'u64',
        doc: 'Return address in the function (one less where the next function begins there); 0 for one that a trap interrupted, at pc.',
      },
    },
  },
  lock_order: {
    id: 25,
    doc: 'A hart took a lock while it held others; pc is in what took it. Emitted at the first taking with a lock held that it was not yet seen to be taken with. Not emitted for locks whose names are not about memory, nor for what has no row of lock.',
    columns: {
      lock: { type: 'u8', doc: 'Number of the lock taken.' },
      locks,
      call_site: callSite,
    },
  },
  fault_repeat: {
    id: 26,
    doc: 'A page fault that had come a hundred times in a row, resolved with nothing done (nothing that any row would tell), came again: these repetitions have no rows of trap, page_fault, kernel_span and trap_return. pc is the instruction that faults, cycle that of the next thing told of the hart. Not emitted for what comes less often, and nothing is left out where this kind is not recorded.',
    columns: {
      access: { type: 'text', doc: 'load, store or fetch.' },
      va: { type: 'u64', doc: 'Faulting virtual address (stval).' },
      times: { type: 'u64', doc: 'Repetitions that have no rows.' },
    },
  },
} as const satisfies Record<string, EventRow>;

export type EventName = keyof typeof events;

type Columns = Readonly<Record<string, { readonly type: ColumnType; readonly nullable?: true }>>;
type RowOf<C extends Columns> = {
  -readonly [K in keyof C]: C[K] extends { nullable: true }
    ? ColumnValue<C[K]['type']> | null
    : ColumnValue<C[K]['type']>;
};

/** A row of an event kind as it is handed to the writer: common columns and its own. */
export type EventOf<N extends EventName> = RowOf<typeof commonColumns> & RowOf<(typeof events)[N]['columns']>;

/** Version of the trace format. Raised whenever a column of an existing kind changes. */
export const traceFormatVersion = 4;
