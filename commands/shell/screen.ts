// The guest's output on a terminal in raw mode: lines, tabs, returns and backspaces as they are, which editing a line
// needs; whatever else could act on the terminal as an escape.
import { StringDecoder } from 'node:string_decoder';
import { printable } from '../../text/index.js';
import type { Output } from '../surroundings.js';

export class Screen {
  private readonly decoder = new StringDecoder('utf8');

  constructor(private readonly output: Output) {}

  /** Prints a piece of the guest's output. */
  print(bytes: Uint8Array): void {
    const pieces = this.decoder.write(Buffer.from(bytes)).split(/([\r\b])/);
    this.output.write(pieces.map((piece, index) => (index % 2 === 0 ? printable(piece) : piece)).join(''));
  }
}
