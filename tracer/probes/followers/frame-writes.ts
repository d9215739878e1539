// Turns the kernel's stores to frames that nobody may write alone, and to free ones, into rows, and tells the filling
// by the free function from others: that may be done while the entry that goes is still there.
import type { EventFileWriter } from '../../arrow/index.js';
import type { CallGraph } from '../discovery/call-graph.js';
import type { CallSites } from './call-sites.js';
import type { Emitter } from '../emitter.js';
import { operand, type RawRecord } from '../raw-record.js';

const frameBytes = 4096;

/** What a kernel entry has called the free function for last. */
interface Freeing {
  span: number;
  frame: number;
}

export class FrameWrites {
  private readonly rows: EventFileWriter<'frame_write'> | undefined;
  private readonly freeRows: EventFileWriter<'free_frame_write'> | undefined;
  /** By process: one is in one kernel entry at a time. */
  private readonly freeing = new Map<number, Freeing>();
  /** Entry of the free function. */
  private freePc = 0;

  constructor(
    private readonly emitter: Emitter,
    private readonly callSites: CallSites,
    private readonly calls: CallGraph,
  ) {
    this.rows = emitter.rows('frame_write');
    this.freeRows = emitter.rows('free_frame_write');
  }

  /** The free function was entered. */
  freed(record: RawRecord): void {
    if (!this.rows) return;
    this.freePc = record.pc;
    const span = this.emitter.spanOf(record);
    const frame = frameOf(record.number(operand.a));
    const known = this.freeing.get(record.context);
    if (!known) this.freeing.set(record.context, { span, frame });
    else {
      known.span = span;
      known.frame = frame;
    }
  }

  stored(record: RawRecord): void {
    const { rows } = this;
    if (!rows) return;
    const address = record.number(operand.a);
    const frame = frameOf(address);
    const last = this.freeing.get(record.context);
    const isFreeing =
      last?.frame === frame && last.span === this.emitter.spanOf(record) && !this.hasReturned(record);
    const counts = record.low(operand.b);
    const mappings = counts & 0xffff;
    this.emitter.begin(rows, record);
    rows.columns.frame.appendNumber(frame);
    rows.columns.address.appendNumber(address);
    rows.columns.mappings.append(mappings);
    rows.columns.writable_mappings.append(counts >>> 16);
    rows.columns.freeing.append(isFreeing ? 1 : 0);
    this.callSites.appendOfStore(rows.columns.call_site, record);
  }

  /** The store is of a function, or of what it calls, that itself leads to the free function: which is done by then. */
  private hasReturned(record: RawRecord): boolean {
    const { calls, freePc } = this;
    const places = [record.pc, this.callSites.lowOfStore(record)].map((place) => calls.functionAt(place));
    if (places.includes(freePc)) return false;
    return places.some((entry) => entry !== undefined && calls.leads(entry, freePc));
  }

  /** A store to a frame on the free list. */
  storedToFree(record: RawRecord): void {
    const rows = this.freeRows;
    if (!rows) return;
    const address = record.number(operand.a);
    this.emitter.begin(rows, record);
    rows.columns.frame.appendNumber(frameOf(address));
    rows.columns.address.appendNumber(address);
    this.callSites.appendOfStore(rows.columns.call_site, record);
  }
}

function frameOf(address: number): number {
  return address - (address % frameBytes);
}
