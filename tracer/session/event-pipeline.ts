// The way of raw records into event files, in this thread or in one of its own. Both make the same files, byte by byte.
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import type { RecordConsumer } from '../../emulator/index.js';
import { openEventSink, type ConsumerModule, type EventFileSummary, type EventSink } from '../arrow/index.js';
import type { EventFiles } from '../directory/index.js';
import type { Questions } from '../probes/index.js';
import { Translator, type TranslatedProfile } from '../probes/translator.js';
import type { EventName } from '../schema/index.js';
import type { DebugInfo } from '../symbols/index.js';
import { commandsAhead } from './record-channel.js';

/** What events are made of, and where they go. All of it can be sent to another thread. */
export interface EventTask {
  /** The trace directory. */
  readonly folder: string;
  readonly kinds: readonly EventName[];
  readonly profile: TranslatedProfile;
  readonly questions: Questions;
  readonly kernel: Uint8Array;
  readonly kernelPath: string;
  /** URL of the module whose consumer goes along with the rows, a `ConsumerModule`. */
  readonly consumer?: string;
}

/** Takes raw records and keeps the event files of a run. */
export interface EventPipeline extends EventFiles {
  /** Takes the records between two byte addresses of a view. */
  readonly records: RecordConsumer;
  /** Brings what is pending to the files, against a crash. To be called at cycles that do not depend on the host. */
  flush(): void;
  /** The run is over at this cycle: what was waiting for its end becomes rows. Only `close` may follow. */
  finish(cycle: number): void;
  /** What the consumer made of the rows, once the files are closed; undefined without one. */
  readonly consumed: unknown;
}

/** The sink of a task, with its consumer. */
export async function openTaskSink({ folder, kinds, consumer }: EventTask): Promise<EventSink> {
  if (consumer === undefined) return openEventSink(folder, kinds);
  const { openConsumer } = (await load(consumer)) as ConsumerModule;
  return openEventSink(folder, kinds, openConsumer(kinds));
}

/**
 * A module by its URL. Modules of the bundle cannot import (code-cache.ts), and where they could, Node would look
 * through the whole text of a CommonJS file for the names of its exports.
 */
async function load(url: string): Promise<unknown> {
  return url.endsWith('.cjs') ? createRequire(import.meta.url)(fileURLToPath(url)) : import(url);
}

/** Events made in the thread that brings the records. */
export class EventTranslation implements EventPipeline {
  /** Bytes of the files at the flush `commandsAhead` before the last: a thread of its own knows of no later one. */
  bytes = 0;
  /** The same at later flushes, in order. */
  private readonly flushedBytes = new Array<number>(commandsAhead).fill(0);
  private readonly translator: Translator;

  constructor(
    private readonly sink: EventSink,
    { profile, questions }: Pick<EventTask, 'profile' | 'questions'>,
    debug: DebugInfo,
  ) {
    this.translator = new Translator(sink, profile, debug, questions);
  }

  readonly records: RecordConsumer = (view, from, to) => this.translator.translate(view, from, to);

  get failure(): EventFiles['failure'] {
    return this.sink.failure;
  }

  flush(): void {
    this.bytes = this.flushedBytes.shift()!;
    this.sink.flush();
    this.flushedBytes.push(this.sink.bytes);
  }

  finish(cycle: number): void {
    this.translator.finish(cycle);
  }

  close(): EventFileSummary[] {
    return this.sink.close();
  }

  get consumed(): unknown {
    return this.sink.consumed?.value;
  }
}
