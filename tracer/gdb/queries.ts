// The general query packets (GDB manual, appendix E.4): what the stub can do, and what there is to be debugged.
import { hexOfText, ProtocolError, countOfHex } from './hexadecimal.js';
import { threadOf } from './stop.js';
import type { Target } from './target.js';

const features = [
  'QStartNoAckMode+',
  'qXfer:features:read+',
  'qXfer:threads:read+',
  'qXfer:exec-file:read+',
  'ReverseStep+',
  'ReverseContinue+',
  'swbreak+',
  'hwbreak+',
  'vContSupported+',
  'binary-upload+',
];

export class Queries {
  constructor(
    private readonly target: Target,
    private readonly packetBytes: number,
  ) {}

  /** The reply to a query; '' where it is none of ours. */
  answer(packet: string): string {
    const [name] = packet.split(/[:,;]/);
    switch (name) {
      case 'qSupported':
        return [`PacketSize=${this.packetBytes.toString(16)}`, ...features].join(';');
      case 'qAttached':
        // Attached to, not created: a client that quits detaches, and the next one finds the replay where it was.
        return '1';
      case 'qfThreadInfo':
        return `m${this.threads().join(',')}`;
      case 'qsThreadInfo':
        return 'l';
      case 'qThreadExtraInfo':
        return hexOfText(this.target.describeHart(countOfHex(packet.split(',')[1] ?? '') - 1));
      case 'qOffsets':
        return 'Text=0;Data=0;Bss=0';
      case 'qXfer':
        return this.transfer(packet);
      default:
        return '';
    }
  }

  private threads(): string[] {
    return Array.from({ length: this.target.harts }, (_, hart) => threadOf(hart));
  }

  /** qXfer:OBJECT:read:ANNEX:OFFSET,LENGTH: a piece of a document; m when more follows, l for the last. */
  private transfer(packet: string): string {
    const [, object, operation, annex, place, ...rest] = packet.split(':');
    if (operation !== 'read' || place === undefined || rest.length > 0) return '';
    const text = this.document(object, annex);
    if (text === undefined) return object === 'features' ? 'E00' : '';
    const document = Buffer.from(text, 'utf8').toString('latin1');
    const [offset, length] = place.split(',').map(countOfHex);
    if (length === undefined) throw new ProtocolError(`"${place}" is no OFFSET,LENGTH`);
    const end = offset + Math.min(length, this.packetBytes / 2);
    return (end < document.length ? 'm' : 'l') + document.slice(offset, end);
  }

  private document(object: string, annex: string): string | undefined {
    if (object === 'features') return annex === 'target.xml' ? this.target.description : undefined;
    if (object === 'exec-file') return this.target.kernelPath;
    return object === 'threads' ? this.threadList() : undefined;
  }

  private threadList(): string {
    const lines = this.threads().map((thread, hart) => {
      const words = xmlText(this.target.describeHart(hart));
      return `<thread id="${thread}" core="${hart}" name="hart ${hart}">${words}</thread>`;
    });
    return `<?xml version="1.0"?>\n<threads>\n${lines.join('\n')}\n</threads>\n`;
  }
}

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };

function xmlText(text: string): string {
  return text.replace(/[&<>]/g, (character) => entities[character]);
}
