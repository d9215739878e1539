// Columns that grow together, for rows whose number is known only at the end of a pass.

type Growing = Int32Array | Uint32Array | Float64Array | Uint8Array;

/** Typed arrays by name, all as long as `capacity`. */
export type ColumnArrays = Record<string, Growing>;

const firstCapacity = 1024;

/** Rows of typed arrays; `ensure` before writing row `length`. */
export class GrowingColumns<T extends ColumnArrays> {
  length = 0;
  capacity: number;

  constructor(
    /** Replaced when they grow, so do not keep one. */
    readonly of: T,
    capacity = firstCapacity,
  ) {
    this.capacity = 0;
    this.grow(Math.max(capacity, 1));
  }

  /** The number of a new row, zero in every column. */
  add(): number {
    if (this.length === this.capacity) this.grow(2 * this.capacity);
    return this.length++;
  }

  private grow(capacity: number): void {
    const columns = this.of as ColumnArrays;
    for (const name of Object.keys(columns)) {
      const wider = new (columns[name].constructor as new (length: number) => Growing)(capacity);
      wider.set(columns[name]);
      columns[name] = wider;
    }
    this.capacity = capacity;
  }
}
