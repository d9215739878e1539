// Steps put into blocks, and these into an order in which all branches lead forward but those that close a loop.
import { blockInstructionsMaximum } from '../routine-convention.js';
import type { Flow } from './flow.js';
import { endsLine, type Place, type Step } from './steps.js';
import type { WindowPage } from './window-code.js';

/** Instructions that are executed one after the other, but for branches out of their midst. */
export interface Block {
  readonly page: WindowPage;
  readonly place: Place;
  /** Bytes from the window's base. */
  readonly offset: number;
  readonly instructions: readonly Step[];
  /** Number by which the block is entered from outside or by a branch back, 0 at the start; if it is at all. */
  readonly entry: number | undefined;
}

/** The blocks of a flow; and whether any branch leads back. */
export function blocksOf(flow: Flow): { readonly blocks: Block[]; readonly hasLoop: boolean } {
  const runs = inOrder(flow);
  const order = new Map(runs.map(([first], index) => [first.place, index]));
  const entries = new Set([...flow.entries].filter((place) => order.has(place)));
  let hasLoop = false;
  runs.forEach((run, index) => {
    for (const place of successors(run)) {
      if ((order.get(place) ?? Infinity) > index) continue;
      entries.add(place);
      hasLoop = true;
    }
  });
  entries.delete(flow.start);
  const numbers = new Map([flow.start, ...entries].map((place, number) => [place, number]));
  const blocks = runs.map((run): Block => {
    const [{ page, place, offset }] = run;
    return { page, place, offset, instructions: run, entry: numbers.get(place) };
  });
  return { blocks, hasLoop };
}

/** Where a run may lead: what is nearest last. */
function successors(run: readonly Step[]): Place[] {
  const places = run.flatMap(({ target }) => (target === undefined ? [] : [target]));
  const { next } = run[run.length - 1];
  return next === undefined ? places : [...places, next];
}

/** Runs of steps from each leader on, in reverse postorder: what a run goes on to comes right behind it. */
function inOrder(flow: Flow): Step[][] {
  const finished: Step[][] = [];
  const seen = new Set<Place>();
  const visit = (place: Place): void => {
    if (seen.has(place) || !flow.steps.has(place)) return;
    seen.add(place);
    const run = runFrom(flow, place);
    successors(run).forEach(visit);
    finished.push(run);
  };
  [...flow.entries].reverse().forEach(visit);
  return finished.reverse();
}

function runFrom({ steps, leaders }: Flow, from: Place): Step[] {
  const run = [steps.get(from)!];
  for (;;) {
    const last = run[run.length - 1];
    const next = last.next === undefined ? undefined : steps.get(last.next);
    if (!next || leaders.has(next.place) || (endsLine(last.decoded) && !last.inlined)) return run;
    // What an observer is told may change what a block has looked at before.
    const breaks = (next.page !== last.page && !last.inlined) || next.probe?.onHit;
    if (breaks || run.length === blockInstructionsMaximum) return run;
    run.push(next);
  }
}
