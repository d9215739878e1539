// Writes and reads recording.pb: everything beside kernel and disk that a run depended on, and digests to compare.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import protobuf from 'protobufjs';
import { ExitCode, UsageError } from '../../errors.js';
import { errorCode, OutputFile, type FileSummary, type WriteFailure } from '../files/output-file.js';
import { recordingFormatVersion, recordType } from './format.js';
import type { MachineConfiguration, Schedule } from './machine-configuration.js';

/** What the run was started with. */
export interface RecordingHeader {
  readonly toolVersion: string;
  readonly machine: MachineConfiguration;
  /** As typed at the prompt; empty for a run that only boots. */
  readonly program: string;
  readonly arguments: readonly string[];
  /** SHA-256 (hex) of the kernel's ELF file. */
  readonly kernelSha256: string;
  /** SHA-256 (hex) of the disk image before the run; empty without a disk. */
  readonly diskSha256: string;
}

/** A byte the console received, in the state before step `cycle`. */
export interface RecordedInput {
  readonly cycle: number;
  readonly byte: number;
}

/** A turn of a scripted schedule. */
export interface RecordedTurn {
  readonly hart: number;
  readonly cycles: number;
}

/** The state digest before step `cycle`. */
export interface RecordedDigest {
  readonly cycle: number;
  readonly state: string;
}

/** A snapshot of the state before step `cycle`: a file in `snapshots/`. */
export interface RecordedSnapshot {
  readonly cycle: number;
  readonly file: string;
  readonly bytes: number;
  /** SHA-256 (hex) of the file. */
  readonly sha256: string;
}

/** A recording as it was read: all of it or, when `end` is undefined, what a run left that was cut off. */
export interface Recording {
  readonly header: RecordingHeader;
  readonly inputs: readonly RecordedInput[];
  readonly turns: readonly RecordedTurn[];
  readonly digests: readonly RecordedDigest[];
  /** Those whose files are there, in order of cycle. */
  readonly snapshots: readonly RecordedSnapshot[];
  readonly end: RecordedDigest | undefined;
}

interface StoredMachine extends Omit<MachineConfiguration, 'schedule'> {
  readonly schedule: Schedule['kind'];
  readonly seed: number;
}

interface StoredHeader extends Omit<RecordingHeader, 'machine'> {
  readonly formatVersion: number;
  readonly machine: StoredMachine;
}

/** One `Record` of the format: exactly one member is there. */
interface Entry {
  readonly header?: StoredHeader;
  readonly input?: RecordedInput;
  readonly turn?: RecordedTurn;
  readonly digest?: RecordedDigest;
  readonly snapshot?: RecordedSnapshot;
  readonly end?: RecordedDigest;
  readonly snapshotRemoved?: { readonly file: string };
}

// Turns come in great numbers; everything else is written at once, to survive a crash.
const bufferedBytes = 65_536;

/** Writes a recording record by record. */
export class RecordingWriter {
  readonly #file: OutputFile;
  readonly #buffer = new protobuf.Writer();
  readonly #inputs = createHash('sha256');

  /** Creates the file and writes the header. Throws UsageError when it cannot be created. */
  constructor(path: string, header: RecordingHeader) {
    this.#file = new OutputFile(path);
    const { schedule, ...machine } = header.machine;
    const seed = schedule.kind === 'seeded' ? schedule.seed : 0;
    const stored = { ...machine, schedule: schedule.kind, seed };
    this.#append({ header: { ...header, formatVersion: recordingFormatVersion, machine: stored } });
    this.flush();
  }

  /** Set once the file could not be written any further. */
  get failure(): WriteFailure | undefined {
    return this.#file.failure;
  }

  /** Records that the console received `byte` before step `cycle`. */
  input(cycle: number, byte: number): void {
    this.#inputs.update(`${cycle} ${byte}\n`);
    this.#append({ input: { cycle, byte } });
    this.flush();
  }

  /** Records a turn of a scripted schedule. */
  turn(hart: number, cycles: number): void {
    this.#append({ turn: { hart, cycles } });
  }

  /** Records the state digest before step `cycle`. */
  digest(cycle: number, state: string): void {
    this.#append({ digest: { cycle, state } });
    this.flush();
  }

