// What is known of a few hundred addresses that come again and again, without hashing in the usual case.

const slots = 4096;

/** A small number for each of the addresses seen last. It may forget: ask elsewhere then, and enter the answer. */
export class PcTable {
  private readonly addresses = new Float64Array(slots);
  private readonly values = new Uint8Array(slots);

  /** The value of an address (above 0), or 0 when it is not here. */
  get(address: number): number {
    const slot = (address >>> 1) % slots;
    return this.addresses[slot] === address ? this.values[slot] : 0;
  }

  /** Enters a value (1 to 255); what `get` said before. */
  enter(address: number, value: number): number {
    const slot = (address >>> 1) % slots;
    const before = this.addresses[slot] === address ? this.values[slot] : 0;
    this.addresses[slot] = address;
    this.values[slot] = value;
    return before;
  }
}
