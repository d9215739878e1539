// A client of the gdb remote protocol that sends what a test tells it, packet by packet.
import { connect, type Socket } from 'node:net';
import { framePacket, PacketReader, type Incoming } from '../../tracer/gdb/packets.js';

export class GdbClient {
  /** Everything but packets that came: acknowledgements and requests to repeat. */
  readonly signs: Incoming['kind'][] = [];
  private readonly reader = new PacketReader();
  private readonly packets: string[] = [];
  private waiting: ((packet: string | undefined) => void) | undefined;
  private open = true;

  private constructor(private readonly socket: Socket) {
    socket.on('data', (piece) => this.take(this.reader.read(piece.toString('latin1'))));
    socket.on('close', () => this.ended());
    socket.on('error', () => this.ended());
  }

  /** Connects to a port of this machine, and needs no acknowledgements unless told otherwise. */
  static async connect(port: number, acknowledges = false): Promise<GdbClient> {
    const socket = connect({ port, host: 'localhost' });
    socket.setNoDelay(true);
    await new Promise((resolve, reject) => socket.once('connect', resolve).once('error', reject));
    const client = new GdbClient(socket);
    if (!acknowledges) await client.ask('QStartNoAckMode');
    return client;
  }

  /** Sends a packet and returns the reply; undefined when the connection ended instead. */
  async ask(payload: string): Promise<string | undefined> {
    this.send(framePacket(payload));
    return this.next();
  }

  /** Sends bytes as they are. */
  send(bytes: string): void {
    this.socket.write(Buffer.from(bytes, 'latin1'));
  }

  /** The next packet. */
  next(): Promise<string | undefined> {
    const packet = this.packets.shift();
    if (packet !== undefined || !this.open) return Promise.resolve(packet);
    return new Promise((resolve) => (this.waiting = resolve));
  }

  /** Sends `monitor …` and returns what is printed. */
  async monitor(words: string): Promise<string> {
    let text = '';
    let reply = await this.ask(`qRcmd,${Buffer.from(words).toString('hex')}`);
    for (; reply?.[0] === 'O' && reply !== 'OK'; reply = await this.next())
      text += Buffer.from(reply.slice(1), 'hex').toString('utf8');
    if (reply !== 'OK') throw new Error(`monitor ${words} is answered by ${reply}`);
    return text;
  }

  close(): void {
    this.socket.destroy();
  }

  private take(items: readonly Incoming[]): void {
    for (const item of items) {
      if (item.kind !== 'packet') this.signs.push(item.kind);
      else if (this.waiting) {
        const { waiting } = this;
        this.waiting = undefined;
        waiting(item.payload);
      } else this.packets.push(item.payload);
    }
  }

  private ended(): void {
    this.open = false;
    this.waiting?.(undefined);
    this.waiting = undefined;
  }
}
