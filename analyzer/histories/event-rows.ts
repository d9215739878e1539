// The rows of the event kinds that the pass goes through, each kind a row at a time, in whatever batches they come.
import { UsageError } from '../../errors.js';
import type { BatchColumn, EventBatch } from '../../tracer/arrow/batch.js';
import { halvesOf, pageOf } from './numbering.js';
import { resultCall, type ResultCalls } from './result-calls.js';

/** More events than fit a trace; larger numbers come from damage. */
const seqMost = 2 ** 30;

/** The seq of a kind whose further rows are not there. */
export const noRow = 0x7fff_ffff;

type Columns = Readonly<Record<string, BatchColumn>>;

/** Takes the columns of a batch that one kind alone has. */
export interface OwnColumns {
  bind(columns: Columns): void;
}

/** Where the pass is in one kind. The present row is element `at` of the columns of the present batch. */
export class RowCursor {
  /** Number of the present row among all of its kind. */
  row = -1;
  /** Its seq, or `noRow`. */
  seq = noRow;
  at = -1;
  /** What is in every kind: the kernel entry and the process. */
  span: Uint32Array = new Uint32Array();
  pid: Int32Array = new Int32Array();
  private rows = 0;
  private seqs: Uint32Array = new Uint32Array();

  /** @param fetch the kind's next batch, undefined while there is none */
  constructor(
    private readonly own: OwnColumns,
    private readonly fetch: () => EventBatch | undefined,
  ) {}

  /** Goes to the next row, or to none. */
  advance(): void {
    if (this.at + 1 < this.rows) this.at++;
    else if (!this.nextBatch()) {
      this.seq = noRow;
      return;
    }
    this.row++;
    this.seq = this.seqs[2 * this.at] | 0;
  }

  private nextBatch(): boolean {
    let batch = this.fetch();
    while (batch?.rows === 0) batch = this.fetch();
    if (batch === undefined) return false;
    const { columns, rows } = batch;
    this.rows = rows;
    this.at = 0;
    this.seqs = halvesOf(columns['seq'].values);
    const seq = this.seqs[2 * rows - 1] * 2 ** 32 + this.seqs[2 * rows - 2];
    if (seq >= seqMost) throw new UsageError(`The trace numbers an event ${seq}: it is damaged.`, 65);
    this.span = columns['span'].values as Uint32Array;
    this.pid = columns['pid'].values as Int32Array;
    this.own.bind(columns);
    return true;
  }
}

/** Of kinds that name a frame. Halves of 64-bit columns here and below: the low one of element `at` is `2 * at`. */
export class FrameColumns implements OwnColumns {
  frame: Uint32Array = new Uint32Array();

  bind(columns: Columns): void {
    this.frame = halvesOf(columns['frame'].values);
  }

  /** Number of the page with the frame's address. */
  page(at: number): number {
    return pageOf(this.frame[2 * at], this.frame[2 * at + 1]);
  }
}

/** Of frames that the allocator hands out and gets. */
export class MoveColumns extends FrameColumns {
  private cycle: Uint32Array = new Uint32Array();

  override bind(columns: Columns): void {
    super.bind(columns);
    this.cycle = halvesOf(columns['cycle'].values);
  }

  cycleAt(at: number): number {
    return unsigned(this.cycle, at);
  }
}

/** Of changes of reference counts. */
export class CountColumns implements OwnColumns {
  frame: Uint32Array = new Uint32Array();
  locks: Uint32Array = new Uint32Array();
  private before: Uint32Array = new Uint32Array();
  private after: Uint32Array = new Uint32Array();

  bind(columns: Columns): void {
    this.frame = halvesOf(columns['frame'].values);
    this.before = halvesOf(columns['before'].values);
    this.after = halvesOf(columns['after'].values);
    this.locks = columns['locks'].values as Uint32Array;
  }

  /** The count before a row. Beyond 2^53 the last digits are lost, as after it. */
  countBefore(at: number): number {
    return signed(this.before, at);
  }

  countAfter(at: number): number {
    return signed(this.after, at);
  }
}

function signed(halves: Uint32Array, at: number): number {
  return (halves[2 * at + 1] | 0) * 2 ** 32 + halves[2 * at];
}

