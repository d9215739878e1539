// The exception flags one floating-point operation accrues, in the bit order of the fflags CSR (unprivileged
// specification, chapter "F", "Floating-Point Control and Status Register").

/** NV: the operation has no usefully definable result. */
export const invalid = 1 << 4;
/** DZ: a finite number other than zero divided by zero. */
export const divideByZero = 1 << 3;
/** OF: the rounded result exceeds the largest finite number. */
export const overflow = 1 << 2;
/** UF: the result is tiny after rounding, and inexact. */
export const underflow = 1 << 1;
/** NX: the result was rounded. */
export const inexact = 1 << 0;

let accrued = 0;

/** Forgets what earlier operations raised. */
export function clearFlags(): void {
  accrued = 0;
}

/** Adds `flags` (an or of the constants above). */
export function raise(flags: number): void {
  accrued |= flags;
}

/** The flags raised since the last `clearFlags`, to be or-ed into fflags. */
export function lastFlags(): number {
  return accrued;
}
