// When kernel entries block: their process gave up the hart of its own accord, to go on later in the same entry. One
// that was interrupted and had to give way was in the middle of something, and is not among them.
import type { EventTables } from '../event-tables.js';
import { halvesOf } from './numbering.js';

const supervisor = 1;

/** By row of context_switch: the span that blocks there, -1 when none does. */
export function blockingSpans(events: EventTables): Int32Array {
  const switches = events.of('context_switch');
  const spans = new Int32Array(switches.rows).fill(-1);
  // Without both ends of an interrupt nobody can say who was interrupted.
  if (!events.isTraced('trap') || !events.isTraced('trap_return')) return spans;
  const [span, from, to, seq] = switches.read(['span', 'from_pid', 'to_pid', 'seq']);
  const resumed = new Map<number, number>();
  for (let row = switches.rows - 1; row >= 0; row--) {
    const left = Number(from.values[row]);
    const entered = Number(to.values[row]);
    if (left !== 0) {
      spans[row] = resumed.get(left) ?? -1;
      resumed.delete(left);
    }
    // Where a process goes on is where it had stopped.
    if (entered !== 0) resumed.set(entered, Number(span.values[row]));
  }
  dropInterrupted(spans, from.values as Int32Array, halvesOf(seq.values), interruptsInKernel(events));
  return spans;
}

interface Steps {
  /** In order. Entered: +1, left: -1. */
  readonly seq: readonly number[];
  readonly pid: readonly number[];
  readonly step: readonly number[];
}

/** Traps out of the kernel, and returns to it, in order. */
function interruptsInKernel(events: EventTables): Steps {
  const steps: { seq: number; pid: number; step: number }[] = [];
  const gather = (kind: 'trap' | 'trap_return', modeName: string, step: number): void => {
    const table = events.of(kind);
    const [seq, pid, mode] = table.read(['seq', 'pid', modeName]);
    const seqs = halvesOf(seq.values);
    for (let row = 0; row < table.rows; row++)
      if (mode.values[row] === supervisor)
        steps.push({ seq: seqs[2 * row], pid: Number(pid.values[row]), step });
  };
  gather('trap', 'from_mode', 1);
  gather('trap_return', 'to_mode', -1);
  steps.sort((left, right) => left.seq - right.seq);
  return {
    seq: steps.map(({ seq }) => seq),
    pid: steps.map(({ pid }) => pid),
    step: steps.map(({ step }) => step),
  };
}

function dropInterrupted(spans: Int32Array, from: Int32Array, seqs: Uint32Array, steps: Steps): void {
  const depth = new Map<number, number>();
  let next = 0;
  for (let row = 0; row < spans.length; row++) {
    for (; next < steps.seq.length && steps.seq[next] < seqs[2 * row]; next++) {
      const pid = steps.pid[next];
      depth.set(pid, Math.max(0, (depth.get(pid) ?? 0) + steps.step[next]));
    }
    if ((depth.get(from[row]) ?? 0) > 0) spans[row] = -1;
  }
}
