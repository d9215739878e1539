// What is known of a few hundred addresses that come again and again, without hashing in the usual case.

const slots = 4096;

/** A number for each of the addresses below 2^32 seen last. It may forget: ask elsewhere then, and enter the answer. */
export class PcTable {
  private readonly addresses = new Int32Array(slots);
  private readonly values = new Uint8Array(slots);

  /** The value of an address (its low half, above 0), or 0 when it is not here. */
  get(low: number): number {
    const slot = (low >>> 1) % slots;
    return this.addresses[slot] === low ? this.values[slot] : 0;
  }

  /** Enters a value (1 to 255); what `get` said before. */
  enter(low: number, value: number): number {
    const slot = (low >>> 1) % slots;
    const before = this.addresses[slot] === low ? this.values[slot] : 0;
    this.addresses[slot] = low;
    this.values[slot] = value;
    return before;
  }
}
