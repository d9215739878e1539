// The violations of a run, judged again: what positions and gdb's monitor call violation:1, violation:2 and so on.
import { checkTrace, openTraceSource } from '../../analyzer/index.js';

/** A violation, with the rule it breaks. Texts may hold guest text. */
export interface NumberedViolation {
  readonly cycle: number;
  /** Physical address of the frame it is about. */
  readonly frame?: bigint;
  readonly rule: string;
  readonly message: string;
}

const violationsKept = 10_000;

/** All violations of all rules, in order of cycle: the first is violation:1. */
async function violationsOf(path: string): Promise<NumberedViolation[]> {
  const { invariants } = await checkTrace(openTraceSource(path), { violationsKept });
  const all = invariants.flatMap(({ title, violations }) =>
    violations.map(({ cycle, frame, message }) => {
      return { cycle, ...(frame !== undefined && { frame }), rule: title, message };
    }),
  );
  return all.sort((one, other) => one.cycle - other.cycle);
}

/** The same, judged when first asked for and kept. */
export function judgedOnce(path: string): () => Promise<NumberedViolation[]> {
  let found: Promise<NumberedViolation[]> | undefined;
  return () => (found ??= violationsOf(path));
}
