// The violations of a run, judged again: what positions and gdb's monitor call violation:1, violation:2 and so on.
import {
  checkTrace,
  lookFirst,
  openTraceSource,
  type Disclosure,
  type InvariantResult,
  type Violation,
} from '../../analyzer/index.js';
import { UsageError } from '../../errors.js';
import type { ViolationMoment } from '../../tracer/replay/index.js';

/** A violation, with the rule it breaks. Texts may hold guest text. */
export interface NumberedViolation extends ViolationMoment {
  readonly rule: string;
  readonly message: string;
  readonly pid: number;
}

/** The violations of a run, as far as they are told. */
export interface JudgedRun {
  /** All of them in order of cycle, so that the first is violation:1; judged when first asked for. */
  readonly list: () => Promise<readonly NumberedViolation[]>;
  /** The same, to go to one. Throws UsageError where moments are not told. */
  readonly moments: () => Promise<readonly ViolationMoment[]>;
  /** How much is told of them. */
  readonly disclose: Disclosure;
}

const violationsKept = 10_000;

/** Judges the run of a trace, once, when it is asked. */
export function judgedOnce(path: string, disclose: Disclosure): JudgedRun {
  let found: Promise<NumberedViolation[]> | undefined;
  const list = (): Promise<NumberedViolation[]> => (found ??= violationsOf(path, disclose));
  return {
    disclose,
    list,
    moments: async () => {
      if (disclose !== 'what') return list();
      throw new UsageError(
        '--disclose what tells of no moment, so that violation:N is none to go to; --disclose where does',
      );
    },
  };
}

async function violationsOf(path: string, disclose: Disclosure): Promise<NumberedViolation[]> {
  const { invariants } = await checkTrace(openTraceSource(path), { violationsKept });
  const all = invariants.flatMap((invariant) =>
    invariant.violations.map((violation) => {
      const { cycle, frame, message, pid } = violation;
      const notes = notesOf(invariant, violation, disclose);
      return { cycle, ...(frame !== undefined && { frame }), rule: invariant.title, message, pid, notes };
    }),
  );
  return all.sort((one, other) => one.cycle - other.cycle);
}

/** What the page says below a violation: the rule that it breaks and, for who may know, whom to suspect and a hint. */
function notesOf({ title, hint }: InvariantResult, { suspects }: Violation, disclose: Disclosure): string[] {
  const broken = `it breaks the rule: ${title}`;
  if (disclose !== 'why') return [broken];
  const names = suspects.map((one) => one.function.replace(/ <.*$/, ''));
  return [broken, ...(names.length > 0 ? [lookFirst(names)] : []), `hint: ${hint}`];
}
