// A traced run from power-on to its end: boots, types the program, drains events into the trace, and finishes it
// in every case, also when the run did not.
import { createHash } from 'node:crypto';
import { rmSync } from 'node:fs';
import { Machine, type MachineConfiguration } from '../../emulator/index.js';
import { TraceDirectoryWriter, type KernelFacts, type StartedTrace } from '../directory/index.js';
import { kernelCalls } from '../moment/index.js';
import {
  attachProbes,
  attachQuestions,
  KernelExceptions,
  recordPanicCalls,
  type KernelProfile,
} from '../probes/index.js';
import type { EventPipeline } from './event-pipeline.js';
import { openEventPipeline, startEventThread, type EventThread } from './event-thread.js';
import { eventTask, isIdle, prepareRun, type PreparedRun } from './prepared-run.js';
import { explainEnd } from './run-end.js';
import type { InputConsole } from './run-input.js';
import { SnapshotTaker } from './snapshot-taker.js';
import type { RunEnd, RunRequest, RunResult } from './types.js';

/** Cycles between looks at the host: interrupts, bounds, progress. Some tens of milliseconds. */
const stepCycles = 5e6;
/** Cycles between digests in the recording. */
const digestCycles = 1e9;
/** Cycles between moments at which all events so far are brought to their files, against a crash. */
const flushCycles = 100e6;
/** The same as a part of the run so far, when that is more: small batches are what costs most. */
const flushPart = 0.05;
/** Cycles a panicking kernel gets to print why. */
const panicCycles = 2e6;
/** Cycles after a look at the disk within which a driver that accepts it has set up its queue. */
const diskCycles = 50e6;

/** Room for snapshots, in bytes. */
const snapshotBytesDefault = 140 * 2 ** 20;

/**
 * Runs a program on a kernel, traced. Throws UsageError for input that cannot be run at all; everything that
 * happens later is in the result, and the trace is finished.
 */
export async function runProgram(request: RunRequest): Promise<RunResult> {
  // A thread loads its code while the kernel is looked at here.
  const thread = startEventThread();
  try {
    return await runPrepared(prepareRun(request), thread);
  } catch (error) {
    thread?.dismiss();
    throw error;
  }
}

async function runPrepared(prepared: PreparedRun, thread: EventThread | undefined): Promise<RunResult> {
  const versions = [...prepared.typist.virtioVersions];
  for (let given = thread; ; given = startEventThread()) {
    const run = await TracedRun.start(prepared, versions.shift()!, given);
    run.isLastVersion = versions.length === 0;
    if ((await run.run()) !== 'wrong_virtio') return run.finish();
    await run.discard();
  }
}

class TracedRun {
  private readonly machine: Machine;
  private readonly console: InputConsole;
  private readonly exceptions: KernelExceptions;
  private readonly snapshots: SnapshotTaker | undefined;
  private readonly started = performance.now();
  private end: RunEnd | 'wrong_virtio' | undefined;
  private phase: 'boot' | 'program' = 'boot';
  private panicEnd = Infinity;
  private diskEnd = Infinity;
  private consoleBytes = 0;
  private printed: number[] = [];
  private nextDigest = digestCycles;
  private nextFlush = flushCycles;
  /** No other disk interface is left to try. */
  isLastVersion = false;

  static async start(
    prepared: PreparedRun,
    virtioVersion: 'modern' | 'legacy',
    thread: EventThread | undefined,
  ): Promise<TracedRun> {
    const { request } = prepared;
    const { kernel, disk, profile } = request.input;
    const writer = new TraceDirectoryWriter(request.out);
    writer.addKernel(kernel);
    writer.addDisk(disk);
    if (profile) writer.addProfile(profile.text);
    const digest = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
    const { harts, memoryBytes, turnCycles, diskLatencyCycles } = request.machine;
    const machine = { harts, memoryBytes, turnCycles, diskLatencyCycles, virtio: virtioVersion };
    const streams = await writer.startWith(
      {
        toolVersion: request.toolVersion,
        machine: { ...machine, schedule: { kind: 'round_robin' } },
        program: request.program[0] ?? '',
        arguments: request.program.slice(1),
        digests: { kernel: digest(kernel), disk: digest(disk) },
      },
      (folder) => openEventPipeline(eventTask(prepared, folder), prepared.debug, thread),
      request.snapshots?.bytes ?? snapshotBytesDefault,
    );
    return new TracedRun(prepared, { ...request.machine, virtioVersion }, writer, streams);
  }

