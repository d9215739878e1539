// A cursor over raw records of the emulator's ring: one object, moved from record to record.
import { recordField } from '../../emulator/index.js';

export class RawRecord {
  kind = 0;
  hart = 0;
  size = 0;
  /** The hart's context word: the pid, where the kernel's current process was found. */
  context = 0;
  cycle = 0;
  pcLow = 0;
  pcHigh = 0;
  private at = 0;
  private view: DataView = new DataView(new ArrayBuffer(64));

  move(view: DataView, at: number): void {
    this.view = view;
    this.at = at;
    this.kind = view.getUint8(at + recordField.kind);
    this.hart = view.getUint8(at + recordField.hart);
    this.size = view.getUint8(at + recordField.size);
    this.context = view.getInt32(at + recordField.context, true);
    this.cycle =
      view.getUint32(at + recordField.cycle, true) +
      view.getUint32(at + recordField.cycle + 4, true) * 2 ** 32;
    this.pcLow = view.getUint32(at + recordField.pc, true);
    this.pcHigh = view.getUint32(at + recordField.pc + 4, true);
  }

  /** The pc as a number: exact for kernel and user addresses, which lie below 2^53. */
  get pc(): number {
    return this.pcLow + this.pcHigh * 2 ** 32;
  }

  low(field: keyof typeof recordField): number {
    return this.view.getUint32(this.at + recordField[field], true);
  }

  high(field: keyof typeof recordField): number {
    return this.view.getUint32(this.at + recordField[field] + 4, true);
  }

  /** A field as a number: exact below 2^53. */
  number(field: keyof typeof recordField): number {
    return this.low(field) + this.high(field) * 2 ** 32;
  }

  big(field: keyof typeof recordField): bigint {
    return this.view.getBigUint64(this.at + recordField[field], true);
  }
}
