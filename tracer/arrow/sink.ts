// All event files of one trace: opened when a kind is first written, closed together.
import { join } from 'node:path';
import type { WriteFailure } from '../files/output-file.js';
import { eventFile, type EventName } from '../schema/index.js';
import type { BatchConsumer, Consumed } from './batch-consumer.js';
import { EventFileWriter, type EventFileSummary } from './writer.js';

export class EventSink {
  readonly #kinds: ReadonlySet<EventName>;
  readonly #writers = new Map<EventName, EventFileWriter<EventName>>();
  /** What the consumer made of the rows, once everything is closed. */
  consumed: Consumed | undefined;

  /**
   * @param folder the trace directory; its `events` directory exists
   * @param kinds the kinds that are traced: they and no others get a file, even when no row comes
   * @param consumer goes along with the rows
   */
  constructor(
    readonly folder: string,
    kinds: Iterable<EventName>,
    private readonly consumer?: BatchConsumer,
  ) {
    this.#kinds = new Set(kinds);
  }

  /** Whether rows of the kind are wanted. */
  selects(kind: EventName): boolean {
    return this.#kinds.has(kind);
  }

  /** The writer of a kind, its file created on the first call; undefined when the kind is not selected. */
  writer<N extends EventName>(kind: N): EventFileWriter<N> | undefined {
    if (!this.#kinds.has(kind)) return undefined;
    let writer = this.#writers.get(kind);
    if (writer === undefined) {
      writer = new EventFileWriter<EventName>(
        kind,
        join(this.folder, eventFile(kind)),
        this.#catchUp,
        this.consumer,
      );
      this.#writers.set(kind, writer);
    }
    // The map pairs each kind with the writer made for it.
    return writer as unknown as EventFileWriter<N>;
  }

  /** The first failure among the files: from then on the trace is incomplete. */
  get failure(): WriteFailure | undefined {
    for (const writer of this.#writers.values()) if (writer.failure !== undefined) return writer.failure;
    return undefined;
  }

  /** Bytes written so far, pending rows not counted. */
  get bytes(): number {
    let bytes = 0;
    for (const writer of this.#writers.values()) bytes += writer.bytes;
    return bytes;
  }

  /** Writes pending rows of every file. */
  flush(): void {
    this.#catchUp();
    for (const writer of this.#writers.values()) writer.flush();
  }

  readonly #catchUp = (): void => {
    if (this.consumer === undefined) return;
    for (const writer of this.#writers.values()) writer.handOver();
    this.consumer.caughtUp();
  };

  /** Closes every file, in order of selection; kinds without rows get a valid empty one. */
  close(): EventFileSummary[] {
    for (const kind of this.#kinds) this.writer(kind);
    this.#catchUp();
    const summaries = [...this.#kinds].map((kind) => this.#writers.get(kind)!.close());
    this.consumed = this.consumer?.finish();
    return summaries;
  }
}
