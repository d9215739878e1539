// Numbers for keys, and rows grouped by them, in typed arrays: a Map makes an object of every key that is no small
// integer, and of every group.

const firstSlots = 1024;
/** Of ten slots, how many are taken at most. */
const fullTenths = 4;

/** Keys that differ in these bits alone are neighbours. */
const nearBits = 4;
const nearMask = 2 ** nearBits - 1;

/** Numbers keys in order of first sight. A key is a whole number up to 2^53 and, where that says too little, a part. */
export class NumberedKeys {
  /** How many keys there are. */
  size = 0;
  private keys = new Float64Array(firstSlots);
  private parts = new Int32Array(firstSlots);
  /** By hash: number of a key plus one; 0 for a free slot. */
  private slots = new Int32Array(firstSlots);

  /** The number of a key, which is a new one for a new key. */
  of(key: number, part = 0): number {
    const slot = this.slotOf(key, part);
    const known = this.slots[slot];
    return known === 0 ? this.add(slot, key, part) : known - 1;
  }

  /** The same of a known key, -1 for another. */
  known(key: number, part = 0): number {
    return this.slots[this.slotOf(key, part)] - 1;
  }

  keyAt(number: number): number {
    return this.keys[number];
  }

  partAt(number: number): number {
    return this.parts[number];
  }

  /** Where a key is, or would be. */
  private slotOf(key: number, part: number): number {
    const { keys, parts, slots } = this;
    const mask = slots.length - 1;
    // Neighbours stay together: pages and rows come in runs, and slots all over memory cost a cache miss each.
    let hash = Math.imul((key >>> nearBits) ^ Math.imul((key / 2 ** 32) | 0, 0x9e37_79b1), 0x85eb_ca6b);
    hash = Math.imul(hash ^ (hash >>> 15) ^ part, 0xc2b2_ae35);
    for (let slot = ((hash ^ (hash >>> 16)) + (key & nearMask)) & mask; ; slot = (slot + 1) & mask) {
      const number = slots[slot] - 1;
      if (number < 0 || (keys[number] === key && parts[number] === part)) return slot;
    }
  }

  private add(slot: number, key: number, part: number): number {
    const number = this.size++;
    this.slots[slot] = number + 1;
    this.keys[number] = key;
    this.parts[number] = part;
    if (10 * this.size >= fullTenths * this.slots.length) this.grow();
    return number;
  }

  private grow(): void {
    const { keys, parts } = this;
    const slots = 4 * this.slots.length;
    this.slots = new Int32Array(slots);
    this.keys = new Float64Array(slots);
    this.parts = new Int32Array(slots);
    this.keys.set(keys);
    this.parts.set(parts);
    for (let number = 0; number < this.size; number++)
      this.slots[this.slotOf(keys[number], parts[number])] = number + 1;
  }
}

/** Numbers for keys, in order of first sight. */
interface GroupKeys {
  readonly size: number;
  of(key: number): number;
  known(key: number): number;
}

/** Keys up to so many times their number are numbered by an array. */
const densest = 8;

/** Small keys, such as numbers of kernel entries. */
class DenseKeys implements GroupKeys {
  size = 0;
  /** By key: its number plus one. */
  private readonly numbers: Int32Array;

  constructor(private readonly most: number) {
    this.numbers = new Int32Array(most + 1);
  }

  of(key: number): number {
    if (this.numbers[key] === 0) this.numbers[key] = ++this.size;
    return this.numbers[key] - 1;
  }

  known(key: number): number {
    return key <= this.most ? this.numbers[key] - 1 : -1;
  }
}

/** Rows by key, those of a key in their order. */
export class RowGroups {
  /** All rows with a key, group after group. */
  readonly rows: Int32Array;
  /** How many groups there are. */
  readonly size: number;
  private readonly keys: GroupKeys;
  /** Where each group begins, and all end. */
  private readonly begins: Int32Array;

  /** @param keyOf the key of a row, a whole number; negative for none */
  constructor(rows: number, keyOf: (row: number) => number) {
    const keyed = keyedRows(rows, keyOf);
    this.keys = keyed.most < densest * rows ? new DenseKeys(keyed.most) : new NumberedKeys();
    const groups = numbersOf(keyed, this.keys);
    this.size = this.keys.size;
    this.begins = new Int32Array(this.size + 1);
    this.rows = sortedByGroup(keyed, groups, this.begins);
  }

  /** Number of the group of a key, -1 for none. */
  groupOf(key: number): number {
    return key < 0 ? -1 : this.keys.known(key);
  }

  /** Index in `rows` of the first row of a group; 0 for group -1. */
  begin(group: number): number {
    return group < 0 ? 0 : this.begins[group];
  }

  /** Index behind its last; 0 for group -1. */
  end(group: number): number {
    return group < 0 ? 0 : this.begins[group + 1];
  }
}

/** The rows that have a key, in their order, each with its key. */
interface KeyedRows {
  readonly length: number;
  readonly rows: Int32Array;
  readonly keys: Float64Array;
  /** The largest key, -1 when there is none. */
  readonly most: number;
}

function keyedRows(rows: number, keyOf: (row: number) => number): KeyedRows {
  const [kept, keys] = [new Int32Array(rows), new Float64Array(rows)];
  let [length, most] = [0, -1];
  for (let row = 0; row < rows; row++) {
    const key = keyOf(row);
    if (key < 0) continue;
    kept[length] = row;
    keys[length++] = key;
    if (key > most) most = key;
  }
  return { length, rows: kept, keys, most };
}

function numbersOf({ length, keys }: KeyedRows, numbers: GroupKeys): Int32Array {
  const groups = new Int32Array(length);
  for (let index = 0; index < length; index++) groups[index] = numbers.of(keys[index]);
  return groups;
}

/** Counting sort: how many there are of each, then where each ends; filling from the back leaves where it begins. */
function sortedByGroup({ length, rows }: KeyedRows, groups: Int32Array, begins: Int32Array): Int32Array {
  for (let index = 0; index < length; index++) begins[groups[index]]++;
  let end = 0;
  for (let group = 0; group < begins.length; group++) end = begins[group] += end;
  const sorted = new Int32Array(end);
  for (let index = length - 1; index >= 0; index--) sorted[--begins[groups[index]]] = rows[index];
  return sorted;
}
