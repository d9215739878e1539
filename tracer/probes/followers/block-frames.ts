// Follows the frames of a kernel whose allocator takes them from one of blocks: which are out, by the calls that take
// and give blocks. How many are free nobody counts: a block may be divided, and what it was joined to is not seen.
import type { EventFileWriter } from '../../arrow/index.js';
import { otherLock } from '../../../emulator/ring/records.js';
import type { BlockAllocatorFacts, CodeSpan } from '../discovery/block-allocator.js';
import type { Emitter } from '../emitter.js';
import { operand, type RawRecord } from '../raw-record.js';
import { FrameSet } from './frame-set.js';

const frameBytes = 4096;
/** No frame lies below. */
const ramBase = 2 ** 31;
/** A call that leaves a return address is so long. */
const callBytes = 4;

/** Who called the kernel's allocator or free function, by the kernel entry that it belongs to. */
type Callers = Map<number, readonly [low: number, high: number]>;

export class BlockFrames {
  private readonly out = new FrameSet(ramBase);
  private readonly free = new FrameSet(ramBase);
  private readonly allocRows: EventFileWriter<'frame_alloc'> | undefined;
  private readonly freeRows: EventFileWriter<'frame_free'> | undefined;
  private readonly allocating: Callers = new Map();
  private readonly freeing: Callers = new Map();
  /** User mappings of the frame that a hart's next block is. */
  private readonly mappings = new Map<number, number>();

  constructor(
    private readonly facts: BlockAllocatorFacts,
    private readonly emitter: Emitter,
  ) {
    this.allocRows = emitter.rows('frame_alloc');
    this.freeRows = emitter.rows('frame_free');
  }

  /** The kernel's allocator was entered, its caller in `a`. */
  allocatorEntered(record: RawRecord): void {
    this.allocating.set(this.emitter.spanOf(record), [record.low(operand.a), record.high(operand.a)]);
  }

  /** The kernel's free function was entered, its caller in `b`. */
  freerEntered(record: RawRecord): void {
    this.freeing.set(this.emitter.spanOf(record), [record.low(operand.b), record.high(operand.b)]);
  }

  /** The block that is taken next is a frame that users map, so many times. */
  isMapped(record: RawRecord): void {
    this.mappings.set(record.hart, record.low(operand.a));
  }

  /** A block is taken: its address in `a`, for whom in `b`. */
  taken(record: RawRecord): void {
    const frame = record.number(operand.a);
    const mappings = this.mappings.get(record.hart) ?? 0;
    this.mappings.delete(record.hart);
    if (frame === 0 || frame % frameBytes !== 0) return;
    this.free.delete(frame);
    const at = record.number(operand.b) - callBytes;
    if (!isIn(this.facts.allocator, at)) return;
    this.out.add(frame);
    const row = this.allocRows;
    if (!row) return;
    this.write(row, record, at, frame, this.allocating);
    row.columns.mappings.append(mappings);
  }

  /** A block is given back: its address in `a`, by whom in `b`. Of a block that is no frame nothing is told. */
  given(record: RawRecord): void {
    const frame = record.number(operand.a);
    const at = record.number(operand.b) - callBytes;
    if (frame % frameBytes !== 0 || !(isIn(this.facts.freer, at) || this.out.has(frame))) return;
    const already = this.free.has(frame);
    this.free.add(frame);
    this.out.delete(frame);
    const row = this.freeRows;
    if (!row) return;
    this.write(row, record, at, frame, this.freeing);
    row.columns.already_free.append(already ? 1 : 0);
  }

  /** What rows of both kinds tell: the call in the kernel's own function, and who had called that. */
  private write(
    row: EventFileWriter<'frame_alloc' | 'frame_free'>,
    record: RawRecord,
    pc: number,
    frame: number,
    callers: Callers,
  ): void {
    const { columns } = row;
    const span = this.emitter.spanOf(record);
    this.emitter.beginAt(row, { cycle: record.cycle, hart: record.hart, pid: record.context, span, pc });
    this.emitter.pcs.add(pc);
    columns.frame.appendNumber(frame);
    columns.free_frames.append(0);
    this.emitter.appendCallSite(columns.call_site, ...(callers.get(span) ?? ([0, 0] as const)));
    columns.locks.append(otherLock);
    callers.delete(span);
  }
}

function isIn({ low, high }: CodeSpan, address: number): boolean {
  return address >= low && address < high;
}
