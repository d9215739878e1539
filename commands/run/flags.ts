// The options of `trace run` as commander hands them over, and the parts of a request that follow from them alone.
import path from 'node:path';
import { defaultConfiguration, type Engine } from '../../emulator/index.js';
import type { Disclosure } from '../../analyzer/index.js';
import { UsageError } from '../../errors.js';
import { eventNames, isEventName, type EventName } from '../../tracer/schema/index.js';
import { choiceInstead } from '../../text/index.js';
import type { RunRequest } from '../../tracer/session/index.js';
import { memoryBytes, type ChosenKernel, type KernelOptions } from '../kernel-options.js';
import { toolVersion } from '../version.js';

/** What the command line gave, checked. */
export interface RunFlags extends KernelOptions {
  readonly harts: number;
  /** MiB. */
  readonly memory?: number;
  readonly timeoutCycles: number;
  readonly engine?: Engine;
  readonly maxSeconds?: number;
  readonly maxTrace: number;
  readonly maxConsole: number;
  /** Bytes; as a session has it when absent. */
  readonly snapshots?: number;
  readonly out?: string;
  readonly events?: string;
  /** FILE or FILE=NAME, each. */
  readonly addProgram?: readonly string[];
  readonly baseline?: string;
  readonly json?: true;
  readonly disclose: Disclosure;
  readonly verbose?: true;
  readonly quiet?: true;
}

/** The directory a run is written to. */
export function outputDirectory(words: readonly string[], out?: string): string {
  return out ?? `${words.length === 0 ? 'boot' : path.posix.basename(words[0])}.trace`;
}

/** Beside a trace: that of the run it is compared with. */
export function baselineDirectory(out: string): string {
  return `${out.replace(/\/+$/, '').replace(/\.trace$/, '')}.baseline.trace`;
}

/** Everything of a request for a kernel but the place. */
export function requestOf(
  words: readonly string[],
  flags: RunFlags,
  kernel: ChosenKernel,
): Omit<RunRequest, 'input' | 'out'> {
  const { turnCycles, diskLatencyCycles } = defaultConfiguration;
  return {
    program: words,
    machine: { harts: flags.harts, memoryBytes: memoryBytes(flags, kernel), turnCycles, diskLatencyCycles },
    ...(flags.engine && { engine: flags.engine }),
    limits: {
      cycles: flags.timeoutCycles,
      traceBytes: flags.maxTrace,
      consoleBytes: flags.maxConsole,
      seconds: flags.maxSeconds ?? Number.POSITIVE_INFINITY,
    },
    kinds: eventKinds(flags.events),
    ...(flags.snapshots !== undefined && { snapshots: { bytes: flags.snapshots } }),
    toolVersion: toolVersion(),
  };
}

/** The kinds a list names; all without one. Throws UsageError for a kind that does not exist. */
export function eventKinds(list: string | undefined): readonly EventName[] {
  if (list === undefined) return eventNames;
  return list.split(',').map((word) => {
    if (isEventName(word)) return word;
    throw new UsageError(
      `there is no event kind '${word}' (--events)${choiceInstead(word, eventNames, 'the kinds are')}`,
    );
  });
}
