// The translator's side of questions: rows of the records that their probes and watches appended.
import type { EventFileWriter } from '../../arrow/index.js';
import type { CallSites } from '../followers/call-sites.js';
import type { Emitter } from '../emitter.js';
import { operand, type RawRecord } from '../raw-record.js';
import {
  fieldsMaximum,
  firstQuestion,
  type ProbeQuestion,
  type Questions,
  type WatchQuestion,
} from './question.js';

const wordBytes = 8;
const markBits = 2 ** fieldsMaximum;

export class Answers {
  private readonly probes: ReadonlyMap<number, ProbeQuestion>;
  private readonly watches: readonly WatchQuestion[];
  private readonly hits: EventFileWriter<'probe_hit'> | undefined;
  private readonly writes: EventFileWriter<'word_write'> | undefined;

  constructor(
    { probes, watches }: Questions,
    private readonly emitter: Emitter,
    private readonly callSites: CallSites,
  ) {
    this.probes = new Map(probes.map((probe) => [probe.id, probe]));
    this.watches = watches;
    this.hits = emitter.rows('probe_hit');
    this.writes = emitter.rows('word_write');
  }

  /** Whether a probe's number is that of a question. */
  isQuestion(id: number): boolean {
    return id >= firstQuestion;
  }

  /** A probe of a question was hit. */
  hit(record: RawRecord): void {
    const question = this.probes.get(record.size);
    if (!this.hits || !question) return;
    const { columns } = this.hits;
    this.emitter.begin(this.hits, record);
    columns.function.append(question.function);
    columns.phase.append(question.phase);
    columns.fields.append(question.fields.map(({ name }) => name).join(' '));
    const marks = record.low(operand.e);
    const operands = [operand.a, operand.b, operand.c, operand.d];
    const values = [columns.value0, columns.value1, columns.value2, columns.value3];
    for (const [index, column] of values.entries()) {
      const isThere = index < question.fields.length && (marks & (1 << index)) === 0;
      if (isThere) column.append(record.low(operands[index]), record.high(operands[index]));
      else column.appendNull();
    }
    const site = Math.floor(record.number(operand.e) / markBits);
    this.emitter.appendCallSite(columns.call_site, site | 0, Math.floor(site / 2 ** 32));
  }

  /** A watched word changed; it may be watched for another reason. */
  stored(record: RawRecord): void {
    if (!this.writes || this.watches.length === 0) return;
    const address = record.address(operand.a);
    for (const watch of this.watches)
      if (address + wordBytes > watch.address && address < watch.address + watch.bytes)
        this.emit(this.writes, record, watch.name, address);
  }

  private emit(rows: EventFileWriter<'word_write'>, record: RawRecord, name: string, address: number): void {
    this.emitter.begin(rows, record);
    rows.columns.name.append(name);
    rows.columns.address.appendNumber(address);
    rows.columns.before.append(record.low(operand.b), record.high(operand.b));
    rows.columns.after.append(record.low(operand.c), record.high(operand.c));
    this.callSites.appendOfStore(rows.columns.call_site, record);
  }
}
