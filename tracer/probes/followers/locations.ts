// The source lines of all addresses that rows name, one row each, written when the trace ends; also of functions that
// rules suspect where no row can name them.
import type { EventFileWriter } from '../../arrow/index.js';
import type { DebugInfo } from '../../symbols/index.js';
import { functionNamed } from '../discovery/roles.js';
import type { Emitter } from '../emitter.js';

/** What a function that refuses does is no event: of it there is nothing to see but that it is there. */
const suspectedUnseen = ['copyout'];

export function writeLocations(emitter: Emitter, debug: DebugInfo, cycle: number): void {
  const rows = emitter.rows('location');
  if (!rows) return;
  // A call site is a return address: the line is that of the call before it.
  for (const pc of emitter.pcs) writeLocation(emitter, rows, debug, cycle, pc, pc);
  for (const site of emitter.callSites)
    if (!emitter.pcs.has(site)) writeLocation(emitter, rows, debug, cycle, site, site - 1);
  for (const name of suspectedUnseen) {
    const entry = functionNamed(debug, name)?.entry;
    if (entry === undefined || emitter.pcs.has(entry) || emitter.callSites.has(entry)) continue;
    writeLocation(emitter, rows, debug, cycle, entry, entry);
  }
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
