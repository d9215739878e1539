// One client's session: which packet does what. It knows the protocol; what it says about the machine is the target's.
import type { Connection } from './connection.js';
import { countOfHex, hexOfText, ProtocolError, rangeOfHex } from './hexadecimal.js';
import { runMonitor, type MonitorCommand } from './monitor.js';
import { Queries } from './queries.js';
import { resumptionOf } from './resumption.js';
import { stopReply, type Stop, type StopKind } from './stop.js';
import type { Target } from './target.js';

/** How a session ended: the client detached or went away, or wants the replay to be over (kill). */
export type SessionEnd = 'detached' | 'killed';

/** Largest packet that a client is told it may send, in bytes. */
export const packetBytes = 0x4000;

const stopKinds: readonly StopKind[] = [
  'software_breakpoint',
  'hardware_breakpoint',
  'write',
  'read',
  'access',
];

const refusal = 'E.the recording cannot be changed: registers and memory are read-only in a replay';
const memoryFault = 'E14';

/** Answers to a packet: a payload to send, or undefined where nothing is due. */
type Reply = string | undefined | Promise<string | undefined>;

export class Session {
  /** What g, p, m and Z speak of. */
  private hart: number;
  /** What s and bs speak of; undefined for any. */
  private resumedHart: number | undefined;
  private lastStop: Stop;
  /** The stop that a person would name. */
  private why: Stop;
  private end: SessionEnd | undefined;
  private readonly queries: Queries;

  constructor(
    private readonly connection: Connection,
    private readonly target: Target,
    private readonly monitor: readonly MonitorCommand[],
  ) {
    this.lastStop = target.present();
    this.why = this.lastStop;
    this.hart = this.lastStop.hart;
    this.queries = new Queries(target, packetBytes);
  }

  /** Serves the client until it detaches, kills, or goes away. Breakpoints go with it. */
  async serve(): Promise<SessionEnd> {
    try {
      while (this.end === undefined) {
        const packet = await this.connection.next();
        if (packet === undefined) break;
        const reply = await this.answerSafely(packet);
        if (reply !== undefined) this.connection.send(reply);
      }
    } finally {
      this.target.removeAllStops();
      this.connection.close();
    }
    return this.end ?? 'detached';
  }

  private async answerSafely(packet: string): Promise<string | undefined> {
    try {
      return await this.answer(packet);
    } catch (error) {
      if (error instanceof ProtocolError) return `E.${error.message}`;
      throw error;
    }
  }

  private answer(packet: string): Reply {
    const rest = packet.slice(1);
    switch (packet[0]) {
      case '?':
        return this.stopped(this.lastStop);
      case 'g':
        return this.target.coreRegisters(this.hart);
      case 'p':
        return this.target.register(this.hart, countOfHex(rest)) ?? 'E.there is no such register';
      case 'm':
        return this.read(rest)?.toString('hex') ?? memoryFault;
      case 'x': {
        const bytes = this.read(rest);
        return bytes === undefined ? memoryFault : `b${bytes.toString('latin1')}`;
      }
      case 'G':
      case 'P':
      case 'M':
      case 'X':
        return this.refuse();
      case 'H':
        return this.selectThread(rest);
      case 'T':
        return this.hartOf(rest) === undefined ? 'E.there is no such thread' : 'OK';
      case 'Z':
      case 'z':
        return this.changeStop(packet);
      case 'D':
        this.end = 'detached';
        return 'OK';
      case 'k':
        this.end = 'killed';
        return undefined;
      case 'q':
      case 'Q':
        return this.query(packet);
      default:
        return this.resumeOrUnknown(packet);
    }
  }

  /** Everything that may make the machine run; '' for packets that are not supported. */
  private resumeOrUnknown(packet: string): Reply {
    if (packet === 'vCont?') return 'vCont;c;C;s;S;r';
    if (packet.startsWith('vKill')) {
      this.end = 'killed';
      return 'OK';
    }
    const wanted = resumptionOf(packet, this.target.harts, this.resumedHart ?? this.hart);
    return wanted === undefined ? '' : this.resume(wanted);
  }

  private async resume(wanted: NonNullable<ReturnType<typeof resumptionOf>>): Promise<string | undefined> {
    const { connection } = this;
    const stop = await this.target.resume(wanted, () => connection.takeInterrupt() || !connection.isOpen);
    // Told of a watchpoint, gdb makes a step of its own and shows the watchpoint again: that is still why.
    this.why = stop.kind === 'step' && 'address' in this.lastStop ? this.lastStop : stop;
    this.lastStop = stop;
    this.hart = stop.hart;
    this.resumedHart = undefined;
    return this.stopped(stop);
  }

  private stopped(stop: Stop): string {
    return stopReply(stop, this.target.expeditedRegisters(stop.hart));
  }

  private read(text: string): Buffer | undefined {
    const { address, length } = rangeOfHex(text);
    const bytes = this.target.readMemory(this.hart, address, Math.min(length, packetBytes / 2 - 8));
    return bytes.length === 0 && length > 0 ? undefined : Buffer.from(bytes);
  }

  private refuse(): string {
    this.target.refused();
    return refusal;
  }

  private selectThread(text: string): string {
    const hart = this.hartOf(text.slice(1));
    if (hart === undefined) return 'E.there is no such thread';
    if (text[0] === 'g' && hart !== 'any') this.hart = hart;
    if (text[0] === 'c') this.resumedHart = hart === 'any' ? undefined : hart;
    return 'OK';
  }

  /** `any` for 0 (any thread) and -1 (all). */
  private hartOf(thread: string): number | 'any' | undefined {
    if (thread === '0' || thread === '-1') return 'any';
    const hart = countOfHex(thread) - 1;
    return hart < this.target.harts ? hart : undefined;
  }

  /** Z and z: TYPE,ADDRESS,KIND. Conditions and commands of breakpoints (after a ;) stay with the client. */
  private changeStop(packet: string): string {
    const [kind] = stopKinds.slice(Number(packet[1]), Number(packet[1]) + 1);
    if (kind === undefined || packet[2] !== ',') return '';
    const { address, length } = rangeOfHex(packet.slice(3).split(';')[0]);
    if (packet[0] === 'z') this.target.removeStop(kind, address, length);
    else this.target.addStop(kind, address, length, this.hart);
    return 'OK';
  }

  private query(packet: string): Reply {
    if (packet === 'QStartNoAckMode') {
      this.connection.send('OK');
      this.connection.stopAcknowledging();
      return undefined;
    }
    if (packet === 'qC') return `QC${(this.hart + 1).toString(16)}`;
    if (packet.startsWith('qRcmd,')) return this.runMonitor(packet.slice('qRcmd,'.length));
    return this.queries.answer(packet);
  }

  private async runMonitor(digits: string): Promise<string> {
    const print = (text: string): void => {
      // A client's line of input is at most packetBytes long, and some cut what is longer.
      for (let at = 0; at < text.length; at += packetBytes / 4)
        this.connection.send(`O${hexOfText(text.slice(at, at + packetBytes / 4))}`);
    };
    const context = { target: this.target, hart: this.hart, why: this.why };
    const stop = await runMonitor(digits, this.monitor, context, print);
    if (stop !== undefined) this.why = this.lastStop = stop;
    return 'OK';
  }
}
