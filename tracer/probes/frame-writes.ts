// Turns the kernel's stores to frames that nobody may write alone into rows, and tells the filling by the free function
// from others: that may be done while the entry that goes is still there.
import type { EventFileWriter } from '../arrow/index.js';
import type { CallSites } from './call-sites.js';
import type { Emitter } from './emitter.js';
import { operand, type RawRecord } from './raw-record.js';

const frameBytes = 4096;

/** What a kernel entry has called the free function for last. */
interface Freeing {
  span: number;
  frame: number;
}

export class FrameWrites {
  private readonly rows: EventFileWriter<'frame_write'> | undefined;
  /** By process: one is in one kernel entry at a time. */
  private readonly freeing = new Map<number, Freeing>();

  constructor(
    private readonly emitter: Emitter,
    private readonly callSites: CallSites,
  ) {
    this.rows = emitter.rows('frame_write');
  }

  /** The free function was entered. */
  freed(record: RawRecord): void {
    if (!this.rows) return;
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
    const isFreeing = last?.frame === frame && last.span === this.emitter.spanOf(record);
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
}

function frameOf(address: number): number {
  return address - (address % frameBytes);
}
