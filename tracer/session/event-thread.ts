// Events made in a thread of their own, so that the emulator's thread only copies records: this thread's side.
import { existsSync } from 'node:fs';
import { MessageChannel, receiveMessageOnPort, Worker, type MessagePort } from 'node:worker_threads';
import { UsageError } from '../../errors.js';
import type { RecordConsumer } from '../../emulator/index.js';
import type { EventFileSummary } from '../arrow/index.js';
import type { WriteFailure } from '../directory/index.js';
import type { DebugInfo } from '../symbols/index.js';
import { EventTranslation, openTaskSink, type EventPipeline, type EventTask } from './event-pipeline.js';
import type { EventThreadData, EventThreadMessage } from './event-worker.js';
import { Command, ReaderState, RecordSender } from './record-channel.js';

/** Where the thread begins, compiled or in the bundle; nowhere when the project runs from its TypeScript sources. */
const eventThreadEntry = ['./event-worker.js', './event-worker.cjs']
  .map((name) => new URL(name, import.meta.url))
  .find(existsSync);

/** A thread for event files, which takes a while to load; undefined where there is no code for one. */
export function startEventThread(): EventThread | undefined {
  return eventThreadEntry && new EventThread(eventThreadEntry);
}

/** Event files made in the thread, if there is one, else in this thread. */
export async function openEventPipeline(
  task: EventTask,
  debug: DebugInfo,
  thread: EventThread | undefined,
): Promise<EventPipeline> {
  if (thread) return thread.begin(task);
  return new EventTranslation(await openTaskSink(task), task, debug);
}

export class EventThread implements EventPipeline {
  /** Bytes of the files at the flush `commandsAhead` before the last. */
  bytes = 0;
  /** What the consumer made of the rows, once the files are closed. */
  consumed: unknown;
  private readonly sender = new RecordSender(() => this.check());
  private readonly port: MessagePort;
  private readonly worker: Worker;
  private writeFailure: WriteFailure | undefined;
  private summaries: EventFileSummary[] = [];
  private error: Error | undefined;

  /** @param entry the module that the thread runs */
  constructor(entry: URL) {
    const { port1, port2 } = new MessageChannel();
    this.port = port1;
    const workerData: EventThreadData = { memory: this.sender.memory, port: port2 };
    this.worker = new Worker(entry, { workerData, transferList: [port2] });
    // Whether a command ends is for this thread to say; an error that ends the other is looked for where one waits.
    this.worker.unref();
    port1.unref();
    this.worker.on('error', (error) => this.fail(error));
  }

  /** Says what to make and where. Nothing else may be asked of the thread before. */
  begin(task: EventTask): this {
    this.port.postMessage(task);
    return this;
  }

  /** Ends a thread that was never given anything to do. */
  dismiss(): void {
    void this.worker.terminate();
  }

  readonly records: RecordConsumer = (view, from, to) => this.sender.write(view, from, to);

  /** The first file that could not be written. Throws when the thread could not go on for another reason. */
  get failure(): WriteFailure | undefined {
    this.check();
    return this.writeFailure;
  }

  flush(): void {
    this.bytes = this.sender.command(Command.flush);
  }

  finish(cycle: number): void {
    this.sender.command(Command.finish, cycle);
  }

  close(): EventFileSummary[] {
    this.sender.command(Command.close);
    this.sender.settle();
    this.receive();
    this.port.close();
    return this.summaries;
  }

  private fail(error: Error): void {
    this.error ??= error;
  }

  private check(): void {
    this.receive();
    if (this.error) throw this.error;
    if (this.sender.state === ReaderState.failed) throw new Error('the thread that writes events has failed');
  }

  /** Takes what the thread has said; this works without a turn of the event loop. */
  private receive(): void {
    for (;;) {
      const received = receiveMessageOnPort(this.port);
      if (!received) return;
      const message = received.message as EventThreadMessage;
      if (message.is === 'failure') this.writeFailure ??= message.failure;
      else if (message.is === 'closed') ({ summaries: this.summaries, consumed: this.consumed } = message);
      else if (message.is === 'refused') this.fail(new UsageError(message.text, message.exitCode));
      else this.fail(new Error(message.text));
    }
  }
}
