// Where a generated program keeps its things, and which registers it may not overwrite.

/** Code starts at the first byte of RAM: both machines start there. */
export const codeBase = 0x8000_0000;
export const dataBase = 0x8010_0000;

/** Bytes of RAM both machines have. QEMU puts its device tree into the upper half. */
export const ramBytes = 32 << 20;

/** Offsets from `dataBase`, in bytes. */
export const data = {
  /** What the trap handler needs: see the fields of `handler`. */
  handler: 0,
  /** What is printed at the end: x0..x31, f0..f31, mstatus, fcsr, trap count; then scratch and the trap log. */
  dump: 0x100,
  scratch: 0x318,
  log: 0xb18,
  /** Initial x1..x31 and f0..f31 as 64 words. */
  registers: 0x1_0000,
  constants: 0x2_0000,
} as const;

export const dumpWords = { x: 32, f: 32, mstatus: 1, fcsr: 1, traps: 1 } as const;

export const scratchBytes = data.log - data.scratch;

/** Traps that are recorded; later ones are only counted. */
export const logEntries = 1000;

/** A log entry: mcause, mepc, mtval, mstatus. */
export const logEntryBytes = 32;

/** Offsets from the start of `data.handler`. */
export const handler = { saved: 0, end: 24, logNext: 32, logLimit: 40, traps: 48 } as const;

/** Registers whose value random code keeps: pointers into scratch, the way back from a fetch fault, a loop counter. */
export const reserved = { stack: 2, resume: 3, counter: 4, base: 8, oddBase: 9 } as const;

/** What the pointers are, as offsets into scratch; one is odd so that every access through it is misaligned. */
export const pointers = [
  { register: reserved.stack, offset: 0x300 },
  { register: reserved.base, offset: 0x100 },
  { register: reserved.oddBase, offset: 0x503 },
] as const;

/** Distances from a pointer that stay within scratch for any access. */
export const reach = { least: -0x100, greatest: 0x200 - 8 } as const;

/** Whether random code may write the register. */
export function isFree(register: number): boolean {
  return !Object.values<number>(reserved).includes(register);
}
