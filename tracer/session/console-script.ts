// The typist at the console: waits for the shell's prompt, types the program, and notices the next prompt. It reacts to
// characters the guest prints, so what it does is a function of the guest's own execution.
import type { ConsolePort } from '../../emulator/index.js';

/** Told of what passes, at its cycle. */
export interface ConsoleListener {
  printed(byte: number): void;
  typed(byte: number, cycle: number): void;
  /** The shell prompts: for the first time (it is typed to now) or again (the program is done). */
  prompted(again: boolean): void;
}

const newline = 0x0a;
/** Colours and the like, which a prompt may have. */
const escapeSequence = /\x1b\[[0-9;?]*[A-Za-z]/g;
/** What the shells of these kernels prompt with, `$ `, or in a tree of one's own with a name or place before it. */
const anyPrompt = /^(\S{1,60}[^\s\d])?[$#%>] $/;
const promptBytesMaximum = 120;
const space = 0x20;

export class ConsoleScript implements ConsolePort {
  private readonly pending: number[] = [];
  private lineStart = '';
  private typedProgram = false;
  /** The first prompt; from then on only the same text is one. */
  private prompt: string | undefined;

  /**
   * @param line what to type at the first prompt, without its newline; empty to type nothing
   */
  constructor(
    private readonly line: string,
    private readonly listener: ConsoleListener,
  ) {}

  receive(cycle: number): number | undefined {
    const byte = this.pending.shift();
    if (byte !== undefined) this.listener.typed(byte, cycle);
    return byte;
  }

  transmitted(byte: number): void {
    this.listener.printed(byte);
    if (byte === newline) {
      this.lineStart = '';
      return;
    }
    // Only the start of a line matters, so that a long line costs nothing.
    if (this.lineStart.length > promptBytesMaximum) return;
    this.lineStart += String.fromCharCode(byte);
    if (byte !== space) return;
    const text = this.lineStart.replace(escapeSequence, '');
    if (this.prompt === undefined ? !anyPrompt.test(text) : text !== this.prompt) return;
    this.prompt = text;
    this.promptSeen();
  }

  private promptSeen(): void {
    if (this.typedProgram || this.line === '') return this.listener.prompted(true);
    this.typedProgram = true;
    this.pending.push(...Buffer.from(`${this.line}\n`, 'utf8'));
    this.listener.prompted(false);
  }
}
