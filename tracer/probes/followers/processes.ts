// Follows processes from the stores to their structs: who lives, whose child it is, which page table it has.
import type { EventFileWriter } from '../../arrow/index.js';
import type { Emitter } from '../emitter.js';
import type { ProcessFacts } from '../discovery/process-facts.js';
import { operand, type RawRecord } from '../raw-record.js';
import { fieldsOf, ProcessSlots, wordBytes, type Field, type Slot } from './process-slots.js';

/** What others need to know about processes. */
export interface ProcessListener {
  /** The process became a zombie; yields its exit status where known. */
  exited(pid: number): number | null;
}

export class Processes {
  private readonly slots: ProcessSlots;
  private readonly fields: readonly Field[];
  private readonly rows: EventFileWriter<'process'> | undefined;
  /** Structs of processes that are in no table were seen to be given back. */
  private areReleased = false;

  constructor(
    readonly facts: ProcessFacts,
    private readonly emitter: Emitter,
    private readonly listener: ProcessListener,
  ) {
    this.rows = emitter.rows('process');
    this.slots = new ProcessSlots(facts);
    this.fields = fieldsOf(facts);
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
    const slot = this.slots.at(pointer);
    return slot ? slot.pid || slot.lastPid : 0;
  }

  /** Bytes of user memory that a process has; undefined where the kernel's table does not tell. */
  sizeOf(pid: number): number | undefined {
    if (this.facts.offsets.size === undefined) return undefined;
    for (const slot of this.slots.all()) if (slot.pid === pid) return slot.size;
    return undefined;
  }

  /** True when the process has exited: it will never run again. */
  isZombie(pid: number): boolean {
    const { zombie } = this.facts.states;
    for (const slot of this.slots.all()) if (slot.state === zombie && slot.lastPid === pid) return true;
    return false;
  }

  /** A watched word changed: applies it to the members that it overlaps, if it is a process's. */
  wordChanged(record: RawRecord): void {
    const word = record.address(operand.a);
    const slot = this.slots.holding(word);
    if (!slot) return;
    const offset = word - slot.address;
    for (const field of this.fields)
      if (field.offset + field.bytes > offset && field.offset < offset + wordBytes)
        this.applyField(record, slot, field, field.offset - offset);
  }

  /** The kernel has made a process, at `a`, its state and pid in `b`, its root in `c`. */
  made(record: RawRecord): void {
    const address = record.number(operand.a);
    const before = this.slots.at(address);
    if (before) this.gone(record, before);
    const slot = this.slots.place(address);
    slot.state = record.low(operand.b);
    slot.pid = slot.lastPid = record.high(operand.b);
    slot.root = record.number(operand.c);
  }

  /**
   * A page table is freed: with a zombie's the process is gone, whatever else its struct will say. Where structs are
   * seen to be given back, that tells it better: a wait that fails may have freed the table, and leave the zombie.
   */
  tableFreed(record: RawRecord, root: number): void {
    if (this.facts.maker === undefined || this.areReleased || root === 0) return;
    for (const slot of this.slots.all()) if (slot.root === root) this.gone(record, slot);
  }

  /** What is at the address is given back. */
  released(record: RawRecord, address: number): void {
    const slot = this.facts.maker === undefined ? undefined : this.slots.at(address);
    if (!slot) return;
    this.areReleased = true;
    this.gone(record, slot);
  }

  /** A process without a table, or what was to be one, is no more. */
  private gone(record: RawRecord, slot: Slot): void {
    if (slot.state === this.facts.states.zombie) this.changeState(record, slot, this.facts.states.unused);
    slot.root = 0;
    slot.state = this.facts.states.unused;
    slot.pid = 0;
    this.slots.forget(slot);
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
