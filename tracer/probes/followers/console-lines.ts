// Gathers console characters into rows: a line each, or what there is when the direction changes.
import type { EventFileWriter } from '../../arrow/index.js';
import type { Emitter } from '../emitter.js';
import { operand, type RawRecord } from '../raw-record.js';

const lineMaximum = 512;
const newline = 10;

export class ConsoleLines {
  private text = '';
  private isInput = false;
  private readonly last = { cycle: 0, hart: 0, pid: 0, span: 0, pc: 0 };

  private readonly rows: EventFileWriter<'console'> | undefined;

  constructor(private readonly emitter: Emitter) {
    this.rows = emitter.rows('console');
  }

  character(record: RawRecord): void {
    const isInput = record.size === 1;
    if (isInput !== this.isInput) this.flush();
    this.isInput = isInput;
    const byte = record.low(operand.a);
    this.text += String.fromCharCode(byte);
    this.last.cycle = record.cycle;
    this.last.hart = record.hart;
    this.last.pid = record.context;
    this.last.pc = record.pc;
    if (byte === newline || this.text.length >= lineMaximum) this.flush();
  }

  /** Writes what there is of a line. */
  flush(): void {
    if (this.text === '') return;
    const { rows } = this;
    if (rows) {
      this.emitter.beginAt(rows, this.last);
      rows.columns.direction.append(this.isInput ? 'input' : 'output');
      rows.columns.text.append(this.text);
    }
    this.text = '';
  }
}
