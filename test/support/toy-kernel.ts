// A kernel in miniature that causes the events of a copy-on-write kernel, right or with one planted fault. Programs
// have four pages: text 0 (r-x), data 0x1000 (rw-), guard 0x2000 (no user bit), stack 0x3000 (rw-).
import { pte, pteOf, Story, type Entry } from './story.js';

/** Ways to differ from a correct copy-on-write kernel that counts references. */
export interface Manner {
  /** fork copies instead of sharing. */
  readonly eager?: boolean;
  /** No reference counts are seen in memory. */
  readonly uncounted?: boolean;
  /** What the count of a frame with a sole owner is: 0 for further references only, 2 with the kernel's own mapping. */
  readonly soleOwnerCounts?: 0 | 1 | 2;
  /** A sole owner's write fault makes the page writable in place. */
  readonly reuses?: boolean;
  /** The allocator keeps one freed frame in hand beside its list. */
  readonly keepsWarmFrame?: boolean;
  /** The allocator takes frames off its list by the eight and hands them out of a stock, to which they return. */
  readonly keepsStock?: boolean;
  /** A planted fault. */
  readonly fault?:
    | 'parent stays writable'
    | 'fork does not count'
    | 'handler keeps the old frame'
    | 'handler frees the old frame twice'
    | 'handler grants execute'
    | 'handler keeps the mark'
    | 'text becomes writable'
    | 'guard becomes writable'
    | 'unmapping frees shared frames'
    | 'wait keeps the trapframe'
    | 'freewalk keeps the tables'
    | 'sole owner takes a frame'
    | 'handler takes two frames'
    | 'handler forgets the user bit';
}

interface Page {
  frame: number;
  bits: number;
}

/** A process of the toy. */
export interface Process {
  readonly pid: number;
  readonly parent: number;
  name: string;
  root: number;
  tables: number[];
  readonly trapframe: number;
  pages: Map<number, Page>;
}

const user = pte.v | pte.u | pte.r;
const programPages: readonly (readonly [number, number])[] = [
  [0x0000, user | pte.x],
  [0x1000, user | pte.w],
  [0x2000, user | pte.w],
  [0x3000, user | pte.w],
];

/** Frames it boots with. */
export const toyFrames = 64;
/** Frames of a stock, when it is full. */
const stockMost = 8;

/** Causes events in its `story` as processes are forked, write, and exit. */
export class ToyKernel {
  readonly story = new Story();
  private readonly freeList: number[] = [];
  private readonly references = new Map<number, number>();
  private warm: number | undefined;
  private readonly stock: number[] = [];
  private pids = 0;

  constructor(private readonly manner: Manner = {}) {
    const boot = this.story.begin(0, 'scheduler');
    for (let index = 0; index < toyFrames; index++) this.list(boot, 0x80100000 + index * 4096, 'kinit');
  }

  /** The first process, made by boot code and turned into `name` by exec. */
  boot(name: string): Process {
    const boot = this.story.begin(0, 'scheduler');
    const process = this.make(boot, 0, '');
    this.exec(process, name);
    return process;
  }

  fork(parent: Process): Process {
    return this.story.inside(parent.pid, 'fork', (entry) => {
      const child = this.make(entry, parent.pid, parent.name);
      for (const [va, page] of parent.pages) this.share(entry, parent, child, va, page);
      this.processRow(entry, 'fork', child);
      return child;
    });
  }

  exec(process: Process, name: string): void {
    this.story.inside(process.pid, 'exec', (entry) => {
      const old = { ...process };
      Object.assign(process, { name, ...this.makeSpace(entry), pages: new Map() });
      for (const [va, bits] of programPages)
        this.map(entry, process, va, this.kalloc(entry, 'uvmalloc'), bits, 'exec');
      const guard = process.pages.get(0x2000)!;
      this.map(entry, process, 0x2000, guard.frame, guard.bits & ~pte.u, 'uvmclear');
      this.destroySpace(entry, old);
      this.processRow(entry, 'exec', process);
    });
  }