  /** Records that a file of `snapshots/` holds a state. */
  snapshot(snapshot: RecordedSnapshot): void {
    this.#append({ snapshot });
    this.flush();
  }

  /** Records that a file of `snapshots/` is about to be removed. */
  snapshotRemoved(file: string): void {
    this.#append({ snapshotRemoved: { file } });
    this.flush();
  }

  flush(): void {
    if (this.#buffer.len === 0) return;
    this.#file.append([this.#buffer.finish()]);
    this.#buffer.reset();
  }

  /**
   * Closes the file. `end` is the last state of a run that ended in order; leave it out for one that did not.
   * `inputsSha256` is a digest of all inputs and their cycles.
   */
  close(end?: RecordedDigest): FileSummary & { readonly inputsSha256: string } {
    if (end !== undefined) this.#append({ end });
    this.flush();
    return { ...this.#file.close(), inputsSha256: this.#inputs.digest('hex') };
  }

  #append(entry: Entry): void {
    recordType.encodeDelimited(entry, this.#buffer);
    if (this.#buffer.len >= bufferedBytes) this.flush();
  }
}

/**
 * Reads a recording up to its last whole record.
 * Throws UsageError (65) when the file is missing, foreign, damaged or of a newer format.
 */
export function readRecording(path: string): Recording {
  const inputs: RecordedInput[] = [];
  const turns: RecordedTurn[] = [];
  const digests: RecordedDigest[] = [];
  const snapshots = new Map<string, RecordedSnapshot>();
  let header: RecordingHeader | undefined;
  let end: RecordedDigest | undefined;
  for (const entry of entriesOf(path)) {
    header ??= readHeader(path, entry.header);
    if (entry.input !== undefined) inputs.push(entry.input);
    if (entry.turn !== undefined) turns.push(entry.turn);
    if (entry.digest !== undefined) digests.push(entry.digest);
    if (entry.snapshot !== undefined) snapshots.set(entry.snapshot.file, entry.snapshot);
    if (entry.snapshotRemoved !== undefined) snapshots.delete(entry.snapshotRemoved.file);
    end = entry.end ?? end;
  }
  header ??= readHeader(path, undefined);
  const index = [...snapshots.values()].sort((one, other) => one.cycle - other.cycle);
  return { header, inputs, turns, digests, snapshots: index, end };
}

function* entriesOf(path: string): Generator<Entry> {
  const reader = protobuf.Reader.create(readBytes(path));
  while (reader.pos < reader.len) {
    const start = reader.pos;
    const length = recordLength(reader);
    if (length === undefined || reader.pos + length > reader.len) return;
    try {
      const message = recordType.decode(reader, length);
      yield recordType.toObject(message, { longs: Number, defaults: true, arrays: true }) as Entry;
    } catch (error) {
      if (error instanceof UsageError) throw error;
      throw unreadable(path, `is damaged or no recording: the record at byte ${start} cannot be decoded`);
    }
  }
}

/** The length before a record; undefined when the file ends inside it. */
function recordLength(reader: protobuf.Reader): number | undefined {
  try {
    return reader.uint32();
  } catch {
    return undefined;
  }
}

function readBytes(path: string): Uint8Array {
  try {
    return readFileSync(path);
  } catch (error) {
    throw unreadable(path, `cannot be read (${errorCode(error)})`);
  }
}

function readHeader(path: string, stored: StoredHeader | undefined): RecordingHeader {
  if (stored?.machine === undefined || stored.machine === null)
    throw unreadable(path, 'is no recording, or ends before its header');
  const { formatVersion, machine, ...rest } = stored;
  if (formatVersion !== recordingFormatVersion)
    throw unreadable(
      path,
      `has recording format ${formatVersion}, this version reads ${recordingFormatVersion}`,
    );
  const { schedule: kind, seed, ...configuration } = machine;
  const schedule: Schedule = kind === 'seeded' ? { kind, seed } : { kind };
  return { ...rest, machine: { ...configuration, schedule } };
}

function unreadable(path: string, what: string): UsageError {
  return new UsageError(
    `${path} ${what}; run the program again to make a new trace`,
    ExitCode.unreadableTrace,
  );
}
