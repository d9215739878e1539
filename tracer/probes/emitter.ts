// The way into the event files: numbers the rows, fills in the common columns, remembers which addresses need lines.
import type { EventFileWriter, EventSink, Word64Column } from '../arrow/index.js';
import type { EventName } from '../schema/index.js';
import { PcTable } from './followers/pc-table.js';
import type { RawRecord } from './raw-record.js';
import type { SpanEndOrigin, Spans } from './followers/spans.js';

/** Where and when something happened that is no record's own. */
export interface RowOrigin {
  readonly cycle: number;
  readonly hart: number;
  readonly pid: number;
  readonly span: number;
  readonly pc: number;
}

const twoTo32 = 2 ** 32;

export class Emitter {
  /** Kernel addresses (from 2^31 on, behind user code and devices) that rows name, for the location rows. */
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
    const { hart, context, pcLow, pcHigh } = record;
    const span = this.spans.current(hart, context);
    rows.beginWords(this.seq++, record.cycleLow, record.cycleHigh, hart, context, span, pcLow, pcHigh);
    if (pcLow < 0 && pcHigh === 0 && this.knownPcs.enter(pcLow, 1) === 0) this.pcs.add(pcLow >>> 0);
  }

  /** The same from values that are no record's own. */
  beginAt(rows: EventFileWriter<EventName>, { cycle, hart, pid, span, pc }: RowOrigin): void {
    rows.begin(this.seq++, cycle, hart, pid, span, pc >>> 0, Math.floor(pc / twoTo32));
  }

  /** Starts the row of a span that ends. */
  beginEnd(rows: EventFileWriter<EventName>, span: number, at: Readonly<SpanEndOrigin>): void {
    const { cycleLow, cycleHigh, hart, pid, pcLow, pcHigh } = at;
    rows.beginWords(this.seq++, cycleLow, cycleHigh, hart, pid, span, pcLow, pcHigh);
  }

  /** Appends a call site, by the halves of its address. */
  appendCallSite(column: Word64Column, low: number, high: number): void {
    if (high !== 0 || (low !== 0 && this.knownCallSites.enter(low, 1) === 0))
      this.callSites.add((low >>> 0) + (high >>> 0) * twoTo32);
    column.append(low, high);
  }
}
