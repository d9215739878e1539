// The life of one frame, or of one page of a process: what happened to it, grouped by the kernel entry that did it.

/** A place in the source; `line` is 0 and `file` empty where unknown. */
export interface Place {
  readonly function: string;
  readonly file: string;
  readonly line: number;
}

/** What the view frame_history calls it; `stray_fault` is a fault on a page that mapped nothing. */
export type FrameAction =
  | 'taken'
  | 'freed'
  | 'kalloc'
  | 'kfree'
  | 'count'
  | 'mapped'
  | 'unmapped'
  | 'permissions'
  | 'fault'
  | 'copy'
  | 'table'
  | 'table_retired'
  | 'stray_fault';

/** Something that happened to a frame. Members that do not apply are absent; the view frame_history explains them. */
export interface FrameEvent {
  readonly cycle: number;
  readonly what: FrameAction;
  readonly frame?: bigint;
  readonly va?: bigint;
  /** Process whose page table holds the mapping, and its name then (raw guest text). */
  readonly about?: number;
  readonly aboutName?: string;
  readonly before?: bigint;
  readonly after?: bigint;
  readonly access?: string;
  readonly outcome?: string;
  readonly other?: bigint;
  /** Where it was done, and what had called that function. */
  readonly place?: Place;
  readonly caller?: Place;
}

/** What one kernel entry did to the frame. */
export interface Episode {
  readonly cycle: number;
  readonly hart: number;
  /** 0 for none: boot or the scheduler. */
  readonly pid: number;
  /** Raw guest text. */
  readonly process: string;
  /** As in kernel_span: name of the system call, page_fault, … ; empty when unknown. */
  readonly cause: string;
  readonly events: readonly FrameEvent[];
}

/** From a frame's leaving the free list to its return. */
export interface Life {
  /** 1 for the first time it was taken; 0 for what happened before. */
  readonly number: number;
  /** Absent from life 0. */
  readonly takenCycle?: number;
  /** Absent when it was not put on the list again before the trace ended. */
  readonly freedCycle?: number;
  readonly episodes: readonly Episode[];
}

/** All that the trace tells of one frame. */
export interface Biography {
  /** Physical address. */
  readonly frame: bigint;
  readonly lives: readonly Life[];
}

/** What became of one page of a process: the mappings and faults, whatever frames they brought. */
export interface PageBiography {
  readonly pid: number;
  readonly process: string;
  readonly va: bigint;
  readonly episodes: readonly Episode[];
  /** The frames that were mapped there, each with the lives in which it was. */
  readonly frames: readonly Biography[];
}

/** An event with the kernel entry it belongs to. */
export interface EventInEntry {
  readonly event: FrameEvent;
  readonly entry: Omit<Episode, 'events'> & { readonly span: number };
}

/** Events in order, those of one kernel entry together as long as no other comes between. */
export function episodesOf(rows: readonly EventInEntry[]): Episode[] {
  const episodes: (Episode & { readonly events: FrameEvent[] })[] = [];
  let last: EventInEntry['entry'] | undefined;
  for (const { event, entry } of rows) {
    if (last?.span !== entry.span || last.pid !== entry.pid || last.hart !== entry.hart) {
      const { cycle, hart, pid, process, cause } = entry;
      episodes.push({ cycle, hart, pid, process, cause, events: [] });
    }
    last = entry;
    episodes[episodes.length - 1].events.push(event);
  }
  return episodes;
}

/** Cuts a frame's events where it is taken and where it is freed. */
export function livesOf(rows: readonly EventInEntry[]): Life[] {
  const pieces: EventInEntry[][] = [[]];
  for (const row of rows) {
    if (row.event.what === 'taken') pieces.push([]);
    pieces[pieces.length - 1].push(row);
  }
  return pieces
    .map((piece, number): Life => {
      const freed = piece.findLast(({ event }) => event.what === 'freed');
      return {
        number,
        ...(number > 0 && { takenCycle: piece[0].event.cycle }),
        ...(freed && { freedCycle: freed.event.cycle }),
        episodes: episodesOf(piece),
      };
    })
    .filter(({ episodes }) => episodes.length > 0);
}

/** Whether a life, or the time on the list after it, holds a cycle. */
export function isDuring(life: Life, cycle: number): boolean {
  const { takenCycle: from = 0, freedCycle: to = Infinity } = life;
  return from <= cycle && cycle <= to;
}
