// The kinds of failure that end a command: each carries the exit code the README explains.

/** Exit codes of every command. */
export const ExitCode = {
  ok: 0,
  violated: 1,
  usage: 2,
  inconclusive: 3,
  unreadableTrace: 65,
  internal: 70,
  interrupted: 130,
} as const;

/**
 * What the user gave us cannot be used, or the user has stopped the command. The message is one sentence: what, where,
 * what to do.
 */
export class UsageError extends Error {
  override name = 'UsageError';

  constructor(
    message: string,
    /** Process exit code; 2 unless the trace itself is unreadable (65) or Ctrl-C was pressed (130). */
    readonly exitCode: number = ExitCode.usage,
  ) {
    super(message);
  }
}

/** What a read gives; undefined where that is refused with a UsageError. */
export function unlessRefused<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof UsageError) return undefined;
    throw error;
  }
}
