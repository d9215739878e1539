// What a replay is made from: the recording, kernel and disk of a trace, checked against their digests.
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { BootImage, MachineConfiguration } from '../../emulator/index.js';
import { ExitCode, UsageError } from '../../errors.js';
import {
  openTrace,
  readTraceDisk,
  readTraceKernel,
  readTraceProfile,
  traceFiles,
  type OpenedTrace,
} from '../directory/index.js';
import { bootImage } from '../kernel-input/index.js';
import { findProfile, type KernelProfile, type ProfileFile } from '../probes/index.js';
import { readRecording, type Recording } from '../recording/index.js';
import { DebugInfo, parseElf, type ElfFile } from '../symbols/index.js';

/** The kernel of a trace and what is known of it. */
export class ReplayedKernel {
  readonly elf: ElfFile;
  private debugInfo: DebugInfo | undefined;
  private found: KernelProfile | undefined;

  /**
   * @param path where the trace keeps it
   * @param given the profile file of the run
   */
  constructor(
    readonly path: string,
    readonly bytes: Uint8Array,
    readonly given?: ProfileFile,
  ) {
    this.elf = parseElf(bytes, path);
  }

  /** Symbols, lines and types; read when first asked for. */
  get debug(): DebugInfo {
    return (this.debugInfo ??= DebugInfo.parse(this.elf));
  }

  /** What the probes found in it; looked for when first asked for. */
  get profile(): KernelProfile {
    return (this.found ??= findProfile(this.debug, this.given));
  }
}

/** Everything a machine needs to run a trace again. */
export interface ReplaySource {
  readonly trace: OpenedTrace;
  readonly recording: Recording;
  readonly kernel: ReplayedKernel;
  readonly configuration: MachineConfiguration;
  readonly image: BootImage;
  /** The last cycle that the trace vouches for. */
  readonly end: number;
}

/**
 * Reads a trace for replay.
 *
 * @throws UsageError (65) when it is missing, of another version, or its kernel, disk or recording is not the run's
 */
export function readReplaySource(folder: string): ReplaySource {
  const trace = openTrace(folder);
  const recording = readRecording(join(folder, traceFiles.recording));
  const { machine, kernelSha256, diskSha256 } = recording.header;
  const kernel = new ReplayedKernel(
    join(folder, traceFiles.kernel),
    readTraceKernel(trace),
    readTraceProfile(trace),
  );
  refuseAltered(trace, kernel.path, kernel.bytes, kernelSha256);
  const disk = readTraceDisk(trace) ?? new Uint8Array();
  if (diskSha256 !== '') refuseAltered(trace, join(folder, traceFiles.disk), disk, diskSha256);
  if (machine.schedule.kind !== 'round_robin')
    throw new UsageError(
      `${folder} has a ${machine.schedule.kind} schedule, which this version cannot replay`,
    );
  const { harts, memoryBytes, turnCycles, diskLatencyCycles, virtio } = machine;
  return {
    ...{ trace, recording, kernel },
    configuration: { harts, memoryBytes, turnCycles, diskLatencyCycles, virtioVersion: virtio },
    image: bootImage(kernel.elf, kernel.path, disk, memoryBytes),
    end: lastCycle(trace, recording),
  };
}

function refuseAltered(
  { incompleteBecause: why }: OpenedTrace,
  path: string,
  content: Uint8Array,
  sha256: string,
): void {
  if (createHash('sha256').update(content).digest('hex') === sha256) return;
  const what = why === undefined ? 'it has been altered' : `the trace is incomplete (${why})`;
  throw new UsageError(
    `${path} is not the file of the run: ${what}, so the run cannot be repeated`,
    ExitCode.unreadableTrace,
  );
}

/** A run that was cut off is known up to the last thing that was recorded of it. */
function lastCycle({ manifest }: OpenedTrace, { inputs, digests, snapshots, end }: Recording): number {
  const known = manifest?.finalCycle ?? end?.cycle;
  if (known !== undefined) return known;
  return Math.max(0, ...[inputs, digests, snapshots].map((entries) => entries.at(-1)?.cycle ?? 0));
}
