// From "ticks", "0x80021000+16" or "frame:0x87f6a000" to the memory it asks for.
import { UsageError } from '../../../errors.js';
import { didYouMean, hex } from '../../../text/index.js';
import { findMember, type DebugInfo } from '../../symbols/index.js';
import type { WatchQuestion } from './question.js';

const frameBytes = 4096;
const wordBytes = 8;
const bytesMaximum = 1 << 20;

/** Where RAM is: [start, end). */
export interface RamRange {
  readonly start: number;
  readonly end: number;
}

/**
 * Reads SYMBOL[.MEMBER], ADDR[+LEN] or frame:PA. A page-table entry by process and page is `watchEntries`' business.
 *
 * @throws UsageError for what is no memory of the machine
 */
export function parseWatch(text: string, debug: DebugInfo, ram: RamRange): WatchQuestion {
  const frame = /^frame:(0x[\da-f]{1,12}|\d{1,15})$/i.exec(text);
  if (frame) {
    const address = Math.floor(Number(frame[1]) / frameBytes) * frameBytes;
    return inRam({ name: text, address, bytes: frameBytes }, ram);
  }
  const plain = /^(0x[\da-f]{1,12}|\d{1,15})(?:\+(0x[\da-f]{1,8}|\d{1,8}))?$/i.exec(text);
  if (plain)
    return inRam({ name: text, address: Number(plain[1]), bytes: Number(plain[2] ?? wordBytes) }, ram);
  return inRam(variableOf(text, debug), ram);
}

function variableOf(text: string, debug: DebugInfo): WatchQuestion {
  const [name, ...members] = text.split('.');
  const variable = debug.variable(name);
  const symbol = variable ?? debug.symbols.variable(name);
  if (symbol === undefined) {
    const names = debug.variables.map((one) => one.name);
    const hint = didYouMean(name, names) || '; give SYMBOL, ADDR+LEN, frame:PA or pte:PID:VA';
    throw new UsageError(`the kernel has no variable '${name}' to watch${hint}`);
  }
  let [address, bytes, type] = [Number(symbol.address), symbol.size, variable?.type];
  for (const member of members) {
    const found = type && findMember(type, member);
    if (!found) throw new UsageError(`${text} cannot be watched: there is no member ${member}`);
    [address, bytes, type] = [address + found.offset, found.size, found.type];
  }
  return { name: text, address, bytes: Math.max(bytes, 1) };
}

function inRam(watch: WatchQuestion, { start, end }: RamRange): WatchQuestion {
  const { name, address, bytes } = watch;
  const range = `${hex(start)} to ${hex(end)}`;
  if (address < start || address + bytes > end || bytes < 1)
    throw new UsageError(`${name} cannot be watched: it is not in the machine's memory, ${range}`);
  if (bytes > bytesMaximum)
    throw new UsageError(
      `${name} cannot be watched: it has ${bytes} bytes, and ${bytesMaximum} is the most at once`,
    );
  return watch;
}
