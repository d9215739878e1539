// The typist at the console: waits for the shell's prompt, types the program, and notices the next prompt. It reacts to
// characters the guest prints, so what it does is a function of the guest's own execution.
import type { ConsolePort } from '../../emulator/index.js';
import { PromptFinder } from './prompt-finder.js';

/** Told of what passes, at its cycle. */
export interface ConsoleListener {
  printed(byte: number): void;
  typed(byte: number, cycle: number): void;
  /** The shell prompts: for the first time (it is typed to now) or again (the program is done). */
  prompted(again: boolean): void;
}

export class ConsoleScript implements ConsolePort {
  private readonly pending: number[] = [];
  private readonly prompts = new PromptFinder();
  private typedProgram = false;

  /**
   * @param text what to type at the first prompt, lines of it without the last newline; empty to type nothing
   */
  constructor(
    private readonly text: string,
    private readonly listener: ConsoleListener,
  ) {}

  receive(cycle: number): number | undefined {
    const byte = this.pending.shift();
    if (byte !== undefined) this.listener.typed(byte, cycle);
    return byte;
  }

  transmitted(byte: number): void {
    this.listener.printed(byte);
    if (this.prompts.printed(byte)) this.promptSeen();
  }

  private promptSeen(): void {
    if (this.typedProgram || this.text === '') return this.listener.prompted(true);
    this.typedProgram = true;
    this.pending.push(...Buffer.from(`${this.text}\n`, 'utf8'));
    this.listener.prompted(false);
  }
}
