// What happened to a frame until things went wrong, as steps: one a kernel entry, from its leaving the free list on.
import { hex } from '../text/index.js';
import { frameOf, Pte } from '../tracer/schema/index.js';
import { entryWords } from './bio/entry-words.js';
import type { SqlValue } from './database.js';
import type { Chain, ChainStep, Suspect, Violation } from './result.js';
import type { EventStore } from './store.js';
import { commonFunctions } from './violations.js';

/** Kinds without which nothing can be told. */
const needed = ['pte_write', 'page_table', 'frame_alloc', 'frame_free', 'process', 'kernel_span'] as const;
const optional = ['kfree', 'refcount_change'] as const;

/** Steps kept of a frame that has seen much: where it was taken, and the last ones. */
const stepsMost = 5;

const what = { taken: 0, freed: 1, given: 2, count: 3, entry: 4 } as const;

/** The chain where there is nothing to tell. */
export const noChain: Chain = { steps: [], leftOut: 0 };

/** For each violation the chain of its frame; no steps where it has none, or the trace does not tell. */
export async function readChains(store: EventStore, violations: readonly Violation[]): Promise<Chain[]> {
  const chains = violations.map(() => noChain);
  const asked = violations.flatMap(({ frame, cycle, since = 0 }, number) =>
    frame === undefined ? [] : [`(${number}, ${frame}::UBIGINT, ${Math.max(cycle, since)}::UBIGINT)`],
  );
  if (asked.length === 0 || needed.some((kind) => !store.source.kinds.has(kind))) return chains;
  await store.prepare([...needed, ...optional, 'entry_changes', 'address_spaces', 'places', 'process_names']);
  const { rows } = await store.database.query(chainQuery(asked.join(', ')));
  const common = commonFunctions(store.source.facts);
  const writers = violations.map(() => new ChainWriter(common));
  for (const row of rows) writers[Number(row[0])].add(row.slice(1));
  return writers.map((writer) => writer.chain());
}

/** Rows in order: the number of the violation, then what `ChainWriter.add` takes. */
function chainQuery(asked: string): string {
  return `
WITH asked(number, frame, until) AS (VALUES ${asked}), begun AS (
  SELECT a.number, a.frame, a.until, coalesce(max(f.seq), 0) AS from_seq
  FROM asked a LEFT JOIN frame_alloc f ON f.frame = a.frame AND f.cycle <= a.until
  GROUP BY a.number, a.frame, a.until
), rows AS (
  SELECT frame, seq, cycle, hart, pid, span, pc, call_site, ${what.taken} AS what FROM frame_alloc
  UNION ALL BY NAME
  SELECT frame, seq, cycle, hart, pid, span, pc, call_site, ${what.freed} AS what, already_free::HUGEINT AS after
  FROM frame_free
  UNION ALL BY NAME
  SELECT (frame >> 12) << 12 AS frame, seq, cycle, hart, pid, span, pc, call_site, ${what.given} AS what FROM kfree
  UNION ALL BY NAME
  SELECT frame, seq, cycle, hart, pid, span, pc, call_site, ${what.count} AS what, before::HUGEINT AS before,
         after::HUGEINT AS after FROM refcount_change
  UNION ALL BY NAME
  SELECT frame_before AS frame, seq, cycle, hart, pid, span, pc, call_site, ${what.entry} AS what,
         before::HUGEINT AS before, after::HUGEINT AS after, va, root
  FROM entry_changes WHERE user_before
  UNION ALL BY NAME
  SELECT frame_after AS frame, seq, cycle, hart, pid, span, pc, call_site, ${what.entry} AS what,
         before::HUGEINT AS before, after::HUGEINT AS after, va, root
  FROM entry_changes WHERE user_after AND NOT (user_before AND frame_before = frame_after)
), told AS (
  SELECT b.number, r.* FROM rows r JOIN begun b ON r.frame = b.frame
  WHERE r.seq >= b.from_seq AND r.cycle <= b.until
)
SELECT t.number, t.frame, t.cycle, t.hart, t.pid, t.span, t.what, t.va, s.pid, t.before, t.after,
       coalesce(n.name, e.name), coalesce(k.cause, ''), p."function", p.file, p.line, c."function", c.file, c.line
FROM told t
ASOF LEFT JOIN address_spaces s ON t.root = s.root AND t.seq >= s.from_seq
ASOF LEFT JOIN process_names n ON t.pid = n.pid AND t.cycle <= n.cycle
ASOF LEFT JOIN process_names e ON t.pid = e.pid AND t.cycle >= e.cycle
LEFT JOIN kernel_span k ON k.id = t.span
LEFT JOIN places p ON p.address = t.pc AND t.pc <> 0
LEFT JOIN places c ON c.address = t.call_site AND t.call_site <> 0
ORDER BY t.number, t.seq`;
}

