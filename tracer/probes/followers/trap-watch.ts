// One look through raw records, for what must be known of their traps before they are translated.
import { RecordKind } from '../../../emulator/ring/records.js';
import { recordWords } from '../raw-record.js';
import type { FaultLoops } from './fault-loops.js';
import type { KernelExceptions } from './kernel-exceptions.js';

export class TrapWatch {
  constructor(
    private readonly exceptions: Pick<KernelExceptions, 'trapped'>,
    private readonly loops: Pick<FaultLoops, 'trapped' | 'left'>,
  ) {}

  /** Looks through the records between two byte addresses. */
  observe(view: DataView, from: number, to: number): void {
    const { exceptions, loops } = this;
    const words = new Int32Array(view.buffer, view.byteOffset + from, (to - from) / 4);
    for (let at = 0; at < words.length; at += recordWords) {
      const kind = words[at] & 0xff;
      if (kind === RecordKind.trap) {
        exceptions.trapped(words, at);
        loops.trapped(words, at);
      } else if (kind === RecordKind.trapReturn) loops.left(words, at);
    }
  }
}
