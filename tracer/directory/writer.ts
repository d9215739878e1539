// Writes a trace directory: files first, each counted and digested; the manifest, which vouches for them, last.
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { UsageError } from '../../errors.js';
import type { EventFileSummary, EventSink } from '../arrow/index.js';
import type { RecordingWriter } from '../recording/index.js';
import { eventFile, traceFormatVersion, type EventName } from '../schema/index.js';
import { replaceManifest, reserveManifest, syncDirectory } from './durable.js';
import { manifestFormat, traceFiles } from './layout.js';
import {
  manifestText,
  type Manifest,
  type ManifestFile,
  type RunDescription,
  type RunOutcome,
} from './manifest.js';
import { errorCode, makeDirectory, OutputFile, type WriteFailure } from '../files/output-file.js';
import { makePlace, settle, type TracePlace } from './place.js';

/** The event files of a run, whoever writes them. */
export interface EventFiles {
  /** The first failure among the files: from then on the trace is incomplete. */
  readonly failure: WriteFailure | undefined;
  /** Bytes written so far, as far as that is known. */
  readonly bytes: number;
  /** Closes every file. */
  close(): EventFileSummary[];
}

/** The streams of a run that has started. */
export interface StartedTrace<Events extends EventFiles = EventSink> {
  readonly events: Events;
  readonly recording: RecordingWriter;
}

/** A run's description, its inputs digested once they are all there. */
type Run = Omit<RunDescription, 'digests'> & Pick<Manifest, 'digests'>;

const unfinished = 'the run did not finish';

/** A trace being written. After a failure (a full disk) it writes no more, and `finish` says so. */
export class TraceDirectoryWriter {
  readonly #place: TracePlace;
  readonly #files: Record<string, ManifestFile> = {};
  readonly #console: OutputFile;
  #failure: WriteFailure | undefined;
  #run: RunDescription | undefined;
  #started: StartedTrace<EventFiles> | undefined;

  /**
   * Makes the directory. A trace of ours at `path` stays there until `finish` replaces it.
   * Throws UsageError when something else is there or the directory cannot be made.
   */
  constructor(path: string) {
    this.#place = makePlace(path);
    this.#reserve();
    makeDirectory(join(this.folder, traceFiles.events));
    makeDirectory(join(this.folder, traceFiles.snapshots));
    this.#console = new OutputFile(join(this.folder, traceFiles.console));
  }

  /** The directory that is written to: the final path, or beside it while an older trace is there. */
  get folder(): string {
    return this.#place.folder;
  }

  /** The first thing that could not be written; from then on the trace is incomplete and the run may stop. */
  get failure(): WriteFailure | undefined {
    return (
      this.#failure ??
      this.#console.failure ??
      this.#started?.events.failure ??
      this.#started?.recording.failure
    );
  }

  /** Bytes of events and console so far, for a bound on the size of a trace. */
  get bytes(): number {
    return this.#console.bytes + (this.#started?.events.bytes ?? 0);
  }

  /** Keeps the kernel, so that the trace replays anywhere. */
  addKernel(elf: Uint8Array): void {
    this.#addFile(traceFiles.kernel, elf);
  }

  /** Keeps the disk as it is before the run, compressed. */
  addDisk(image: Uint8Array): void {
    this.#addFile(traceFiles.disk, gzipSync(image, { level: 1 }));
  }

  /** Keeps what the run took for granted of the kernel. */
  addProfile(text: string): void {
    this.#addFile(traceFiles.profile, Buffer.from(text));
  }

  /** Appends bytes that the console printed. */
  appendConsole(bytes: Uint8Array): void {
    this.#console.append([bytes]);
  }

  /**
   * Opens recording and event files of the selected kinds, once the machine is known for good. From here on a
   * crash leaves an incomplete trace that says what was run.
   */
  async start(run: RunDescription, kinds: Iterable<EventName>): Promise<StartedTrace> {
    const { openEventSink } = await import('../arrow/index.js');
    return this.startWith(run, (folder) => openEventSink(folder, kinds));
  }

