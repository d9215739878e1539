// Framing of the gdb remote serial protocol (GDB manual, appendix E.1): packets between $ and #, checksums, escapes.
// Payloads are strings of one character a byte, since some packets are binary.

/** What a client sends: a packet's payload, an acknowledgement, the wish to have a packet again, or Ctrl-C. */
export type Incoming =
  | { readonly kind: 'packet'; readonly payload: string }
  | { readonly kind: 'damaged' | 'acknowledged' | 'again' | 'interrupt' };

const escapeByte = '}';
const escapeBit = 0x20;
const interruptByte = '\x03';
/** Longest packet that is accepted from a client, in bytes; a client is told to send less (PacketSize). */
const packetBytesMaximum = 1 << 20;

function checksum(framed: string): string {
  let sum = 0;
  for (let index = 0; index < framed.length; index++) sum += framed.charCodeAt(index);
  return (sum & 0xff).toString(16).padStart(2, '0');
}

function unescape(framed: string): string {
  return framed.replace(/\}([\s\S])/g, (_, after: string) =>
    String.fromCharCode(after.charCodeAt(0) ^ escapeBit),
  );
}

/** A packet with the payload, ready to be sent. `*` is escaped too: in replies it would mean repetition. */
export function framePacket(payload: string): string {
  const escaped = payload.replace(/[$#}*]/g, (byte) => {
    return escapeByte + String.fromCharCode(byte.charCodeAt(0) ^ escapeBit);
  });
  return `$${escaped}#${checksum(escaped)}`;
}

/** Cuts what arrives into packets, whatever the pieces are that it arrives in. */
export class PacketReader {
  private pending = '';

  /** What is complete with this piece (one character a byte), in order. */
  read(piece: string): Incoming[] {
    this.pending += piece;
    const found: Incoming[] = [];
    let at = 0;
    for (; at < this.pending.length; at++) {
      const byte = this.pending[at];
      if (byte === '+') found.push({ kind: 'acknowledged' });
      else if (byte === '-') found.push({ kind: 'again' });
      else if (byte === interruptByte) found.push({ kind: 'interrupt' });
      else if (byte === '$') {
        const end = this.pending.indexOf('#', at);
        if (end < 0 || end + 2 >= this.pending.length) break;
        const framed = this.pending.slice(at + 1, end);
        const isWhole = this.pending.slice(end + 1, end + 3).toLowerCase() === checksum(framed);
        found.push(isWhole ? { kind: 'packet', payload: unescape(framed) } : { kind: 'damaged' });
        at = end + 2;
      }
    }
    this.pending = this.pending.slice(at);
    if (this.pending.length > packetBytesMaximum) this.pending = '';
    return found;
  }
}
