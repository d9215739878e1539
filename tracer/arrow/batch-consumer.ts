// Somebody who goes along with the rows of a trace while it is written, in the thread that writes it.
import type { EventName } from '../schema/index.js';
import type { EventBatch } from './batch.js';

/** Takes rows as they go to their files. */
export interface BatchConsumer {
  /** The columns it takes, by kind; of other kinds it is told nothing. */
  readonly columns: { readonly [K in EventName]?: readonly string[] };
  /** Rows of a kind that follow those of the last call for that kind: views, to be used in `caughtUp` and no later. */
  take(kind: EventName, batch: EventBatch): void;
  /** All rows before the next one, of whatever kind, have been taken. */
  caughtUp(): void;
  /** All rows have been taken. */
  finish(): Consumed;
}

/** What a consumer has made of a run: something that can be sent to another thread. */
export interface Consumed {
  readonly value: unknown;
  /** Buffers in it that are to be moved and not copied. */
  readonly buffers: readonly ArrayBuffer[];
}

/** A module whose consumers can be made in any thread. */
export interface ConsumerModule {
  /** @param kinds the kinds that are traced */
  openConsumer(kinds: readonly EventName[]): BatchConsumer;
}