  private constructor(
    private readonly prepared: PreparedRun,
    configuration: MachineConfiguration,
    private readonly writer: TraceDirectoryWriter,
    private readonly streams: StartedTrace<EventPipeline>,
  ) {
    const { request, profile, image, questions, kinds } = prepared;
    this.console = prepared.typist.open({
      printed: (byte) => this.printed.push(byte),
      typed: (byte, cycle) => streams.recording.input(cycle, byte),
      prompted: (again) => this.prompted(again),
      left: () => (this.end ??= 'left'),
    });
    this.machine = new Machine(configuration, image, this.console, {
      ...(request.engine && { engine: request.engine }),
    });
    this.exceptions = new KernelExceptions(() => {
      this.end ??= 'hang';
      this.machine.requestStop();
    });
    const { bytes, seconds } = request.snapshots ?? {};
    if (bytes !== 0) this.snapshots = new SnapshotTaker(this.machine, streams.snapshots, seconds);
    attachProbes(this.machine, profile, new Set(kinds), (hart) => this.panicked(hart));
    attachQuestions(this.machine, questions);
    this.machine.ring.setConsumer((view, from, to) => {
      this.exceptions.observe(view, from, to);
      streams.events.records(view, from, to);
    });
  }

  /** Runs to the end, whichever it is. */
  async run(): Promise<RunEnd | 'wrong_virtio'> {
    while (this.end === undefined) {
      const stop = this.machine.run(this.pieceEnd(this.machine.cycle()));
      this.passConsole();
      if (stop === 'finished') this.end = 'power_off';
      else if (stop === 'deadlock') this.end = 'deadlock';
      else if (stop === 'limit') this.reached(this.machine.cycle());
      this.checkDisk();
      this.checkHost();
      if (this.end === undefined) this.snapshots?.consider();
      if (this.end === undefined) await this.pause();
    }
    return this.end;
  }

  private pause(): Promise<void> {
    const { console, machine } = this;
    if (console.pause)
      return console.pause({ cycle: machine.cycle(), idle: isIdle(machine, this.prepared.profile) });
    return new Promise((resolve) => setImmediate(resolve));
  }

  /** The cycle up to which nothing needs the host. */
  private pieceEnd(cycle: number): number {
    const { typist, request } = this.prepared;
    const known = typist.end?.cycle ?? Math.min(request.limits.cycles, this.panicEnd);
    const next = Math.min(this.nextDigest, this.nextFlush, this.console.nextInput(cycle));
    return Math.min(cycle + stepCycles, known, next);
  }

  /** Completes the trace. */
  async finish(): Promise<RunResult> {
    const end = this.end as RunEnd;
    const cycle = this.machine.cycle();
    this.streams.events.finish(cycle);
    await this.streams.snapshots.finish();
    const digest = this.machine.digest();
    const incompleteBecause = explainEnd[end];
    const manifest = this.writer.finish({
      kernel: this.kernelFacts(),
      finalCycle: cycle,
      finalStateDigest: digest,
      stopReason: end,
      lostEvents: 0,
      ...(incompleteBecause && { incompleteBecause }),
    });
    return {
      end,
      cycle,
      digest,
      manifest,
      profile: this.profileSeen(),
      consumed: this.streams.events.consumed,
      seconds: (performance.now() - this.started) / 1000,
    };
  }

