// One client's connection: acknowledges and repeats packets, keeps what arrived in order until it is asked for.
import type { Duplex } from 'node:stream';
import { framePacket, PacketReader } from './packets.js';

export class Connection {
  private readonly reader = new PacketReader();
  /** Payloads in order of arrival; undefined for a Ctrl-C. */
  private readonly arrived: (string | undefined)[] = [];
  private waiting: ((payload: string | undefined) => void) | undefined;
  private acknowledges = true;
  private lastSent = '';
  private open = true;

  constructor(private readonly stream: Duplex) {
    stream.on('data', (piece: Buffer) => this.receive(piece.toString('latin1')));
    stream.on('error', () => this.ended());
    stream.on('close', () => this.ended());
    stream.on('end', () => this.ended());
  }

  get isOpen(): boolean {
    return this.open;
  }

  /** The next packet; undefined once the client is gone. A Ctrl-C before it concerned nothing that runs. */
  next(): Promise<string | undefined> {
    while (this.arrived.length > 0) {
      const payload = this.arrived.shift();
      if (payload !== undefined) return Promise.resolve(payload);
    }
    if (!this.open) return Promise.resolve(undefined);
    return new Promise((resolve) => (this.waiting = resolve));
  }

  /** Whether Ctrl-C came since the packet that `next` returned last; asking takes it back. */
  takeInterrupt(): boolean {
    const at = this.arrived.indexOf(undefined);
    if (at >= 0) this.arrived.splice(at, 1);
    return at >= 0;
  }

  send(payload: string): void {
    this.lastSent = framePacket(payload);
    this.write(this.lastSent);
  }

  /** From now on neither side acknowledges (QStartNoAckMode). */
  stopAcknowledging(): void {
    this.acknowledges = false;
  }

  close(): void {
    this.stream.end();
  }

  private receive(piece: string): void {
    for (const item of this.reader.read(piece)) {
      if (item.kind === 'packet') {
        if (this.acknowledges) this.write('+');
        this.deliver(item.payload);
      } else if (item.kind === 'interrupt') this.deliver(undefined);
      else if (item.kind === 'damaged' && this.acknowledges) this.write('-');
      else if (item.kind === 'again' && this.acknowledges) this.write(this.lastSent);
    }
  }

  private deliver(payload: string | undefined): void {
    const { waiting } = this;
    if (!waiting) this.arrived.push(payload);
    else if (payload !== undefined) {
      // Nothing runs while a packet is waited for: a Ctrl-C then is forgotten.
      this.waiting = undefined;
      waiting(payload);
    }
  }

  private ended(): void {
    this.open = false;
    this.waiting?.(undefined);
    this.waiting = undefined;
  }

  private write(bytes: string): void {
    if (this.open && this.stream.writable) this.stream.write(Buffer.from(bytes, 'latin1'));
  }
}
