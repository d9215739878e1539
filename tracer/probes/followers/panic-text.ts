// The text of a panic on its way from the guest's memory to a row: in records of 40 bytes before the panic's own.
import type { Machine } from '../../../emulator/index.js';
import { RecordKind } from '../../../emulator/ring/records.js';
import { ProbeId } from '../probe-id.js';
import { operand, type RawRecord } from '../raw-record.js';

const fields = Object.values(operand);
const wordBytes = 8;
const textMaximum = 200;

/** Records the text at a virtual address of the kernel, at the present cycle; at most 200 bytes of it. */
export function recordPanicText(machine: Machine, address: number, pc: number): void {
  const text = machine.ram.text(address, textMaximum);
  const bytes = Buffer.from(text, 'latin1');
  const words = Array.from({ length: Math.ceil(bytes.length / wordBytes) }, (_, index) => {
    const word = new Uint8Array(wordBytes);
    word.set(bytes.subarray(index * wordBytes, (index + 1) * wordBytes));
    return new DataView(word.buffer).getBigUint64(0, true);
  });
  for (let at = 0; at < words.length; at += fields.length) {
    const [a, b = 0n, c = 0n, d = 0n, e = 0n] = words.slice(at, at + fields.length);
    machine.ring.append(RecordKind.probe, ProbeId.panicText, BigInt(pc), a, b, c, d, e);
  }
}

/** Gathers the text back. */
export class PanicText {
  private text = '';

  add(record: RawRecord): void {
    for (const field of fields)
      for (const half of [record.low(field), record.high(field)])
        for (let byte = 0; byte < 4; byte++) {
          const code = (half >>> (byte * 8)) & 0xff;
          if (code !== 0) this.text += String.fromCharCode(code);
        }
  }

  /** The text so far, which is then forgotten. */
  take(): string {
    const { text } = this;
    this.text = '';
    return text;
  }
}
