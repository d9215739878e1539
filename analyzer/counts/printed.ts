// DuckDB's printf, as far as rules need it for whole numbers.
import { NotSimple } from './syntax.js';

/** A format with %d and %x, filled in; throws `NotSimple` for others, nulls, and what a double does not hold. */
export function printed(format: string, numbers: readonly number[]): string {
  let used = 0;
  const text = format.replaceAll(/%(.?)/g, (_, kind: string) => {
    const number = numbers[used++] as number | undefined;
    if (number === undefined || !Number.isSafeInteger(number) || !['d', 'x'].includes(kind))
      throw new NotSimple();
    return number.toString(kind === 'd' ? 10 : 16);
  });
  if (used !== numbers.length) throw new NotSimple();
  return text;
}