type OpenStep = ChainStep & { acts: string[]; place?: Suspect };

/** Makes steps of rows in order. */
class ChainWriter {
  private readonly steps: OpenStep[] = [];
  private span = -1;
  /** Kind of the act that gave the step its place. */
  private placedBy: number = what.taken;

  constructor(private readonly common: ReadonlySet<string>) {}

  add(row: readonly SqlValue[]): void {
    const [frame, cycle, hart, pid, span, kind, va, about, before, after, name, cause, ...places] = row;
    if (Number(span) !== this.span || this.steps.length === 0) {
      this.placedBy = what.taken;
      this.steps.push({
        cycle: Number(cycle),
        hart: Number(hart),
        pid: Number(pid),
        process: String(name ?? ''),
        cause: String(cause),
        acts: [],
      });
    }
    this.span = Number(span);
    const step = this.steps[this.steps.length - 1];
    const entry = { frame: wide(frame), va: wide(va), before: wide(before), after: wide(after) };
    const others = about === null || about === pid ? '' : ` of process ${Number(about)}`;
    this.act(step, Number(kind), entry, others);
    // What was done to a mapping says more than a count that follows it.
    const place = Number(kind) >= this.placedBy || !step.place ? this.placeOf(places) : undefined;
    if (!place) return;
    step.place = place;
    this.placedBy = Number(kind);
  }

  chain(): Chain {
    const { steps } = this;
    const leftOut = Math.max(0, steps.length - stepsMost);
    return { steps: [...steps.slice(0, 1), ...steps.slice(1 + leftOut)], leftOut };
  }

  private act(step: OpenStep, kind: number, entry: EntryChange, of: string): void {
    if (kind === what.taken) step.acts.push('taken from the free list');
    else if (kind === what.freed)
      step.acts.push(`put on the free list${entry.after === 1n ? ' while it is there' : ''}`);
    else if (kind === what.given) step.acts.push('passed to the free function');
    else if (kind === what.entry) step.acts.push(entryAct(entry, of));
    else this.count(step, entry);
  }

  /** Several changes of the count, one after the other, are one act. */
  private count({ acts }: OpenStep, { before, after }: EntryChange): void {
    const last = acts.at(-1);
    if (last?.startsWith('count ') && last.endsWith(` ${before}`))
      acts[acts.length - 1] = `${last} -> ${after}`;
    else acts.push(`count ${before} -> ${after}`);
  }

  /** Where it was done: in a function that everybody calls, who called it. */
  private placeOf(places: readonly SqlValue[]): Suspect | undefined {
    const [inside, caller] = [places.slice(0, 3), places.slice(3)].map(suspectOf);
    return inside && !this.common.has(inside.function) ? inside : (caller ?? inside);
  }
}

interface EntryChange {
  readonly frame: bigint;
  readonly va: bigint;
  readonly before: bigint;
  readonly after: bigint;
}

const usersBits = Pte.v | Pte.u;

function isUserMapping(entry: bigint, frame: bigint): boolean {
  return (entry & usersBits) === usersBits && BigInt(frameOf(entry)) === frame;
}

function entryAct({ frame, va, before, after }: EntryChange, of: string): string {
  const page = `${hex(va)}${of}`;
  const [was, is] = [before, after].map((entry) => isUserMapping(entry, frame));
  if (was && is) return `at ${page} ${entryWords(before)} becomes ${entryWords(after)}`;
  if (is) return `mapped at ${page}: ${entryWords(after)}`;
  return (after & 17n) === 17n ? `replaced by another frame at ${page}` : `no longer mapped at ${page}`;
}

function suspectOf([name, file, line]: readonly SqlValue[]): Suspect | undefined {
  if (!name) return undefined;
  return {
    function: String(name).replace(/ <.*$/, ''),
    ...(file ? { file: String(file) } : {}),
    ...(line ? { line: Number(line) } : {}),
  };
}

function wide(value: SqlValue): bigint {
  return BigInt((value ?? 0) as bigint | number);
}
