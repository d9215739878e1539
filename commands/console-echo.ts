// Shows on a terminal what the guest prints: its lines and tabs as they are, everything that could act on the terminal
// as an escape.
import { StringDecoder } from 'node:string_decoder';
import { printable } from '../text/index.js';
import type { Output } from './surroundings.js';

export class ConsoleEcho {
  /** Whether the guest is at the start of a line, so that something else may be printed. */
  atLineStart = true;
  private readonly decoder = new StringDecoder('utf8');
  /** A carriage return whose line feed may follow in the next piece. */
  private carriageReturn = '';

  constructor(private readonly output: Output) {}

  /** Prints a piece of the guest's output. */
  print(bytes: Uint8Array): void {
    const text = (this.carriageReturn + this.decoder.write(Buffer.from(bytes))).replaceAll('\r\n', '\n');
    this.carriageReturn = text.endsWith('\r') ? '\r' : '';
    this.write(this.carriageReturn === '' ? text : text.slice(0, -1));
  }

  /** Prints what was held back, and ends the line. */
  end(): void {
    this.write(this.carriageReturn + this.decoder.end());
    if (!this.atLineStart) this.write('\n');
    this.carriageReturn = '';
  }

  private write(text: string): void {
    if (text === '') return;
    this.atLineStart = text.endsWith('\n');
    this.output.write(printable(text));
  }
}
