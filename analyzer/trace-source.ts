// The events of a trace directory, with what its manifest says of the run.
import { readEventFile, type EventBatch, type ReadEnd } from '../tracer/arrow/index.js';
import {
  findHorizon,
  openTrace,
  type Horizon,
  type Manifest,
  type OpenedTrace,
} from '../tracer/directory/index.js';
import type { EventName } from '../tracer/schema/index.js';
import type { EventSource, RunFacts } from './event-source.js';

/**
 * Opens the trace at a path for judging, with every file compared to its digest. A damaged or unfinished trace is read
 * as far as it is whole and says why it is incomplete; one that is no trace, or of another format version, throws
 * UsageError (65).
 */
export function openTraceSource(path: string): EventSource {
  return traceSource(openTrace(path, 'digests'));
}

/** The events of an opened trace. */
export function traceSource(trace: OpenedTrace): EventSource {
  return new TraceSource(trace);
}

class TraceSource implements EventSource {
  readonly kinds: ReadonlySet<EventName>;
  readonly facts: RunFacts;
  /** Undefined for a trace that has all its rows. */
  readonly #horizon: Horizon | undefined;
  #cutOff: string | undefined;

  constructor(private readonly trace: OpenedTrace) {
    this.kinds = trace.kinds;
    this.#horizon = trace.mayHaveGaps ? findHorizon(trace) : undefined;
    this.facts = {
      ...(trace.manifest && factsOf(trace.manifest)),
      ...(this.#horizon && { horizon_cycle: this.#horizon.cycle }),
    };
  }

  get wholeTrace(): EventSource['wholeTrace'] {
    const { manifest, path } = this.trace;
    if (manifest === undefined || this.incomplete !== undefined) return undefined;
    const rows = [...this.kinds].map((kind) => manifest.files[`events/${kind}.arrows`]?.rows ?? 0);
    return { path, rows: rows.reduce((sum, one) => sum + one, 0) };
  }

  /** Known in full only after the files were read: one may end early though its length is right. */
  get incomplete(): string | undefined {
    const lost = this.trace.manifest?.lostEvents ?? 0;
    const stated = this.trace.incompleteBecause ?? (lost > 0 ? `${lost} events were lost` : undefined);
    const because = stated ?? this.#cutOff;
    if (this.#horizon === undefined) return because;
    return `${because ?? 'events are missing'}; judged up to cycle ${this.#horizon.cycle}`;
  }

  /** Of a trace with gaps, the rows before the first. Locations are facts of the kernel, and written last. */
  *batches(kind: EventName, columns?: readonly string[]): Generator<EventBatch, void, void> {
    const path = this.trace.eventPath(kind);
    if (this.#horizon === undefined) return this.#notice(kind, yield* readEventFile(path, kind, columns));
    const end = kind === 'location' ? Infinity : this.#horizon.seq;
    const read = columns && [...new Set(['seq', ...columns])];
    for (const batch of readEventFile(path, kind, read)) {
      const rows = rowsBefore(batch, end);
      yield { ...batch, rows };
      if (rows < batch.rows) return;
    }
  }

  #notice(kind: EventName, end: ReadEnd): void {
    const expected = this.trace.manifest?.files[`events/${kind}.arrows`]?.rows ?? end.rows;
    if (!end.complete) this.#cutOff ??= `the ${kind} events are cut off after ${end.rows} rows`;
    if (end.rows !== expected) this.#cutOff ??= `${end.rows} of ${expected} ${kind} events can be read`;
  }
}

/** How many rows of a batch, which is in order of `seq`, come before a number. */
function rowsBefore({ rows, columns }: EventBatch, end: number): number {
  const { values } = columns['seq'];
  if (rows === 0 || values[rows - 1] < end) return rows;
  return values.findIndex((seq) => seq >= end);
}

function factsOf(manifest: Manifest): RunFacts {
  const { kernel, machine } = manifest;
  const known: Record<string, string | number | undefined> = {
    program: manifest.program === '' ? undefined : manifest.program,
    arguments: manifest.arguments.join(' '),
    end_reason: manifest.stopReason,
    final_cycle: manifest.finalCycle,
    final_state_digest: manifest.finalStateDigest,
    tool_version: manifest.toolVersion,
    kernel_digest: manifest.digests.kernel,
    ram_base: kernel?.ramStart,
    ram_end: kernel?.ramEnd,
    first_free_frame: kernel?.firstFreeFrame,
    ...roleFacts(kernel?.names ?? {}),
    ...simpleMembers(machine),
  };
  return Object.fromEntries(
    Object.entries(known).filter((entry): entry is [string, string | number] => entry[1] !== undefined),
  );
}

/** What the kernel calls the functions that the probes look for: `function_allocate` and so on. */
function roleFacts(names: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(names).map(([role, name]) => [`function_${role}`, name]));
}

/** The machine's numbers and words, by snake_case name. */
function simpleMembers(machine: object): Record<string, string | number> {
  const simple = Object.entries(machine).filter(
    ([, value]) => typeof value === 'number' || typeof value === 'string',
  );
  const snake = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  return Object.fromEntries(
    simple.map(([name, value]) => [`machine_${snake(name)}`, value as string | number]),
  );
}
