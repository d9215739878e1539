// What a machine is made of and starts from; machine.ts puts it together.

/** Everything the guest can depend on: equal configurations, images and inputs give equal runs. */
export interface MachineConfiguration {
  /** 1 to 8. */
  readonly harts: number;
  /** RAM in bytes, a multiple of 64 KiB. */
  readonly memoryBytes: number;
  readonly virtioVersion: 'modern' | 'legacy';
  /** Length of a hart's turn, in cycles. */
  readonly turnCycles: number;
  /** Cycles from a disk request's notify to its completion: a `wfi` soon after the notify should come before. */
  readonly diskLatencyCycles: number;
}

export const defaultConfiguration: MachineConfiguration = {
  harts: 3,
  memoryBytes: 128 << 20,
  virtioVersion: 'modern',
  turnCycles: 10_000,
  diskLatencyCycles: 50_000,
};

/** What is loaded before the first cycle. */
export interface BootImage {
  /** Physical address execution starts at. */
  readonly entry: number;
  readonly segments: readonly { readonly address: number; readonly bytes: Uint8Array }[];
  /** Content of the disk; the machine works on a copy. */
  readonly disk: Uint8Array;
}
