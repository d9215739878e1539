// The second thread of a check, seen from the first: what is found beside the pass over pages and frames.
import { existsSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import type { CheckThreadAnswer, CheckThreadData } from './check-worker.js';
import type { EventSource } from './event-source.js';

/** Where the thread begins, compiled or in the bundle; nowhere when the project runs from its TypeScript sources. */
const entry = ['./check-worker.js', './check-worker.cjs']
  .map((name) => new URL(name, import.meta.url))
  .find(existsSync);

/** Of fewer rows, a thread takes longer to start than they take. */
const rowsLeast = 300_000;

/** A thread for the check of a trace; undefined where there is no code for one, or not enough to do. */
export function startCheckThread({ wholeTrace }: EventSource): CheckThread | undefined {
  return entry && wholeTrace && wholeTrace.rows >= rowsLeast
    ? new CheckThread(wholeTrace.path, entry)
    : undefined;
}

/** The thread. Whatever keeps it from its work is for the first thread to find out, doing the work itself. */
export class CheckThread {
  private readonly worker: Worker;
  private readonly answer: Promise<CheckThreadAnswer>;

  /**
   * @param path the trace directory
   * @param entry the module that the thread runs
   */
  constructor(path: string, entry: URL) {
    const workerData: CheckThreadData = { path };
    // What it says of its own failure is said again, and better, by the first thread.
    const worker = new Worker(entry, { workerData, stderr: true });
    this.worker = worker;
    this.answer = new Promise((resolve) => {
      worker.once('message', ({ answer }: { answer: CheckThreadAnswer }) => resolve(answer));
      worker.once('messageerror', () => resolve(undefined));
      worker.once('error', () => resolve(undefined));
      worker.once('exit', () => resolve(undefined));
    });
  }

  /** Says what to count. */
  begin(counts: readonly string[]): void {
    this.worker.postMessage(counts);
  }

  /** What it has found, when it has; undefined when it could not. */
  found(): Promise<CheckThreadAnswer> {
    return this.answer;
  }

  /** Ends it, whatever it does. */
  end(): void {
    void this.worker.terminate();
  }
}