  /** What was found, and what only the run has shown to be missing. */
  private profileSeen(): KernelProfile {
    const { profile } = this.prepared;
    const { unanswered } = this.exceptions;
    const { start, end } = this.machine.ramRange;
    if (unanswered === undefined || unanswered < end) return profile;
    const mebibytes = (end - start) / 2 ** 20;
    const beyond = `0x${unanswered.toString(16)}, beyond its ${mebibytes} MiB of memory`;
    const missing = `the kernel accessed ${beyond}: does it need more (--memory)?`;
    return { ...profile, missing: [...profile.missing, missing] };
  }

  /** Throws the trace away: the machine was the wrong one. */
  async discard(): Promise<void> {
    await this.streams.snapshots.finish();
    this.writer.abandon();
    rmSync(this.writer.folder, { recursive: true, force: true });
  }

  private prompted(again: boolean): void {
    this.phase = 'program';
    if (!again) return;
    this.end ??= 'prompt';
    this.machine.requestStop();
  }

  private panicked(hart: number): void {
    const { debug, kinds } = this.prepared;
    if (kinds.includes('panic_call')) {
      const [inside, ...calls] = kernelCalls(this.machine, hart, debug);
      recordPanicCalls(this.machine, calls, inside.pc);
    }
    this.panicEnd = Math.min(this.panicEnd, this.machine.cycle() + panicCycles);
  }

  private reached(cycle: number): void {
    const { typist, request } = this.prepared;
    if (typist.end) {
      if (cycle >= typist.end.cycle) this.end ??= typist.end.reason;
    } else if (cycle >= this.panicEnd) this.end ??= 'panic';
    else if (cycle >= request.limits.cycles) this.end ??= 'cycle_budget';
    if (cycle >= this.nextFlush) {
      this.streams.events.flush();
      this.nextFlush = cycle + Math.max(flushCycles, Math.floor(flushPart * cycle));
    }
    if (cycle < this.nextDigest) return;
    this.streams.recording.digest(cycle, this.machine.digest());
    this.nextDigest += digestCycles;
  }

  /** A kernel that looked at the disk and left it alone wants the other version of its interface. */
  private checkDisk(): void {
    const { machine } = this;
    if (this.isLastVersion || machine.diskConfigured || !machine.diskProbed) return;
    this.diskEnd = Math.min(this.diskEnd, machine.cycle() + diskCycles);
    if (this.end !== undefined || machine.cycle() >= this.diskEnd) this.end = 'wrong_virtio';
  }

  private checkHost(): void {
    const { request } = this.prepared;
    const { limits } = request;
    const seconds = (performance.now() - this.started) / 1000;
    if (request.signal?.aborted) this.end ??= 'interrupted';
    if (this.writer.failure) this.end ??= 'write_failed';
    if (this.writer.bytes > limits.traceBytes) this.end ??= 'trace_budget';
    if (this.consoleBytes > limits.consoleBytes) this.end ??= 'console_budget';
    if (seconds > limits.seconds) this.end ??= 'time_budget';
    request.onProgress?.({ cycle: this.machine.cycle(), phase: this.phase });
  }

  private passConsole(): void {
    if (this.printed.length === 0) return;
    const bytes = Uint8Array.from(this.printed);
    this.printed = [];
    this.consoleBytes += bytes.length;
    this.writer.appendConsole(bytes);
    this.prepared.request.onConsole?.(bytes);
  }

  private kernelFacts(): KernelFacts {
    const { profile } = this.prepared;
    const { start, end } = this.machine.ramRange;
    const functions = Object.entries(profile.functions).map(([role, found]) => [role, found.name]);
    return {
      ramStart: start,
      ramEnd: end,
      ...(profile.imageEnd !== undefined && { firstFreeFrame: Math.ceil(profile.imageEnd / 4096) * 4096 }),
      names: Object.fromEntries(functions) as Record<string, string>,
    };
  }
}
