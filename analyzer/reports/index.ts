// Every report format by its name: a format is a file here and a line below.
import type { CheckResult } from '../result.js';
import { jsonReport } from './json.js';
import { textReport, type TextOptions } from './text.js';

/** Formats of a check's report. */
export const reports = {
  text: textReport,
  json: jsonReport,
} as const satisfies Record<string, (result: CheckResult, options?: TextOptions) => string>;

export type ReportFormat = keyof typeof reports;

export { disclosures, type Disclosure } from './disclosure.js';
export { consequenceLines, firstViolationLines, lookFirst } from './finding.js';
export type { TextOptions } from './text.js';
