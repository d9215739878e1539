// The end of a test's name that says why it does not run here, so that a skipped test is never a silent one.

/** ` (skipped: no dtc)` when the tool is absent, else nothing: for the title beside `skipIf(!present)`. */
export function unless(present: boolean, tool: string): string {
  return present ? '' : ` (skipped: no ${tool})`;
}
