// What a machine is made of, as far as execution depends on it: recorded, so that a replay builds the same one.

/** Who runs next. `seed` is a safe integer. A scripted schedule is the recording's list of turns. */
export type Schedule =
  | { readonly kind: 'round_robin' }
  | { readonly kind: 'seeded'; readonly seed: number }
  | { readonly kind: 'scripted' };

/** Independent of the engine that executes: the same for interpreter and JIT. */
export interface MachineConfiguration {
  /** Number of harts, 1 to 8. */
  readonly harts: number;
  readonly memoryBytes: number;
  /** Length of a hart's turn in cycles. */
  readonly turnCycles: number;
  /** Cycles from the notify of a disk request to its completion. */
  readonly diskLatencyCycles: number;
  /** Which register interface the disk has. */
  readonly virtio: 'modern' | 'legacy';
  readonly schedule: Schedule;
}
