// A person at the console, or a pipe in the person's place. When a byte comes depends on the host; the cycle at which
// the guest receives it is recorded, and a replay delivers it there.
import type { ConsoleListener } from './console-script.js';
import { PendingBytes } from './pending-bytes.js';
import { PromptFinder } from './prompt-finder.js';
import type { InputConsole, RunInput, RunListener, RunMoment } from './run-input.js';

/** Cycles between looks at the keyboard: 10 ms of the guest's time. */
const lookCycles = 1e6;
/** Cycles of the guest's clock in a millisecond. */
const cyclesPerMillisecond = 1e5;
/** A guest that has idled so long without a prompt waits for input. */
const waitingCycles = 50e6;
/** A guest that has idled so long when all input is used up will say no more. */
const silenceCycles = 1e9;

/** What both kinds of live input have: bytes that wait for the receiver, and a way to leave. */
abstract class LiveInput implements RunInput {
  readonly virtioVersions = ['modern', 'legacy'] as const;
  protected readonly pending = new PendingBytes();
  protected listener: RunListener | undefined;

  open(listener: RunListener): InputConsole {
    this.listener = listener;
    return {
      receive: (cycle) => this.pending.receive(cycle, listener),
      transmitted: (byte) => {
        listener.printed(byte);
        this.printed(byte, listener);
      },
      nextInput: (cycle) => cycle + lookCycles,
      pause: (moment) => this.pause(moment),
    };
  }

  protected abstract printed(byte: number, listener: ConsoleListener): void;
  protected abstract pause(moment: RunMoment): Promise<void>;
}

/** Somebody types. While the guest idles its time goes by no faster than ours. */
export class PersonInput extends LiveInput {
  private wake: (() => void) | undefined;
  /** A cycle and the time at which it was reached, in milliseconds: idling is measured from there. */
  private since: { readonly cycle: number; readonly time: number } | undefined;
  private hasLeft = false;

  /** Bytes were typed. */
  type(bytes: Uint8Array): void {
    this.pending.add(bytes);
    this.wake?.();
  }

  /** The person leaves: the run ends where it is. */
  leave(): void {
    this.hasLeft = true;
    this.wake?.();
  }

  protected override printed(): void {}

  protected override async pause({ cycle, idle }: RunMoment): Promise<void> {
    if (this.hasLeft) return this.listener?.left();
    if (!idle || !this.pending.isEmpty) this.since = undefined;
    else {
      this.since ??= { cycle, time: performance.now() };
      const ahead = (cycle - this.since.cycle) / cyclesPerMillisecond - (performance.now() - this.since.time);
      if (ahead > 1) await this.sleep(ahead);
    }
    await new Promise((resolve) => setImmediate(resolve));
  }

  private async sleep(milliseconds: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, milliseconds);
      this.wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.wake = undefined;
  }
}

/** Lines from a pipe: one at each prompt, or when the guest waits for more. It leaves when all are used up. */
export class PipedInput extends LiveInput {
  private readonly lines: string[];
  private readonly prompts = new PromptFinder();
  private isAtPrompt = false;
  private hasPrompted = false;
  private lastActive = 0;

  /** @param text everything that will be typed */
  constructor(text: string) {
    super();
    this.lines = text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
  }

  protected override printed(byte: number, listener: ConsoleListener): void {
    this.lastActive = -1;
    if (!this.prompts.printed(byte)) return;
    this.isAtPrompt = true;
    if (!this.hasPrompted) listener.prompted(false);
    this.hasPrompted = true;
  }

  protected override async pause({ cycle, idle }: RunMoment): Promise<void> {
    if (!idle || this.lastActive < 0) this.lastActive = cycle;
    const idled = cycle - this.lastActive;
    if (this.pending.isEmpty && this.hasPrompted) {
      const isReady = this.isAtPrompt || idled >= waitingCycles;
      if (isReady && this.lines.length > 0) this.typeLine(cycle);
      else if (this.lines.length === 0 && (this.isAtPrompt || idled >= silenceCycles)) this.listener?.left();
    }
    await new Promise((resolve) => setImmediate(resolve));
  }

  private typeLine(cycle: number): void {
    this.pending.add(Buffer.from(this.lines.shift()!, 'utf8'));
    this.isAtPrompt = false;
    this.lastActive = cycle;
  }
}
