// Somebody who goes along with the rows of a trace while it is written, in the thread that writes it.
import type { EventName } from '../schema/index.js';
import type { EventBatch } from './batch.js';

/** Names of columns by kind; of kinds that are not there nothing is told. */
export type KindColumns = { readonly [K in EventName]?: readonly string[] };

/** Takes rows as they go to their files. */
export interface BatchConsumer {
  /** The columns it takes of kinds that it follows in step with all others. */
  readonly columns: KindColumns;
  /** Rows of a kind that follow those of the last call for that kind: views, to be used in `caughtUp` and no later. */
  take(kind: EventName, batch: EventBatch): void;
  /** All rows before the next one, of whatever kind, have been taken. */
  caughtUp(): void;
  /** The columns it takes of kinds that it looks at by themselves: every call costs something, and these are fewer. */
  readonly batchColumns: KindColumns;
  /** All rows of a batch that is about to be written, in order for each kind: views, to be used at once. */
  takeBatch(kind: EventName, batch: EventBatch): void;
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