  /** The process stores to a page; there is a fault if it is not writable. */
  store(process: Process, va: number): void {
    const page = process.pages.get(va)!;
    if (page.bits & pte.w) return;
    const at = { cycle: this.story.cycle, pc: this.story.at('user code') };
    const entry = this.story.begin(process.pid, 'page_fault');
    this.handleFault(entry, process, va, page);
    this.story.end(entry);
    const outcome = { access: 'store', va: va + 8, root: process.root, outcome: 'resolved' };
    this.story.emit('page_fault', entry, '', { ...at, ...outcome, end_cycle: this.story.cycle });
  }

  exit(process: Process, status = 0): void {
    this.story.inside(process.pid, 'exit', (entry) => this.processRow(entry, 'exit', process, status));
  }

  wait(parent: Process, child: Process): void {
    this.story.inside(parent.pid, 'wait', (entry) => {
      if (this.manner.fault !== 'wait keeps the trapframe') this.kfree(entry, child.trapframe, 'freeproc');
      this.destroySpace(entry, child);
      this.processRow(entry, 'reap', { ...child, root: 0 });
    });
  }

  get freeFrames(): number {
    return this.freeList.length;
  }

  private make(entry: Entry, parent: number, name: string): Process {
    const trapframe = this.kalloc(entry, 'allocproc');
    return { pid: ++this.pids, parent, name, trapframe, pages: new Map(), ...this.makeSpace(entry) };
  }

  private makeSpace(entry: Entry): { root: number; tables: number[] } {
    const tables = [2, 1, 0].map(() => this.kalloc(entry, 'walk'));
    tables.forEach((table, index) => {
      const row = { action: 'linked', table, root: tables[0], level: 2 - index };
      this.story.emit('page_table', entry, 'walk', row);
    });
    return { root: tables[0], tables };
  }

  private destroySpace(entry: Entry, process: Process): void {
    for (const va of process.pages.keys()) this.unmap(entry, process, va);
    for (const table of process.tables) {
      this.story.emit('page_table', entry, 'freewalk', { action: 'retired', table, root: process.root });
      if (this.manner.fault !== 'freewalk keeps the tables') this.kfree(entry, table, 'freewalk');
    }
  }

  private share(entry: Entry, parent: Process, child: Process, va: number, page: Page): void {
    if (this.manner.eager) {
      this.map(entry, child, va, this.kalloc(entry, 'uvmcopy'), page.bits, 'uvmcopy');
      return;
    }
    const marked = page.bits & pte.w || this.manner.fault === 'text becomes writable';
    const bits = marked ? (page.bits & ~pte.w) | pte.cow : page.bits;
    this.map(entry, child, va, page.frame, bits, 'uvmcopy');
    const keeps = this.manner.fault === 'parent stays writable' && va === 0x1000;
    if (bits !== page.bits && !keeps) this.map(entry, parent, va, page.frame, bits, 'uvmcopy');
    if (this.manner.fault !== 'fork does not count') this.count(entry, page.frame, 1, 'incref');
  }

  private handleFault(entry: Entry, process: Process, va: number, page: Page): void {
    const { fault } = this.manner;
    if (!(page.bits & pte.cow)) throw new Error('the toy has no such fault');
    let bits = (page.bits & ~pte.cow) | pte.w;
    if (fault === 'handler grants execute') bits |= pte.x;
    if (fault === 'handler keeps the mark') bits |= pte.cow;
    if (fault === 'guard becomes writable') bits |= pte.u;
    if (fault === 'handler forgets the user bit') bits &= ~pte.u;
    const old = page.frame;
    if (this.manner.reuses && this.references.get(old) === 1) {
      this.map(entry, process, va, old, bits, 'cowfault');
      return;
    }
    const sole = this.references.get(old) === 1;
    if (fault === 'handler takes two frames') this.kalloc(entry, 'cowfault');
    this.map(entry, process, va, this.kalloc(entry, 'cowfault'), bits, 'cowfault');
    if (fault === 'handler keeps the old frame' || (fault === 'sole owner takes a frame' && sole)) return;
    this.kfree(entry, old, 'cowfault');
    if (fault === 'handler frees the old frame twice') this.kfree(entry, old, 'cowfault');
  }

  private map(entry: Entry, process: Process, va: number, frame: number, bits: number, caller: string): void {
    this.write(entry, process, va, pteOf(frame, bits), caller);
    process.pages.set(va, { frame, bits });
  }

