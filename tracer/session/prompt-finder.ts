// Notices the shell's prompt in what a console prints: the first text at the start of a line that looks like one, and
// from then on only the same text. Behind something else on a line, as when a program's last line does not end, it may
// be the prompt: then what comes next tells.

const newline = 0x0a;
const space = 0x20;
/** Colours and the like, which a prompt may have. */
const escapeSequence = /\x1b\[[0-9;?]*[A-Za-z]/g;
/** What the shells of these kernels prompt with, `$ `, or in a tree of one's own with a name or place before it. */
const anyPrompt = /^(\S{1,60}[^\s\d])?[$#%>] $/;
const anyPromptBehind = /[$#%>] $/;
const promptBytesMaximum = 120;

export class PromptFinder {
  private lineStart = '';
  private prompt: string | undefined;
  private lineEnd = '';

  /** What was printed last looks like the prompt, though not at the start of a line. */
  get mayHavePrompted(): boolean {
    return this.prompt === undefined
      ? anyPromptBehind.test(this.lineEnd)
      : this.lineEnd.endsWith(this.prompt) && this.lineStart !== this.prompt;
  }

  /** Takes the next byte that was printed; true when it ends a prompt. */
  printed(byte: number): boolean {
    if (byte === newline) {
      this.lineStart = this.lineEnd = '';
      return false;
    }
    this.lineEnd = (this.lineEnd + String.fromCharCode(byte)).slice(-promptBytesMaximum);
    // Only the start of a line matters, so that a long line costs little.
    if (this.lineStart.length > promptBytesMaximum) return false;
    this.lineStart += String.fromCharCode(byte);
    if (byte !== space) return false;
    const text = this.lineStart.replace(escapeSequence, '');
    if (this.prompt === undefined ? !anyPrompt.test(text) : text !== this.prompt) return false;
    this.prompt = text;
    return true;
  }
}
