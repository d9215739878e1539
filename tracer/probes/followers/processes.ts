// Follows the process table from the stores to it: who lives, whose child it is, which page table it has.
import type { EventFileWriter } from '../../arrow/index.js';
import type { Emitter } from '../emitter.js';
import type { ProcessFacts } from '../discovery/process-facts.js';
import { operand, type RawRecord } from '../raw-record.js';

/** A slot of the process table as the stores so far have left it. */
interface Slot {
  pid: number;
  state: number;
  root: number;
  parent: number;
  /** Bytes of user memory, where that was found. */
  size: number;
  readonly name: Uint8Array;
  /** pid of the zombie or of the process while it is being freed. */
  lastPid: number;
}

/** What others need to know about processes. */
export interface ProcessListener {
  /** The process became a zombie; yields its exit status where known. */
  exited(pid: number): number | null;
}

interface Field {
  readonly member: 'pid' | 'state' | 'root' | 'parent' | 'name' | 'size';
  /** Offset of the first byte in the slot. */
  readonly offset: number;
  readonly bytes: number;
}

const wordBytes = 8;

/** The members of a slot that tell all of it. */
function fieldsOf({ offsets, nameBytes }: ProcessFacts): Field[] {
  const fields: Field[] = [
    { member: 'pid', offset: offsets.pid, bytes: 4 },
    { member: 'state', offset: offsets.state, bytes: 4 },
    { member: 'root', offset: offsets.pagetable, bytes: 8 },
  ];
  if (offsets.parent !== undefined) fields.push({ member: 'parent', offset: offsets.parent, bytes: 8 });
  if (offsets.size !== undefined) fields.push({ member: 'size', offset: offsets.size, bytes: 8 });
  if (offsets.name !== undefined) fields.push({ member: 'name', offset: offsets.name, bytes: nameBytes });
  return fields;
}

/** Physical ranges of the process table whose stores tell all of it. */
export function* watchedRanges(facts: ProcessFacts): Iterable<{ address: number; bytes: number }> {
  const { table, stride, count } = facts;
  const fields = fieldsOf(facts);
  for (let slot = 0; slot < count; slot++)
    for (const { offset, bytes } of fields) yield { address: table + slot * stride + offset, bytes };
}

export class Processes {
  private readonly slots: Slot[];
  private readonly fields: readonly Field[];
  /** Behind the last slot. */
  private readonly end: number;
  private readonly rows: EventFileWriter<'process'> | undefined;

  constructor(
    readonly facts: ProcessFacts,
    private readonly emitter: Emitter,
    private readonly listener: ProcessListener,
  ) {
    const { nameBytes, count } = facts;
    this.end = facts.table + facts.stride * count;
    this.rows = emitter.rows('process');
    this.slots = Array.from({ length: count }, () => ({
      pid: 0,
      state: facts.states.unused,
      root: 0,
      parent: 0,
      size: 0,
      name: new Uint8Array(nameBytes),
      lastPid: 0,
    }));
    this.fields = fieldsOf(facts);
  }

  covers(address: number): boolean {
    return address + wordBytes > this.facts.table && address < this.end;
  }

  /** The hart whose pointer to its process is the word at the address; -1 for any other word. */
  hartAt(address: number): number {
    const { current, currentStride, harts } = this.facts;
    const distance = address - current;
    if (distance < 0 || distance >= currentStride * harts) return -1;
    return distance % currentStride === 0 ? distance / currentStride : -1;
  }

  /** pid of the process that a struct proc pointer names; 0 for none. */
  pidAt(pointer: number): number {
    const index = (pointer - this.facts.table) / this.facts.stride;
    const slot = this.slots[index];
    return slot ? slot.pid || slot.lastPid : 0;
  }

  /** Bytes of user memory that a process has; undefined where the kernel's table does not tell. */
  sizeOf(pid: number): number | undefined {
    if (this.facts.offsets.size === undefined) return undefined;
    return this.slots.find((slot) => slot.pid === pid)?.size;
  }

  /** True when the process has exited: it will never run again. */
  isZombie(pid: number): boolean {
    return this.slots.some((slot) => slot.state === this.facts.states.zombie && slot.lastPid === pid);
  }

  /** A word of the table changed: applies it to the fields it overlaps. */
  wordChanged(record: RawRecord): void {
    const position = record.address(operand.a) - this.facts.table;
    const index = Math.floor(position / this.facts.stride);
    const slot = this.slots[index];
    if (!slot) return;
    const offset = position - index * this.facts.stride;
    for (const field of this.fields)
      if (field.offset + field.bytes > offset && field.offset < offset + wordBytes)
        this.applyField(record, slot, field, field.offset - offset);
  }

  /** @param shift bytes from the start of the word to the field's; a name may begin in a word before */
  private applyField(record: RawRecord, slot: Slot, field: Field, shift: number): void {
    if (field.member === 'name') return this.applyName(record, slot, shift);
    const low = (shift === 0 ? record.low(operand.c) : record.high(operand.c)) >>> 0;
    const value = field.bytes === wordBytes ? record.number(operand.c) : low;
    if (field.member === 'pid') {
      slot.pid = value | 0;
      if (value !== 0) slot.lastPid = value | 0;
    } else if (field.member === 'size') slot.size = value;
    else if (field.member === 'parent') slot.parent = this.pidAt(value);
    else if (field.member === 'root') this.changeRoot(record, slot, value);
    else this.changeState(record, slot, value);
  }

  private applyName(record: RawRecord, slot: Slot, shift: number): void {
    for (let byte = 0; byte < wordBytes; byte++) {
      const at = byte - shift;
      if (at < 0 || at >= slot.name.length) continue;
      const half = byte < 4 ? record.low(operand.c) : record.high(operand.c);
      slot.name[at] = half >>> ((byte % 4) * 8);
    }
  }

  private changeRoot(record: RawRecord, slot: Slot, root: number): void {
    const before = slot.root;
    slot.root = root;
    if (before !== 0 && root !== 0 && slot.state === this.facts.states.running)
      this.emit(record, 'exec', slot, slot.pid, slot.parent, null);
  }

  private changeState(record: RawRecord, slot: Slot, state: number): void {
    const { states } = this.facts;
    const before = slot.state;
    if (state === before) return;
    slot.state = state;
    if (state === states.runnable && before !== states.running && before !== states.sleeping)
      this.emit(record, 'fork', slot, slot.pid, slot.parent, null);
    else if (state === states.zombie)
      this.emit(record, 'exit', slot, slot.pid, slot.parent, this.listener.exited(slot.pid));
    else if (before === states.zombie && state === states.unused) {
      this.emit(record, 'reap', { ...slot, root: 0 }, slot.lastPid, record.context, null);
      slot.lastPid = 0;
    }
  }

  private emit(
    record: RawRecord,
    action: string,
    slot: Slot,
    subject: number,
    parent: number,
    status: number | null,
  ): void {
    const row = this.rows;
    if (!row) return;
    this.emitter.begin(row, record);
    const end = slot.name.indexOf(0);
    row.columns.action.append(action);
    row.columns.subject.append(subject);
    row.columns.parent.append(parent);
    row.columns.root.appendNumber(slot.root);
    row.columns.name.append(String.fromCharCode(...slot.name.subarray(0, end < 0 ? slot.name.length : end)));
    if (status === null) row.columns.status.appendNull();
    else row.columns.status.append(status);
  }
}
