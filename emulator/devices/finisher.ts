// The test finisher (SiFive test device): a guest ends its run, and says how, by writing one word.
import type { Device } from './device.js';
import { StateReader } from './state-bytes.js';

/** How the guest asked the machine to end. `code` is 0 to 65535. */
export type FinisherOutcome = { kind: 'power_off' } | { kind: 'fail'; code: number } | { kind: 'reset' };

const command = { powerOff: 0x5555, fail: 0x3333, reset: 0x7777 } as const;

export class Finisher implements Device {
  readonly name = 'finisher';
  readonly #finished: (outcome: FinisherOutcome) => void;

  constructor(finished: (outcome: FinisherOutcome) => void) {
    this.#finished = finished;
  }

  read(): number {
    return 0;
  }

  /** Other commands are ignored. */
  write(at: number, _size: number, value: number): void {
    if (at !== 0) return;
    const verb = value & 0xffff;
    if (verb === command.powerOff) this.#finished({ kind: 'power_off' });
    else if (verb === command.fail) this.#finished({ kind: 'fail', code: value >>> 16 });
    else if (verb === command.reset) this.#finished({ kind: 'reset' });
  }

  /** The device holds no state. */
  reset(): void {}

  save(): Uint8Array {
    return new Uint8Array();
  }

  restore(state: Uint8Array): void {
    new StateReader(state, this.name).finish();
  }
}
