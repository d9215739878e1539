// The way into the event files: numbers the rows, fills in the common columns, remembers which addresses need lines.
import type { EventFileWriter, EventSink } from '../arrow/index.js';
import type { EventName } from '../schema/index.js';
import { PcTable } from './pc-table.js';
import type { RawRecord } from './raw-record.js';
import type { Spans } from './spans.js';

/** Where and when something happened that is no record's own. */
export interface RowOrigin {
  readonly cycle: number;
  readonly hart: number;
  readonly pid: number;
  readonly span: number;
  readonly pc: number;
}

/** Translated pcs of the kernel: above the first gigabytes, where user code and devices are. */
const kernelStart = 0x8000_0000;

export class Emitter {
  /** Kernel addresses that rows name, for the location rows. */
  readonly pcs = new Set<number>();
  readonly callSites = new Set<number>();
  private readonly knownPcs = new PcTable();
  private readonly knownCallSites = new PcTable();
  private seq = 0;

  constructor(
    private readonly sink: EventSink,
    private readonly spans: Spans,
  ) {}

  /** The rows of a kind, to be handed to `begin` for each of them; undefined when the kind is not wanted. */
  rows<N extends EventName>(kind: N): EventFileWriter<N> | undefined {
    return this.sink.writer(kind);
  }

  /** The kernel entry that the record belongs to. */
  spanOf(record: RawRecord): number {
    return this.spans.current(record.hart, record.context);
  }

  /** Starts a row of what the record tells; its own columns are the caller's. */
  begin(rows: EventFileWriter<EventName>, record: RawRecord): void {
    const { pcLow, pcHigh } = record;
    const span = this.spans.current(record.hart, record.context);
    rows.begin(this.seq++, record.cycle, record.hart, record.context, span, pcLow, pcHigh);
    if (pcLow >= kernelStart && pcHigh === 0 && this.knownPcs.enter(pcLow, 1) === 0) this.pcs.add(pcLow);
  }

  /** The same from values that are no record's own. */
  beginAt(rows: EventFileWriter<EventName>, at: RowOrigin): void {
    this.beginIn(rows, at, at.span);
  }

  /** The same, in a span of its own. */
  beginIn(rows: EventFileWriter<EventName>, at: Omit<RowOrigin, 'span'>, span: number): void {
    rows.begin(this.seq++, at.cycle, at.hart, at.pid, span, at.pc >>> 0, Math.floor(at.pc / 2 ** 32));
  }

  /** A call site that a row names. */
  callSite(address: number): number {
    if (address !== 0 && this.knownCallSites.enter(address, 1) === 0) this.callSites.add(address);
    return address;
  }
}