function unsigned(halves: Uint32Array, at: number): number {
  return halves[2 * at + 1] * 2 ** 32 + halves[2 * at];
}

/** Of system calls. */
export class CallColumns implements OwnColumns {
  number: Uint32Array = new Uint32Array();
  private phase: Int32Array = new Int32Array();
  private entering = -1;
  private result: Uint32Array = new Uint32Array();
  private first: Uint32Array = new Uint32Array();
  private second: Uint32Array = new Uint32Array();

  bind(columns: Columns): void {
    const { values, dictionary } = columns['phase'];
    this.phase = values as Int32Array;
    this.entering = dictionary!.indexOf('enter');
    this.number = columns['number'].values as Uint32Array;
    this.result = halvesOf(columns['result'].values);
    this.first = halvesOf(columns['argument0'].values);
    this.second = halvesOf(columns['argument1'].values);
  }

  isEntering(at: number): boolean {
    return this.phase[at] === this.entering;
  }

  /** What a call returns; beyond 2^53 the last digits are lost. */
  resultAt(at: number): number {
    return signed(this.result, at);
  }

  /** Says of a call that returns what it was asked and what came of it. */
  copy(at: number, { of }: ResultCalls, row: number): void {
    const number = this.number[at];
    of.number[row] = number;
    of.result[row] = this.resultAt(at);
    of.argument0[row] = unsigned(this.first, at);
    const isSecond = number === resultCall.read || number === resultCall.fstat;
    of.address[row] = unsigned(isSecond ? this.second : this.first, at);
  }
}

/** Of stores to page-table entries. */
export class StoreColumns implements OwnColumns {
  level: Uint8Array = new Uint8Array();
  entry: Uint32Array = new Uint32Array();
  root: Uint32Array = new Uint32Array();
  va: Uint32Array = new Uint32Array();
  before: Uint32Array = new Uint32Array();
  after: Uint32Array = new Uint32Array();

  bind(columns: Columns): void {
    this.level = columns['level'].values as Uint8Array;
    this.entry = halvesOf(columns['entry'].values);
    this.root = halvesOf(columns['root'].values);
    this.va = halvesOf(columns['va'].values);
    this.before = halvesOf(columns['before'].values);
    this.after = halvesOf(columns['after'].values);
  }
}

/** Of page tables that begin and cease to be. */
export class TableColumns implements OwnColumns {
  table: Uint32Array = new Uint32Array();
  private action: Int32Array = new Int32Array();
  private retired = -1;

  bind(columns: Columns): void {
    const { values, dictionary } = columns['action'];
    this.action = values as Int32Array;
    this.retired = dictionary!.indexOf('retired');
    this.table = halvesOf(columns['table'].values);
  }

  /** Whether a row is the beginning of a table's freeing. */
  retires(at: number): boolean {
    return this.action[at] === this.retired;
  }
}

/** Of ends of kernel entries. */
export class SpanColumns implements OwnColumns {
  id: Uint32Array = new Uint32Array();
  private finished: Uint8Array = new Uint8Array();
  private causes: Int32Array = new Int32Array();
  private dictionary: readonly string[] = [];

  bind(columns: Columns): void {
    this.id = columns['id'].values as Uint32Array;
    this.finished = columns['finished'].values as Uint8Array;
    this.causes = columns['cause'].values as Int32Array;
    this.dictionary = columns['cause'].dictionary!;
  }

  isFinished(at: number): boolean {
    return this.finished[at] === 1;
  }

  cause(at: number): string {
    return this.dictionary[this.causes[at]];
  }
}

/** Of context switches: who ran before, and who does afterwards. */
export class SwitchColumns implements OwnColumns {
  from: Int32Array = new Int32Array();
  to: Int32Array = new Int32Array();

  bind(columns: Columns): void {
    this.from = columns['from_pid'].values as Int32Array;
    this.to = columns['to_pid'].values as Int32Array;
  }
}

/** Of traps and returns: the mode left by a trap, the mode entered by a return. */
export class ModeColumns implements OwnColumns {
  mode: Uint8Array = new Uint8Array();

  constructor(private readonly name: 'from_mode' | 'to_mode') {}

  bind(columns: Columns): void {
    this.mode = columns[this.name].values as Uint8Array;
  }
}
