// Raw records on their way from the emulator's thread to the one that makes events of them: a ring in shared memory,
// and a few commands, each of which takes effect behind the records written before it. A side blocks when it must wait.
import { recordBytes } from '../../emulator/ring/records.js';

/** Records the ring holds, a power of two: twice what the emulator's own ring does. */
const capacity = 2 ** 17;
const controlBytes = 128;

/** Commands that may be given before the first of them is done: while a kernel boots, each flush is one of new code. */
export const commandsAhead = 4;

/**
 * Words of the control block. Positions count records, `given` and `done` commands; all wrap around at 32 bits. A
 * command has the slot of its number modulo `commandsAhead`: two words there say which it is and where it takes effect.
 */
const word = {
  written: 0,
  read: 1,
  signal: 2,
  progress: 3,
  state: 4,
  given: 5,
  done: 6,
  commands: 8,
} as const;
/** The argument of the command in a slot, and the answer to it, as 64-bit floating-point numbers behind the words. */
const number = { arguments: 8, answers: 8 + commandsAhead } as const;

/** Of the number of a command: its slot. */
const slotOf = (command: number): number => command & (commandsAhead - 1);
/** The word that says which command is in a slot; the next one says where. */
const commandIn = (slot: number): number => word.commands + 2 * slot;

/** What the reading side is told to do. */
export const Command = { flush: 1, finish: 2, close: 3 } as const;

/** How the reading side is: at work, or ended by an error that it has sent. */
export const ReaderState = { working: 0, failed: 1 } as const;

/**
 * Records written at least before the other side is woken for them: waking it for the few of each slice costs both
 * threads more than translating them.
 */
const wakeRecords = 2 ** 14;

/** Records read at a time at most: only when they are read is there room for others. */
const pieceRecords = 2 ** 13;

/** Seconds without any progress after which the other side is taken for dead; a stuck disk may take a while. */
const patienceSeconds = 300;

class Channel {
  protected readonly words: Int32Array;
  protected readonly numbers: Float64Array;

  constructor(readonly memory: SharedArrayBuffer) {
    this.words = new Int32Array(memory, 0, controlBytes / 4);
    this.numbers = new Float64Array(memory, 0, controlBytes / 8);
  }

  protected load(index: number): number {
    return Atomics.load(this.words, index);
  }
}

/** The emulator's side. */
export class RecordSender extends Channel {
  private readonly bytes: Uint8Array;
  /** Records written since the other side was woken last. */
  private untold = 0;

  /** @param check called while waiting and before each write; it throws when the other side has failed */
  constructor(private readonly check: () => void) {
    super(new SharedArrayBuffer(controlBytes + capacity * recordBytes));
    this.bytes = new Uint8Array(this.memory, controlBytes);
  }

  get state(): number {
    return this.load(word.state);
  }

  /** Writes the records between two byte addresses, waiting for room where there is none. */
  write(view: DataView, from: number, to: number): void {
    const source = new Uint8Array(view.buffer, view.byteOffset + from, to - from);
    for (let done = 0; done < source.length;) {
      const written = this.load(word.written);
      const room = capacity - ((written - this.load(word.read)) | 0);
      if (room === 0) {
        this.waitUntil(() => ((written - this.load(word.read)) | 0) < capacity);
        continue;
      }
      const at = written & (capacity - 1);
      const count = Math.min(room, capacity - at, (source.length - done) / recordBytes);
      this.bytes.set(source.subarray(done, done + count * recordBytes), at * recordBytes);
      done += count * recordBytes;
      Atomics.store(this.words, word.written, (written + count) | 0);
      this.untold += count;
      if (this.untold >= wakeRecords) this.signal();
    }
  }

  /** Gives a command, once the one `commandsAhead` before is done; what that one answered, 0 before there was one. */
  command(command: number, argument = 0): number {
    const given = this.load(word.given);
    this.waitUntil(() => ((given - this.load(word.done)) | 0) < commandsAhead);
    const slot = slotOf(given);
    const answer = this.numbers[number.answers + slot];
    this.numbers[number.arguments + slot] = argument;
    Atomics.store(this.words, commandIn(slot), command);
    Atomics.store(this.words, commandIn(slot) + 1, this.load(word.written));
    Atomics.store(this.words, word.given, (given + 1) | 0);
    this.signal();
    return answer;
  }

  /** Waits until all commands are done. */
  settle(): void {
    this.waitUntil(() => this.load(word.done) === this.load(word.given));
  }

  private signal(): void {
    this.untold = 0;
    Atomics.add(this.words, word.signal, 1);
    Atomics.notify(this.words, word.signal);
  }

  private waitUntil(isSo: () => boolean): void {
    for (let idle = 0; idle < patienceSeconds; idle++) {
      const progress = this.load(word.progress);
      this.check();
      if (isSo()) return;
      if (Atomics.wait(this.words, word.progress, progress, 1000) !== 'timed-out') idle = 0;
    }
    throw new Error(`the thread that writes events has made no progress for ${patienceSeconds} seconds`);
  }
}

/** What the reading side does with what comes. */
export interface RecordReader {
  records(view: DataView, from: number, to: number): void;
  /** Carries out a command; what it returns is the answer. */
  command(command: number, argument: number): number;
}

/** The side that makes events. */
export class RecordReceiver extends Channel {
  private readonly view: DataView;

  constructor(memory: SharedArrayBuffer) {
    super(memory);
    this.view = new DataView(memory, controlBytes);
  }

  /** Hands everything to the reader, in order, until a command to close is done. */
  run(reader: RecordReader): void {
    for (let open = true; open;) {
      const signal = this.load(word.signal);
      // In this order: what is written after a command that is not seen here yet is not for this round.
      const written = this.load(word.written);
      const done = this.load(word.done);
      const isTold = this.load(word.given) !== done;
      const end = isTold ? this.load(commandIn(slotOf(done)) + 1) : written;
      const isIdle = end === this.load(word.read);
      if (isIdle && !isTold) Atomics.wait(this.words, word.signal, signal);
      else if (!isIdle) this.passOn(reader, end);
      else open = this.carryOut(reader, done);
    }
  }

  /** Says that nothing more will be read. */
  fail(): void {
    Atomics.store(this.words, word.state, ReaderState.failed);
    this.progressed();
  }

  /** One piece that does not wrap around. */
  private passOn(reader: RecordReader, end: number): void {
    const read = this.load(word.read);
    const at = read & (capacity - 1);
    const count = Math.min((end - read) | 0, capacity - at, pieceRecords);
    reader.records(this.view, at * recordBytes, (at + count) * recordBytes);
    Atomics.store(this.words, word.read, (read + count) | 0);
    this.progressed();
  }

  private carryOut(reader: RecordReader, done: number): boolean {
    const slot = slotOf(done);
    const command = this.load(commandIn(slot));
    this.numbers[number.answers + slot] = reader.command(command, this.numbers[number.arguments + slot]);
    Atomics.store(this.words, word.done, (done + 1) | 0);
    this.progressed();
    return command !== Command.close;
  }

  private progressed(): void {
    Atomics.add(this.words, word.progress, 1);
    Atomics.notify(this.words, word.progress);
  }
}
