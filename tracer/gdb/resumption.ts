// The packets that make the machine run: what each hart is to do, and in which direction.
import { countOfHex, ProtocolError, wordOfHex } from './hexadecimal.js';

/** Addresses a hart is to step through: [low, high). */
export interface StepRange {
  readonly low: bigint;
  readonly high: bigint;
}

/** What the client asks for. */
export interface Resumption {
  readonly direction: 'forward' | 'backward';
  /** Harts that are to make a step, or steps as long as they stay in a range; the first to be done stops all. */
  readonly steps: ReadonlyMap<number, StepRange | undefined>;
  /**
   * Harts whose breakpoints and watchpoints count. The others run as well, since the recording says who runs when:
   * they just do not stop anybody.
   */
  readonly heeded: ReadonlySet<number>;
}

const everyHart = (harts: number): Set<number> => new Set(Array.from({ length: harts }, (_, hart) => hart));

/**
 * What a packet asks for: vCont;…, s, c, S, C, bs, bc. `hart` is the one that s and bs mean. Undefined for any other
 * packet. Signals are ignored: there is nobody to take them.
 */
export function resumptionOf(packet: string, harts: number, hart: number): Resumption | undefined {
  const heeded = everyHart(harts);
  const one = new Map([[hart, undefined]]);
  const none = new Map<number, undefined>();
  if (packet === 'bc') return { direction: 'backward', steps: none, heeded };
  if (packet === 'bs') return { direction: 'backward', steps: one, heeded };
  if (/^(c|C[0-9a-f]{2})$/i.test(packet)) return { direction: 'forward', steps: none, heeded };
  if (/^(s|S[0-9a-f]{2})$/i.test(packet)) return { direction: 'forward', steps: one, heeded };
  if (/^[cCsS]/.test(packet)) throw new ProtocolError('a replay goes on where it is, not at another address');
  return packet.startsWith('vCont;') ? ofActions(packet.slice('vCont;'.length), harts) : undefined;
}

/** ACTION[:THREAD];…: the leftmost action that names a thread, or none and so all, is that thread's. */
function ofActions(text: string, harts: number): Resumption {
  const steps = new Map<number, StepRange | undefined>();
  const heeded = new Set<number>();
  for (const item of text.split(';')) {
    const [action, thread] = item.split(':');
    const all = thread === undefined || thread === '-1' || thread === '0';
    const named = all ? everyHart(harts) : [countOfHex(thread) - 1];
    for (const hart of named) {
      if (heeded.has(hart) || hart >= harts) continue;
      heeded.add(hart);
      const range = rangeOf(action);
      if (range !== 'continue') steps.set(hart, range);
    }
  }
  return { direction: 'forward', steps, heeded };
}

function rangeOf(action: string): StepRange | undefined | 'continue' {
  if (/^(c|C[0-9a-f]{2})$/i.test(action)) return 'continue';
  if (/^(s|S[0-9a-f]{2})$/i.test(action)) return undefined;
  const [low, high, ...rest] = action.slice(1).split(',');
  if (action[0] !== 'r' || high === undefined || rest.length > 0)
    throw new ProtocolError(`the action ${action} is not one of c, s and r`);
  return { low: wordOfHex(low), high: wordOfHex(high) };
}
