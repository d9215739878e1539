// The host's side of the event ring: appending what devices and the host see, and handing records to the observer.
import { control, type MemoryLayout } from '../memory-layout.js';
import { recordBytes, ringReserve } from './records.js';

/** Takes the records between two byte addresses of `bytes`, in order; it must copy what it keeps. */
export type RecordConsumer = (bytes: DataView, from: number, to: number) => void;

/** Appends like the generated `append`: (kind | size << 16, hart base, pc, a..e). */
type Append = (
  kind: number,
  hart: number,
  pc: bigint,
  a: bigint,
  b: bigint,
  c: bigint,
  d: bigint,
  e: bigint,
) => void;

export class EventRing {
  private readonly view: DataView;
  private readonly next: Int32Array;
  private appendCode: Append | undefined;
  private consumer: RecordConsumer = () => {};

  constructor(
    memory: WebAssembly.Memory,
    private readonly layout: MemoryLayout,
  ) {
    this.view = new DataView(memory.buffer);
    this.next = new Int32Array(memory.buffer, control.ringNext, 1);
    this.next[0] = layout.ring;
  }

  connect(append: Append): void {
    this.appendCode = append;
  }

  /** Who receives records; without one they are dropped. */
  setConsumer(consumer: RecordConsumer): void {
    this.consumer = consumer;
  }

  /** Appends on behalf of the hart that has the turn, at the present cycle. */
  append(
    kind: number,
    size: number,
    pc: bigint,
    a: bigint,
    b: bigint = 0n,
    c: bigint = 0n,
    d: bigint = 0n,
    e: bigint = 0n,
  ): void {
    if (this.next[0] + recordBytes * 2 > this.layout.ring + this.layout.ringBytes) this.drain();
    const hart = this.view.getInt32(control.hart, true) || this.layout.hartBase;
    this.appendCode!(kind | (size << 16), hart, pc, a, b, c, d, e);
  }

  /** Records that are in it at most before it is drained. */
  get capacity(): number {
    return this.layout.ringBytes / recordBytes;
  }

  /** True when the interpreter would leave at once: drain first. */
  get isFull(): boolean {
    return this.next[0] >= this.layout.ring + this.layout.ringBytes - ringReserve * recordBytes;
  }

  /** Hands all records to the consumer and empties the ring. */
  drain(): void {
    const end = this.next[0];
    if (end > this.layout.ring) this.consumer(this.view, this.layout.ring, end);
    this.next[0] = this.layout.ring;
  }
}
