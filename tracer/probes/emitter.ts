// The way into the event files: numbers the rows, fills in the common columns, remembers which addresses need lines.
import type { EventFileWriter, EventSink } from '../arrow/index.js';
import type { EventName } from '../schema/index.js';
import type { RawRecord } from './raw-record.js';
import type { Spans } from './spans.js';

export class Emitter {
  /** Kernel addresses that rows name, for the location rows. */
  readonly pcs = new Set<number>();
  readonly callSites = new Set<number>();
  private seq = 0;

  constructor(
    private readonly sink: EventSink,
    private readonly spans: Spans,
  ) {}

  /** The kernel entry that the record belongs to. */
  spanOf(record: RawRecord): number {
    return this.spans.current(record.hart, record.context);
  }

  /** Starts a row about what the record tells; the caller appends the kind's own columns. Undefined: not wanted. */
  begin<N extends EventName>(kind: N, record: RawRecord): EventFileWriter<N> | undefined {
    const writer = this.sink.writer(kind);
    if (!writer) return undefined;
    const span = this.spans.current(record.hart, record.context);
    writer.begin(this.seq++, record.cycle, record.hart, record.context, span, record.pcLow, record.pcHigh);
    if (record.pcLow >= 0x80000000 && record.pcHigh === 0) this.pcs.add(record.pcLow);
    return writer;
  }

  /** The same from values that are no record's own. */
  beginAt<N extends EventName>(
    kind: N,
    at: { cycle: number; hart: number; pid: number; span: number; pc: number },
  ): EventFileWriter<N> | undefined {
    const writer = this.sink.writer(kind);
    if (!writer) return undefined;
    writer.begin(this.seq++, at.cycle, at.hart, at.pid, at.span, at.pc >>> 0, Math.floor(at.pc / 2 ** 32));
    return writer;
  }

  /** A call site that a row names. */
  callSite(address: number): number {
    if (address !== 0) this.callSites.add(address);
    return address;
  }
}
