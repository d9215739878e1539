// What the members of each process are, as stores and findings so far have left them: the elements of a table, or
// structs of their own, known from when the kernel has made them until their process is gone.
import type { ProcessFacts } from '../discovery/process-facts.js';

/** A process, or an element of the table that may hold one. */
export interface Slot {
  /** Physical address of the struct. */
  readonly address: number;
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

/** A member that tells something of a process. */
export interface Field {
  readonly member: 'pid' | 'state' | 'root' | 'parent' | 'name' | 'size';
  /** Offset of the first byte in the slot. */
  readonly offset: number;
  readonly bytes: number;
}

export const wordBytes = 8;

/** The members of a slot that tell all of it. */
export function fieldsOf({ offsets, nameBytes }: ProcessFacts): Field[] {
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

/** Physical ranges of the structs at the addresses whose stores tell all of them. */
export function* watchedRanges(
  facts: ProcessFacts,
  addresses: Iterable<number>,
): Iterable<{ address: number; bytes: number }> {
  const fields = fieldsOf(facts);
  for (const struct of addresses)
    for (const { offset, bytes } of fields) yield { address: struct + offset, bytes };
}

/** Where the elements of the table are. */
export function tableElements({ table, stride, count }: ProcessFacts): number[] {
  return Array.from({ length: count }, (_, index) => table + index * stride);
}

export class ProcessSlots {
  /** By the address of the struct. */
  private readonly slots: Map<number, Slot>;
  /** By each watched word of a struct that was made; a later struct's where they overlap. */
  private readonly words = new Map<number, Slot>();
  private readonly end: number;

  constructor(private readonly facts: ProcessFacts) {
    this.end = facts.table + facts.stride * facts.count;
    this.slots = new Map(tableElements(facts).map((address) => [address, emptySlot(facts, address)]));
  }

  all(): Iterable<Slot> {
    return this.slots.values();
  }

  /** What a pointer to a struct names. */
  at(pointer: number): Slot | undefined {
    return this.slots.get(pointer);
  }

  /** Whose word that is. */
  holding(word: number): Slot | undefined {
    const { table, stride } = this.facts;
    if (word + wordBytes <= table || word >= this.end) return this.words.get(word);
    return this.slots.get(table + Math.floor((word - table) / stride) * stride);
  }

  /** A struct that the kernel made just now. */
  place(address: number): Slot {
    const slot = emptySlot(this.facts, address);
    this.slots.set(address, slot);
    for (const { address: from, bytes } of watchedRanges(this.facts, [address]))
      for (let word = from - (from % wordBytes); word < from + bytes; word += wordBytes)
        this.words.set(word, slot);
    return slot;
  }

  /** Its memory is put to other uses: stores there say no more of it. */
  forget(slot: Slot): void {
    for (const [word, holder] of this.words) if (holder === slot) this.words.delete(word);
  }
}

function emptySlot({ states, nameBytes }: ProcessFacts, address: number): Slot {
  const nobody = { pid: 0, state: states.unused, root: 0, parent: 0, size: 0, lastPid: 0 };
  return { address, ...nobody, name: new Uint8Array(nameBytes) };
}
