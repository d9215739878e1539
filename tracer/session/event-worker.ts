// Events made in a thread of their own: what that thread runs. It blocks while there is nothing to do, and ends when it
// is told to close.
import { workerData, type MessagePort } from 'node:worker_threads';
import { UsageError } from '../../errors.js';
import { loadEventWriters, type EventFileSummary } from '../arrow/index.js';
import type { WriteFailure } from '../directory/index.js';
import { DebugInfo, parseElf } from '../symbols/index.js';
import { EventTranslation, openTaskSink, type EventTask } from './event-pipeline.js';
import { Command, RecordReceiver } from './record-channel.js';

/** What the thread is started with; its `EventTask` comes through the port. */
export interface EventThreadData {
  readonly memory: SharedArrayBuffer;
  readonly port: MessagePort;
}

/** What the thread says: the first write that failed, the files it has closed, or why it cannot go on. */
export type EventThreadMessage =
  | { readonly is: 'failure'; readonly failure: WriteFailure }
  | { readonly is: 'closed'; readonly summaries: EventFileSummary[]; readonly consumed: unknown }
  | { readonly is: 'refused'; readonly text: string; readonly exitCode: number }
  | { readonly is: 'broken'; readonly text: string };

const { memory, port } = workerData as EventThreadData;
const receiver = new RecordReceiver(memory);

async function makeEvents(task: EventTask): Promise<void> {
  const { kernel, kernelPath } = task;
  const say = (message: EventThreadMessage): void => port.postMessage(message);
  const sink = await openTaskSink(task);
  const debug = DebugInfo.parse(parseElf(kernel, kernelPath));
  // Now, while the kernel boots, and not at the end of the run, which waits for the lines of all places.
  debug.readLines();
  const events = new EventTranslation(sink, task, debug);
  let failure: WriteFailure | undefined;
  const carryOut = {
    [Command.flush]: () => events.flush(),
    [Command.finish]: (cycle: number) => events.finish(cycle),
    [Command.close]: () => {
      const summaries = events.close();
      const { value: consumed, buffers = [] } = sink.consumed ?? {};
      port.postMessage({ is: 'closed', summaries, consumed } satisfies EventThreadMessage, [...buffers]);
    },
  };
  const tellFailure = (): void => {
    if (failure !== undefined || sink.failure === undefined) return;
    failure = sink.failure;
    say({ is: 'failure', failure });
  };
  receiver.run({
    records: (view, from, to) => {
      events.records(view, from, to);
      tellFailure();
    },
    command: (command, argument) => {
      carryOut[command as keyof typeof carryOut](argument);
      tellFailure();
      return sink.bytes;
    },
  });
}

async function work(task: EventTask): Promise<void> {
  try {
    await makeEvents(task);
  } catch (error) {
    const message: EventThreadMessage =
      error instanceof UsageError
        ? { is: 'refused', text: error.message, exitCode: error.exitCode }
        : { is: 'broken', text: error instanceof Error ? (error.stack ?? error.message) : String(error) };
    port.postMessage(message);
    receiver.fail();
  }
  port.close();
}

port.once('message', (task: EventTask) => void work(task));
// Loading takes longer than all else until the first event: it is done while the task is not known yet.
void loadEventWriters();
