// A traced run from power-on to its end: boots, types the program, drains events into the trace, and finishes it
// in every case, also when the run did not.
import { rmSync } from 'node:fs';
import type { Machine, MachineConfiguration, RecordConsumer } from '../../emulator/index.js';
import type { StartedTrace, TraceDirectoryWriter } from '../directory/index.js';
import { kernelCalls } from '../moment/index.js';
import { recordPanicCalls, type KernelProfile } from '../probes/index.js';
import type { SnapshotStore } from '../recording/index.js';
import type { EventPipeline } from './event-pipeline.js';
import { startEventThread, type EventThread } from './event-thread.js';
import { NoProgress } from './no-progress.js';
import { isIdle, prepareRun, type PreparedRun } from './prepared-run.js';
import { explainEnd } from './run-end.js';
import type { InputConsole } from './run-input.js';
import { kernelFacts, startTrace, type BegunTrace } from './run-trace.js';
import type { SharedBoot } from './shared-boot.js';
import { SnapshotTaker } from './snapshot-taker.js';
import { TracedMachine, type MachineListener } from './traced-machine.js';
import type { RunEnd, RunRequest, RunResult } from './types.js';

/** Cycles between looks at the host: interrupts, bounds, progress. Some tens of milliseconds. */
const stepCycles = 5e6;
/** Cycles between digests in the recording. */
const digestCycles = 2e9;
/** The same as a part of the run so far, when that is more: each looks at all of the memory. */
const digestPart = 1;
/** Cycles between moments at which all events so far are brought to their files, against a crash. */
const flushCycles = 100e6;
/** The same as a part of the run so far, when that is more: small batches are what costs most. */
const flushPart = 0.05;
/** Cycles a panicking kernel gets to print why. */
const panicCycles = 2e6;
/** Cycles after a look at the disk within which a driver that accepts it has set up its queue. */
const diskCycles = 50e6;

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
  const { boot } = prepared.request;
  const versions = boot?.virtioVersions ?? [...prepared.typist.virtioVersions];
  for (let given = thread; ; given = startEventThread()) {
    const run = await TracedRun.start(prepared, versions.shift()!, given);
    run.isLastVersion = versions.length === 0;
    if ((await run.run()) !== 'wrong_virtio') return run.finish();
    await run.discard();
  }
}

class TracedRun implements MachineListener {
  readonly console: InputConsole;
  private readonly traced: TracedMachine;
  private readonly machine: Machine;
  private readonly writer: TraceDirectoryWriter;
  private readonly streams: StartedTrace<EventPipeline>;
  private readonly store: SnapshotStore;
  private readonly snapshots: SnapshotTaker | undefined;
  private readonly noProgress: NoProgress;
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
    const trace = await startTrace(prepared, virtioVersion, thread);
    return new TracedRun(prepared, { ...prepared.request.machine, virtioVersion }, trace);
  }

  private constructor(
    private readonly prepared: PreparedRun,
    configuration: MachineConfiguration,
    { writer, streams, snapshots }: BegunTrace,
  ) {
    const { request } = prepared;
    this.writer = writer;
    this.streams = streams;
    this.store = snapshots;
    this.console = prepared.typist.open({
      printed: (byte) => this.printed.push(byte),
      typed: (byte, cycle) => streams.recording.input(cycle, byte),
      prompted: (again) => this.prompted(again),
      left: () => (this.end ??= 'left'),
    });
    const { boot } = request;
    if (boot?.isKept) this.traced = boot.resume(this);
    else this.traced = new TracedMachine(prepared, configuration, this);
    this.machine = this.traced.machine;
    const { bytes, seconds } = request.snapshots ?? {};
    if (bytes !== 0) this.snapshots = new SnapshotTaker(this.machine, snapshots, seconds);
    this.noProgress = new NoProgress(this.machine, prepared.debug);
    if (boot?.isKept) this.goOnFrom(boot);
    else boot?.begin(prepared);
  }

  readonly records: RecordConsumer = (view, from, to) => {
    this.noProgress.observe(view, from, to);
    this.streams.events.records(view, from, to);
    this.prepared.request.boot?.records(view, from, to);
  };

  /** Runs to the end, whichever it is. */
  async run(): Promise<RunEnd | 'wrong_virtio'> {
    while (this.end === undefined) {
      const stop = this.machine.run(this.pieceEnd(this.machine.cycle()));
      this.passConsole();
      if (stop === 'requested') this.keepBoot();
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
    const next = Math.min(
      this.noProgress.next,
      this.nextDigest,
      this.nextFlush,
      this.console.nextInput(cycle),
    );
    return Math.min(cycle + stepCycles, known, next);
  }

  /** Completes the trace. */
  async finish(): Promise<RunResult> {
    const end = this.end as RunEnd;
    const cycle = this.machine.cycle();
    this.streams.events.finish(cycle);
    await this.store.finish();
    const digest = this.machine.digest();
    const incompleteBecause = explainEnd[end];
    const manifest = this.writer.finish({
      kernel: kernelFacts(this.prepared.profile, this.machine),
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
    return { ...profile, missing: [...profile.missing, ...this.noProgress.remarks()] };
  }

  /** Throws the trace away: the machine was the wrong one. */
  async discard(): Promise<void> {
    await this.store.finish();
    this.writer.abandon();
    rmSync(this.writer.folder, { recursive: true, force: true });
  }

  /** Hears of the boot what the run that booted did; the machine is where it ended. */
  private goOnFrom(boot: SharedBoot): void {
    if (this.snapshots) this.store.add(boot.snapshot);
    boot.tell({
      records: this.records,
      flushed: (cycle) => this.flush(cycle),
      digested: (cycle, state) => this.digested(cycle, state),
      printed: (byte, cycle) => this.console.transmitted(byte, cycle),
    });
    // A prompt that the run that booted knew by the silence behind it.
    if (this.phase === 'boot') void this.console.pause?.({ cycle: Infinity, idle: true });
    this.passConsole();
  }

  /** At the first prompt: runs that share the boot can go on from here. */
  private keepBoot(): void {
    const { boot } = this.prepared.request;
    const isSound = this.end === undefined && this.panicEnd === Infinity;
    if (boot && !boot.isKept && this.phase === 'program' && isSound) boot.keep(this.traced);
  }

  private prompted(again: boolean): void {
    const { boot } = this.prepared.request;
    this.phase = 'program';
    if (!again) {
      if (boot && !boot.isKept) this.machine.requestStop();
      return;
    }
    this.end ??= 'prompt';
    this.machine.requestStop();
  }

  panicked(hart: number): void {
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
    if (cycle >= this.noProgress.next) this.end ??= this.noProgress.endAt(cycle);
    if (cycle >= this.nextFlush) this.flush(cycle);
    if (cycle >= this.nextDigest) this.digested(cycle, this.machine.digest());
  }

  private flush(cycle: number): void {
    this.streams.events.flush();
    this.nextFlush = cycle + Math.max(flushCycles, Math.floor(flushPart * cycle));
    this.prepared.request.boot?.flushed(cycle);
  }

  private digested(cycle: number, state: string): void {
    this.streams.recording.digest(cycle, state);
    this.nextDigest = cycle + Math.max(digestCycles, Math.floor(digestPart * cycle));
    this.prepared.request.boot?.digested(cycle, state);
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
    this.prepared.request.boot?.printed(bytes);
    this.consoleBytes += bytes.length;
    this.writer.appendConsole(bytes);
    this.prepared.request.onConsole?.(bytes);
  }
}
