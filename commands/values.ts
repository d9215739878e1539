// Values of options: numbers and sizes as people write them. What cannot be read is refused with the forms that can.
import { InvalidArgumentError } from 'commander';

const decimalUnits: Readonly<Record<string, number>> = { '': 1, k: 1e3, M: 1e6, G: 1e9, T: 1e12 };
const binaryUnits: Readonly<Record<string, number>> = { '': 0, K: 1, M: 2, G: 3, T: 4 };

/** A count such as 5000, 1e9, 5M or 200G (powers of ten). At least 1. */
export function parseCount(text: string): number {
  const match = /^(\d+(?:\.\d+)?(?:e\d{1,2})?)([kKMGT]?)$/.exec(text);
  const value = match ? Number(match[1]) * decimalUnits[match[2].replace('K', 'k')] : NaN;
  return checked(value, 'Give a count such as 5000000, 5M, 1e9 or 200G');
}

/** A size in bytes such as 65536, 500M or 4GiB (powers of 1024). At least 1. */
export function parseSize(text: string): number {
  const match = /^(\d+(?:\.\d+)?) ?([KMGT]?)(?:iB|B)?$/.exec(text);
  const value = match ? Number(match[1]) * 1024 ** binaryUnits[match[2]] : NaN;
  return checked(value, 'Give a size such as 65536, 500M or 4GiB');
}

/** A size, or `none` for 0. */
export function parseSizeOrNone(text: string): number {
  return text === 'none' ? 0 : parseSize(text);
}

/** A time in seconds, fractions allowed. */
export function parseSeconds(text: string): number {
  const value = /^\d+(\.\d+)?$/.test(text) ? Number(text) : NaN;
  if (!(value > 0)) throw new InvalidArgumentError('Give seconds, such as 90.');
  return value;
}

/** Gathers the values of an option that may be given several times. */
export function collect(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value];
}

/** A parser of whole numbers from `low` to `high`. */
export function wholeNumber(low: number, high: number): (text: string) => number {
  return (text) => {
    const value = /^\d+$/.test(text) ? Number(text) : NaN;
    if (!(value >= low && value <= high))
      throw new InvalidArgumentError(`Give a number from ${low} to ${high}.`);
    return value;
  };
}

function checked(value: number, remedy: string): number {
  const whole = Math.floor(value);
  if (!Number.isSafeInteger(whole) || whole < 1) throw new InvalidArgumentError(`${remedy}.`);
  return whole;
}
