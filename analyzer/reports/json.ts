// The report for programs: the whole result as JSON. Addresses are hexadecimal strings: JSON has no 64-bit numbers.
import type { CheckResult } from '../result.js';

/** Version of the JSON report's form; raised when a key changes its meaning or goes. */
export const jsonReportVersion = 1;

/** The result as indented JSON that ends in a newline. */
export function jsonReport(result: CheckResult): string {
  const hex = (_: string, value: unknown): unknown => {
    return typeof value === 'bigint' ? `0x${value.toString(16)}` : value;
  };
  return JSON.stringify({ version: jsonReportVersion, ...result }, hex, 2) + '\n';
}
