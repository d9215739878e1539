// Bytes that were typed and wait for the guest's receiver.
import type { ConsoleListener } from './console-script.js';

export class PendingBytes {
  private readonly bytes: number[] = [];

  get isEmpty(): boolean {
    return this.bytes.length === 0;
  }

  add(bytes: Iterable<number>): void {
    for (const byte of bytes) this.bytes.push(byte);
  }

  /** The first of them, which the guest receives in this cycle: the listener is told. Undefined when there is none. */
  receive(cycle: number, listener: Pick<ConsoleListener, 'typed'>): number | undefined {
    const byte = this.bytes.shift();
    if (byte !== undefined) listener.typed(byte, cycle);
    return byte;
  }
}
