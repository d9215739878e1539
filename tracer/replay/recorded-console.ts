// The typist of a replay: hands over what was recorded, at the recorded cycles, and nothing else.
import type { ConsolePort } from '../../emulator/index.js';
import type { RecordedInput } from '../recording/index.js';

/**
 * The machine asks for a byte at the same cycles as when it was recorded, provided that it is run in pieces that end at
 * `nextInput`: while all harts sleep, it only asks where a piece ends.
 */
export class RecordedConsole implements ConsolePort {
  /** Told of every byte the guest prints, with its cycle. */
  onPrinted: ((byte: number, cycle: number) => void) | undefined;
  private next = 0;

  /** @param inputs in order of cycle */
  constructor(private readonly inputs: readonly RecordedInput[]) {}

  receive(cycle: number): number | undefined {
    const input = this.inputs[this.next];
    if (input?.cycle !== cycle) return undefined;
    this.next++;
    return input.byte;
  }

  transmitted(byte: number, cycle: number): void {
    this.onPrinted?.(byte, cycle);
  }

  /** Cycle of the first byte that is received after a cycle; Infinity when none is. */
  nextInput(cycle: number): number {
    let index = this.next;
    while (this.inputs[index]?.cycle <= cycle) index++;
    return this.inputs[index]?.cycle ?? Infinity;
  }

  /** Number of bytes handed over. */
  get position(): number {
    return this.next;
  }

  /** The machine was put to a state in which this many bytes had been handed over. */
  set position(handedOver: number) {
    this.next = handedOver;
  }
}
