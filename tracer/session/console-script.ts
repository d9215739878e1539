// The typist at the console: waits for the shell's prompt, types the program, and notices the next prompt. It reacts to
// characters the guest prints, so what it does is a function of the guest's own execution.
import type { ConsolePort } from '../../emulator/index.js';
import { PendingBytes } from './pending-bytes.js';
import { PromptFinder } from './prompt-finder.js';

/** A line that ends like a prompt is one when nothing was printed for so long, and nothing runs. */
export const silenceCycles = 500_000_000;

/** Told of what passes, at its cycle. */
export interface ConsoleListener {
  printed(byte: number): void;
  typed(byte: number, cycle: number): void;
  /** The shell prompts: for the first time (it is typed to now) or again (the program is done). */
  prompted(again: boolean): void;
}

export class ConsoleScript implements ConsolePort {
  private readonly pending = new PendingBytes();
  private readonly prompts = new PromptFinder();
  private typedProgram = false;
  /** When the silence behind what may be a prompt has been long enough. */
  private silentAt = Infinity;

  /**
   * @param text what to type at the first prompt, lines of it without the last newline; empty to type nothing
   */
  constructor(
    private readonly text: string,
    private readonly listener: ConsoleListener,
  ) {}

  receive(cycle: number): number | undefined {
    return this.pending.receive(cycle, this.listener);
  }

  transmitted(byte: number, cycle: number): void {
    this.listener.printed(byte);
    const isPrompt = this.prompts.printed(byte);
    this.silentAt = !isPrompt && this.prompts.mayHavePrompted ? cycle + silenceCycles : Infinity;
    if (isPrompt) this.promptSeen();
  }

  /** First cycle after this one at which it may find that the guest waits; Infinity for none. */
  nextInput(cycle: number): number {
    return this.silentAt > cycle ? this.silentAt : Infinity;
  }

  /** Takes the silence into account; pieces of the run end where `nextInput` says. */
  waited(cycle: number, isIdle: boolean): void {
    if (cycle < this.silentAt) return;
    this.silentAt = isIdle ? Infinity : cycle + silenceCycles;
    if (isIdle) this.promptSeen();
  }

  private promptSeen(): void {
    if (this.typedProgram || this.text === '') return this.listener.prompted(true);
    this.typedProgram = true;
    this.pending.add(Buffer.from(`${this.text}\n`, 'utf8'));
    this.listener.prompted(false);
  }
}
