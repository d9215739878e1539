// The events of a trace directory, with what its manifest says of the run.
import { readEventFile } from '../tracer/arrow/index.js';
import { openTrace, type Manifest, type OpenedTrace } from '../tracer/directory/index.js';
import type { EventName } from '../tracer/schema/index.js';
import type { EventSource, RunFacts } from './event-source.js';

/**
 * Opens the trace at a path for judging. A damaged or unfinished trace is read as far as it goes and says why it is
 * incomplete; one that is no trace, or of another format version, throws UsageError (65).
 */
export function openTraceSource(path: string): EventSource {
  return traceSource(openTrace(path));
}

/** The events of an opened trace. */
export function traceSource(trace: OpenedTrace): EventSource {
  return new TraceSource(trace);
}

class TraceSource implements EventSource {
  readonly kinds: ReadonlySet<EventName>;
  readonly facts: RunFacts;
  #cutOff: string | undefined;

  constructor(private readonly trace: OpenedTrace) {
    this.kinds = trace.kinds;
    this.facts = trace.manifest === undefined ? {} : factsOf(trace.manifest);
  }

  /** Known in full only after the files were read: one may end early though its length is right. */
  get incomplete(): string | undefined {
    const lost = this.trace.manifest?.lostEvents ?? 0;
    const stated = this.trace.incompleteBecause ?? (lost > 0 ? `${lost} events were lost` : undefined);
    return stated ?? this.#cutOff;
  }

  *batches(kind: EventName): ReturnType<typeof readEventFile> {
    const path = this.trace.eventPath(kind);
    const end = yield* readEventFile(path, kind);
    const expected = this.trace.manifest?.files[`events/${kind}.arrows`]?.rows ?? end.rows;
    if (!end.complete) this.#cutOff ??= `the ${kind} events are cut off after ${end.rows} rows`;
    if (end.rows !== expected) this.#cutOff ??= `${end.rows} of ${expected} ${kind} events can be read`;
    return end;
  }
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
    ...simpleMembers(machine),
  };
  return Object.fromEntries(
    Object.entries(known).filter((entry): entry is [string, string | number] => entry[1] !== undefined),
  );
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