  private unmap(entry: Entry, process: Process, va: number): void {
    const { frame } = process.pages.get(va)!;
    this.write(entry, process, va, 0n, 'uvmunmap');
    process.pages.delete(va);
    if (this.manner.fault === 'unmapping frees shared frames' && !this.freeList.includes(frame)) {
      this.list(entry, frame, 'kfree');
    } else {
      this.kfree(entry, frame, 'uvmunmap');
    }
  }

  private write(entry: Entry, process: Process, va: number, after: bigint, caller: string): void {
    const page = process.pages.get(va);
    this.story.emit('pte_write', entry, 'mappages', {
      entry: process.tables[2] + (va >> 12) * 8,
      root: process.root,
      level: 0,
      va,
      before: page ? pteOf(page.frame, page.bits) : 0n,
      after,
      call_site: this.story.at(caller),
    });
  }

  private kalloc(entry: Entry, caller: string): number {
    const call_site = this.story.at(caller);
    let frame = this.warm;
    this.warm = undefined;
    if (this.manner.keepsStock) {
      while (this.stock.length < stockMost / 2) this.stock.push(this.unlist(entry, call_site));
      frame = this.stock.pop()!;
    }
    frame ??= this.unlist(entry, call_site);
    this.count(entry, frame, 1, 'kalloc');
    this.story.emit('kalloc', entry, 'kalloc', { frame, call_site });
    return frame;
  }

  private unlist(entry: Entry, call_site: number): number {
    const frame = this.freeList.pop()!;
    this.story.emit('frame_alloc', entry, 'kalloc', { frame, free_frames: this.freeFrames, call_site });
    return frame;
  }

  private kfree(entry: Entry, frame: number, caller: string): void {
    this.story.emit('kfree', entry, 'kfree', { frame, call_site: this.story.at(caller) });
    this.count(entry, frame, -1, 'kfree');
    if (this.references.get(frame)! > 0) return;
    if (this.manner.keepsWarmFrame && this.warm === undefined) this.warm = frame;
    else if (this.manner.keepsStock && this.stock.length < stockMost) this.stock.push(frame);
    else this.list(entry, frame, 'kfree');
  }

  private list(entry: Entry, frame: number, where: string): void {
    const already_free = this.freeList.includes(frame) ? 1 : 0;
    this.freeList.push(frame);
    this.references.set(frame, Math.max(0, this.references.get(frame) ?? 0));
    this.story.emit('frame_free', entry, where, { frame, free_frames: this.freeFrames, already_free });
  }

  private count(entry: Entry, frame: number, change: number, where: string): void {
    const before = this.references.get(frame) ?? 0;
    const after = before + change;
    this.references.set(frame, after);
    const { soleOwnerCounts = 1 } = this.manner;
    const shown = [before, after].map((references) => Math.max(0, references + soleOwnerCounts - 1));
    if (this.manner.uncounted || this.manner.eager || shown[0] === shown[1]) return;
    this.story.emit('refcount_change', entry, where, { frame, before: shown[0], after: shown[1] });
  }

  private processRow(entry: Entry, action: string, about: Process, status?: number): void {
    const { pid: subject, parent, root, name } = about;
    const row = { action, subject, parent, root, name, status: status ?? null };
    this.story.emit('process', entry, action, row);
  }
}

/** A shell runs the program `test`, which forks a child; both write to their data, the parent twice. */
export function toyRun(manner: Manner = {}): ToyKernel {
  const kernel = new ToyKernel(manner);
  const init = kernel.boot('init');
  const shell = kernel.fork(init);
  kernel.exec(shell, 'sh');
  const program = kernel.fork(shell);
  kernel.exec(program, 'test');
  for (let round = 0; round < 2; round++) {
    const child = kernel.fork(program);
    kernel.store(program, 0x1000);
    kernel.store(child, 0x3000);
    kernel.store(child, 0x1000);
    if (manner.fault === 'text becomes writable') kernel.store(child, 0x0000);
    if (manner.fault === 'guard becomes writable') kernel.store(child, 0x2000);
    kernel.exit(child);
    kernel.wait(program, child);
    kernel.store(program, 0x3000);
  }
  kernel.exit(program);
  kernel.wait(shell, program);
  kernel.store(shell, 0x3000);
  return kernel;
}
