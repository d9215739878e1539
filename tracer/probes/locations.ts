// The source lines of all addresses that rows name, one row each, written when the trace ends.
import type { DebugInfo } from '../symbols/index.js';
import type { Emitter } from './emitter.js';

export function writeLocations(emitter: Emitter, debug: DebugInfo, cycle: number): void {
  // A call site is a return address: the line is that of the call before it.
  for (const pc of emitter.pcs) writeLocation(emitter, debug, cycle, pc, pc);
  for (const site of emitter.callSites)
    if (!emitter.pcs.has(site)) writeLocation(emitter, debug, cycle, site, site - 1);
}

function writeLocation(
  emitter: Emitter,
  debug: DebugInfo,
  cycle: number,
  address: number,
  lookUp: number,
): void {
  const row = emitter.beginAt('location', { cycle, hart: 0, pid: 0, span: 0, pc: address });
  if (!row) return;
  const location = debug.locationOf(BigInt(lookUp));
  const callers = location?.inlinedBy.map((frame) => ` < ${frame.function}`) ?? [];
  row.columns.address.appendNumber(address);
  row.columns.function.append(location ? location.function + callers.join('') : '');
  row.columns.file.append(location?.file ?? '');
  row.columns.line.append(location?.line ?? 0);
}
