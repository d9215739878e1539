// The keys of a terminal in raw mode: which go to the guest, and which leave.

const escape = { controlA: 0x01, controlBracket: 0x1d } as const;

/** What a piece of input asks for. */
export interface Keys {
  /** For the guest. */
  readonly bytes: Uint8Array;
  readonly leave: boolean;
}

/** Takes pieces of input as they come; Ctrl-A may be the last of one piece and what follows the first of the next. */
export class KeyReader {
  private isEscaped = false;

  read(piece: Uint8Array): Keys {
    const bytes: number[] = [];
    for (const byte of piece) {
      if (byte === escape.controlBracket) return { bytes: Uint8Array.from(bytes), leave: true };
      if (this.isEscaped) {
        this.isEscaped = false;
        if (byte === 0x78 || byte === 0x58) return { bytes: Uint8Array.from(bytes), leave: true };
        // Only Ctrl-A twice is one: any other pair is nothing, as in QEMU.
        if (byte === escape.controlA) bytes.push(byte);
      } else if (byte === escape.controlA) this.isEscaped = true;
      else bytes.push(byte);
    }
    return { bytes: Uint8Array.from(bytes), leave: false };
  }
}
