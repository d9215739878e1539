// The report for programs: the whole result as JSON. Addresses are hexadecimal strings: JSON has no 64-bit numbers.
import { jsonDocument } from '../../text/index.js';
import type { CheckResult } from '../result.js';
import { isDisclosed, type Disclosure } from './disclosure.js';

/** Version of the JSON report's form; raised when a key changes its meaning or goes. */
const jsonReportVersion = 1;

/** The result as indented JSON that ends in a newline. */
export function jsonReport(
  result: CheckResult,
  { disclose = 'why' }: { readonly disclose?: Disclosure } = {},
): string {
  return jsonDocument({ version: jsonReportVersion, ...result }, (key) => isDisclosed(key, disclose));
}
