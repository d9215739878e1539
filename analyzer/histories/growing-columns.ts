// Columns that grow together, for rows whose number is known only at the end of a pass.

type Growing = Int32Array | Uint32Array | Float64Array | Uint8Array;

/** Typed arrays by name, all at least as long as there are rows. */
export type ColumnArrays = Record<string, Growing>;

/** Rows that are all there. */
export interface FoundRows<T extends ColumnArrays> {
  readonly length: number;
  readonly of: T;
}

const firstCapacity = 1024;
/**
 * What there is room for when the first rows are too few: those of most runs. Memory that is never touched costs
 * nothing, while a copy costs twice, since the memory it goes to is touched for the first time.
 */
const secondCapacity = 2 ** 21;

/** Rows of typed arrays. */
export class GrowingColumns<T extends ColumnArrays> {
  length = 0;
  private capacity = 0;

  constructor(
    /** Replaced when they grow, so do not keep one. */
    readonly of: T,
  ) {
    this.grow(firstCapacity);
  }

  /** The number of a new row, zero in every column. */
  add(): number {
    if (this.length === this.capacity) this.grow(Math.max(secondCapacity, 4 * this.capacity));
    return this.length++;
  }

  /** The rows, to be read and no longer added to. */
  found(): FoundRows<T> {
    const of = Object.entries(this.of).map(([name, column]) => [name, column.subarray(0, this.length)]);
    return { length: this.length, of: Object.fromEntries(of) as T };
  }

  private grow(capacity: number): void {
    const columns = this.of as ColumnArrays;
    for (const name of Object.keys(columns)) columns[name] = lengthened(columns[name], capacity);
    this.capacity = capacity;
  }
}

function lengthened<A extends Growing>(array: A, length: number, filler = 0): A {
  const wider = new (array.constructor as new (length: number) => A)(length);
  wider.set(array);
  if (filler !== 0) wider.fill(filler, array.length);
  return wider;
}

/** An array with room for an index, twice as long as that needs; new elements hold `filler`. */
export function roomFor<A extends Growing>(array: A, index: number, filler = 0): A {
  return lengthened(array, 2 * Math.max(index + 1, firstCapacity), filler);
}
