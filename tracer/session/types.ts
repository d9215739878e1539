// What a traced run is asked for and what comes of it.
import type { Engine, MachineConfiguration } from '../../emulator/index.js';
import type { Manifest } from '../directory/index.js';
import type { KernelProfile, ProfileFile, Questions } from '../probes/index.js';
import type { EventName } from '../schema/index.js';
import type { DebugInfo } from '../symbols/index.js';
import type { RunInput } from './run-input.js';
import type { SharedBoot } from './shared-boot.js';

/** A kernel and its disk, read and checked, with the names they go by in messages. */
export interface KernelInput {
  readonly kernel: Uint8Array;
  readonly kernelPath: string;
  readonly disk: Uint8Array;
  /** What to take for granted of the kernel, instead of what would be found. */
  readonly profile?: ProfileFile;
}

/** Bounds on a run; the first one reached ends it as inconclusive. */
export interface RunLimits {
  readonly cycles: number;
  /** Bytes of event files and console together. */
  readonly traceBytes: number;
  readonly consoleBytes: number;
  /** Wall-clock seconds; Infinity for none. It ends a run, and never changes what happens before. */
  readonly seconds: number;
}

/** How many snapshots to keep. */
export interface SnapshotRequest {
  /** Bytes of all of them; 140 MiB by default, 0 for none. */
  readonly bytes?: number;
  /** Seconds of processor time between two, 0.1 by default; 0 takes as many as can be, at whatever cost. */
  readonly seconds?: number;
}

/** A program to run, on what, within which bounds, and whom to tell. */
export interface RunRequest {
  readonly input: KernelInput;
  /** Who types; the program's line when absent. */
  readonly typist?: RunInput;
  /** What is asked beside the usual events, read with the kernel's debug information. */
  readonly questions?: (debug: DebugInfo) => Questions;
  /** Shared by runs one after the other that differ in their program only: all go on from the boot of the first. */
  readonly boot?: SharedBoot;
  /** Typed at the first prompt; empty to only boot. */
  readonly program: readonly string[];
  /** Lines typed behind it at once, for it to read. */
  readonly typedBehind?: readonly string[];
  readonly machine: Omit<MachineConfiguration, 'virtioVersion'>;
  /** How instructions are executed; the trace is the same whichever it is. */
  readonly engine?: Engine;
  readonly limits: RunLimits;
  readonly kinds: readonly EventName[];
  /** Snapshots, for replays that start in the middle. */
  readonly snapshots?: SnapshotRequest;
  /** Directory to write. */
  readonly out: string;
  readonly toolVersion: string;
  /** URL of a module (`ConsumerModule`) whose consumer goes along with the rows, in the thread that makes them. */
  readonly consumer?: string;
  /** Bytes the console printed, as they come. */
  readonly onConsole?: (bytes: Uint8Array) => void;
  /** Called a few times a second. */
  readonly onProgress?: (progress: { readonly cycle: number; readonly phase: 'boot' | 'program' }) => void;
  /** Aborted when the person interrupts. */
  readonly signal?: AbortSignal;
}

/** Why the run ended: in order (the shell prompts again, powered off, or left by whoever typed), or not. */
export type RunEnd =
  | 'prompt' | 'power_off' | 'left' | 'panic' | 'deadlock' | 'lockup' | 'fault_loop' | 'hang' | 'interrupted'
  | 'write_failed' | 'cycle_budget' | 'trace_budget' | 'console_budget' | 'time_budget'; // prettier-ignore

/** What a run came to; the trace at `out` is finished. */
export interface RunResult {
  readonly end: RunEnd;
  readonly cycle: number;
  /** Digest of the final machine state. */
  readonly digest: string;
  readonly manifest: Manifest;
  readonly profile: KernelProfile;
  /** What the consumer made of the rows; it has seen those, too, that could not be written. */
  readonly consumed?: unknown;
  /** Wall-clock seconds the machine ran. */
  readonly seconds: number;
}
