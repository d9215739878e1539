// A trace of a program on the built-in kernel, for tests that replay it.
import { defaultConfiguration, type MachineConfiguration } from '../../emulator/index.js';
import { eventNames, type EventName } from '../../tracer/schema/index.js';
import {
  runProgram,
  type RunLimits,
  type RunResult,
  type SnapshotRequest,
} from '../../tracer/session/index.js';
import { builtinInput } from './kernel-run.js';

/** What is recorded where; a machine of 16 MiB unless told otherwise. */
export interface RecordedRun {
  readonly out: string;
  readonly program: readonly string[];
  readonly kinds?: readonly EventName[];
  readonly machine?: Partial<MachineConfiguration>;
  readonly snapshots?: SnapshotRequest;
  readonly consumer?: string;
  readonly limits?: Partial<RunLimits>;
}

/** Runs and records it. */
export function record({
  out,
  program,
  kinds = eventNames,
  machine = {},
  snapshots,
  consumer,
  limits = {},
}: RecordedRun): Promise<RunResult> {
  return runProgram({
    input: builtinInput('cow'),
    program,
    machine: { ...defaultConfiguration, memoryBytes: 16 << 20, ...machine },
    limits: { cycles: 20e9, traceBytes: 1e9, consoleBytes: 1e6, seconds: Infinity, ...limits },
    kinds,
    out,
    toolVersion: 'test',
    ...(snapshots && { snapshots }),
    ...(consumer !== undefined && { consumer }),
  });
}
