// What a command may touch of the process it runs in, so that tests can give it something else.
import type { Readable } from 'node:stream';
import { ExitCode } from '../errors.js';

/** A stream to print to; a terminal when `isTTY`. */
export interface Output {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(data: string | Uint8Array): unknown;
}

export interface Surroundings {
  readonly stdin: Readable & { readonly isTTY?: boolean };
  readonly stdout: Output;
  readonly stderr: Output;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Calls the listener at the first Ctrl-C; a second one ends the process. Returns what takes it back. */
  onInterrupt(listener: () => void): () => void;
}

/**
 * The real ones. Writing to a pipe that its reader has closed is no error: the command ends as it would. Output that
 * cannot be written otherwise, to a full disk for one, ends the process: nothing that follows would be seen.
 */
export function processSurroundings(): Surroundings {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EPIPE') return;
      if (stream === process.stdout)
        process.stderr.write(`trace: the output cannot be written (${error.code})\n`);
      process.exit(ExitCode.usage);
    });
  }
  return {
    stdin: process.stdin,
    stdout: process.stdout,
    stderr: process.stderr,
    environment: process.env,
    onInterrupt(listener) {
      process.once('SIGINT', listener);
      return () => process.off('SIGINT', listener);
    },
  };
}
