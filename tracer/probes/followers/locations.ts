// The source lines of all addresses that rows name, one row each, written when the trace ends.
import type { EventFileWriter } from '../../arrow/index.js';
import type { DebugInfo } from '../../symbols/index.js';
import type { Emitter } from '../emitter.js';

export function writeLocations(emitter: Emitter, debug: DebugInfo, cycle: number): void {
  const rows = emitter.rows('location');
  if (!rows) return;
  // A call site is a return address: the line is that of the call before it.
  for (const pc of emitter.pcs) writeLocation(emitter, rows, debug, cycle, pc, pc);
  for (const site of emitter.callSites)
    if (!emitter.pcs.has(site)) writeLocation(emitter, rows, debug, cycle, site, site - 1);
}

function writeLocation(
  emitter: Emitter,
  rows: EventFileWriter<'location'>,
  debug: DebugInfo,
  cycle: number,
  address: number,
  lookUp: number,
): void {
  emitter.beginAt(rows, { cycle, hart: 0, pid: 0, span: 0, pc: address });
  const location = debug.locationOf(BigInt(lookUp));
  const callers = location?.inlinedBy.map((frame) => ` < ${frame.function}`) ?? [];
  rows.columns.address.appendNumber(address);
  rows.columns.function.append(location ? location.function + callers.join('') : '');
  rows.columns.file.append(location?.file ?? '');
  rows.columns.line.append(location?.line ?? 0);
}
