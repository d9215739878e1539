// The report for programs: the whole result as JSON. Addresses are hexadecimal strings: JSON has no 64-bit numbers.
import type { CheckResult } from '../result.js';
import { isDisclosed, type Disclosure } from './disclosure.js';

/** Version of the JSON report's form; raised when a key changes its meaning or goes. */
export const jsonReportVersion = 1;

/** The result as indented JSON that ends in a newline. */
export function jsonReport(
  result: CheckResult,
  { disclose = 'why' }: { readonly disclose?: Disclosure } = {},
): string {
  const hex = (key: string, value: unknown): unknown => {
    if (!isDisclosed(key, disclose)) return undefined;
    return typeof value === 'bigint' ? `0x${value.toString(16)}` : value;
  };
  return JSON.stringify({ version: jsonReportVersion, ...result }, hex, 2) + '\n';
}