  /** The same with event files that `open` makes in the directory it is given. */
  async startWith<Events extends EventFiles>(
    run: RunDescription,
    open: (folder: string) => Promise<Events>,
  ): Promise<StartedTrace<Events>> {
    const { RecordingWriter } = await import('../recording/index.js');
    this.#run = run;
    this.#attempt(() => {
      const manifest = this.#manifest(run, { complete: false, incompleteBecause: unfinished });
      // It vouches for nothing, so nobody need wait for the disk.
      replaceManifest(this.folder, manifestText(manifest), false);
    });
    this.#reserve();
    const { toolVersion, machine, program, digests } = run;
    const recording = new RecordingWriter(join(this.folder, traceFiles.recording), {
      ...{ toolVersion, machine, program },
      arguments: run.arguments,
      kernelSha256: digests.kernel,
      diskSha256: digests.disk ?? '',
    });
    const started = { recording, events: await open(this.folder) };
    this.#started = started;
    return started;
  }

  /** Closes everything, writes the final manifest, and moves the trace to its path. */
  finish(outcome: RunOutcome): Manifest {
    if (this.#run === undefined || this.#started === undefined)
      throw new Error('the trace was finished before it was started');
    const lostRows = this.#closeEvents(this.#started.events);
    const inputs = this.#closeRecording(this.#started.recording, outcome);
    this.#files[traceFiles.console] = this.#console.close();
    const lostEvents = outcome.lostEvents + lostRows;
    const because = this.failure?.message.replaceAll(`${this.folder}/`, '') ?? outcome.incompleteBecause;
    const incompleteBecause = because ?? (lostEvents > 0 ? `${lostEvents} events were lost` : undefined);
    const run = { ...this.#run, digests: { ...this.#run.digests, inputs } };
    const verdict = {
      complete: incompleteBecause === undefined,
      ...(incompleteBecause && { incompleteBecause }),
    };
    const manifest = this.#manifest(run, { ...outcome, ...verdict, lostEvents });
    const published = this.#publish(manifest);
    settle(this.#place);
    if (published) return manifest;
    return { ...manifest, complete: false, incompleteBecause: this.failure?.message ?? unfinished };
  }

  /** Closes the files without vouching for them: the trace stays as incomplete as after a crash. */
  abandon(): void {
    this.#started?.events.close();
    this.#started?.recording.close();
    this.#console.close();
  }

  #closeEvents(events: EventFiles): number {
    let lostRows = 0;
    for (const { kind, rows, bytes, sha256, ...summary } of events.close()) {
      this.#files[eventFile(kind)] = { bytes, sha256, rows };
      lostRows += summary.lostRows;
    }
    return lostRows;
  }

  #closeRecording(recording: RecordingWriter, outcome: RunOutcome): string {
    const end = { cycle: outcome.finalCycle, state: outcome.finalStateDigest };
    const { inputsSha256, ...file } = recording.close(end);
    this.#files[traceFiles.recording] = file;
    return inputsSha256;
  }

  #addFile(name: string, bytes: Uint8Array): void {
    const file = new OutputFile(join(this.folder, name));
    file.append([bytes]);
    this.#files[name] = file.close();
    this.#failure ??= file.failure;
  }

  #manifest(run: Run, rest: Partial<RunOutcome> & Pick<Manifest, 'complete'>): Manifest {
    return {
      format: manifestFormat,
      formatVersion: traceFormatVersion,
      ...run,
      lostEvents: 0,
      ...rest,
      files: this.#files,
    };
  }

  /** Whether the manifest could be written. */
  #publish(manifest: Manifest): boolean {
    return this.#attempt(() => {
      // What the manifest vouches for must be on the disk before it.
      for (const name of [traceFiles.events, traceFiles.snapshots]) syncDirectory(join(this.folder, name));
      replaceManifest(this.folder, manifestText(manifest), true);
    });
  }

  #reserve(): void {
    if (this.#attempt(() => reserveManifest(this.folder)) || this.#run !== undefined) return;
    throw new UsageError(`cannot begin the trace ${this.folder}: ${this.failure?.message}`);
  }

  #attempt(write: () => void): boolean {
    try {
      write();
      return true;
    } catch (error) {
      const code = errorCode(error);
      if (code === '') throw error;
      const full = code === 'ENOSPC' || code === 'EDQUOT';
      const path = join(this.folder, traceFiles.manifest);
      const message = full ? 'the disk is full' : `manifest.json could not be written (${code})`;
      this.#failure ??= { reason: full ? 'disk_full' : 'write_failed', path, message };
      return false;
    }
  }
}
