// Which of the broken rules is a cause, and which may follow from it: one mistake in the kernel breaks several rules,
// and the reader should begin with the first.
import type { InvariantResult, Violation } from './result.js';

/** A broken rule, with what tells causes from consequences. */
export interface BrokenRule {
  readonly result: InvariantResult;
  /** Frames that its violations are about; none of a rule about something else. */
  readonly frames: ReadonlySet<bigint>;
  /** What may follow from it: all that comes later of the same frames, or nothing: a race need not have been lost. */
  readonly breaks?: 'frames' | 'nothing';
  /** What it may follow from if it is about no frame. */
  readonly follows?: 'any' | 'frames';
}

/** A cause with its consequences, without what is told of it. */
export interface Cause {
  readonly rule: BrokenRule;
  /** The violation with which it began. */
  readonly first: Violation;
  /** Names of rules, the earliest first. */
  readonly consequences: string[];
}

/** The causes: errors first, then in the order in which they came about. */
export function causesOf(broken: readonly BrokenRule[]): Cause[] {
  const causes: Cause[] = [];
  const inOrder = broken
    .flatMap((rule) => beginnings(rule).map((first): Cause => ({ rule, first, consequences: [] })))
    .sort((left, right) => rank(left) - rank(right) || beginning(left.first) - beginning(right.first));
  for (const one of inOrder) {
    const cause = causes.findLast((other) => mayFollow(one, other));
    if (cause === undefined) causes.push(one);
    else cause.consequences.push(one.rule.result.name);
  }
  return causes;
}

/**
 * The violations with which a rule began to be broken. Frames that were broken once break in many places; of other
 * rules each suspect is a mistake of its own.
 */
function beginnings({ result, breaks }: BrokenRule): Violation[] {
  const { violations } = result;
  if (breaks === 'frames' || violations.length === 0)
    return violations.length === 0 ? [] : [earliest(violations)];
  const bySuspect = new Map<string, Violation[]>();
  for (const one of violations) {
    const name = one.suspects[0]?.function ?? '';
    bySuspect.set(name, [...(bySuspect.get(name) ?? []), one]);
  }
  return [...bySuspect.values()].map(earliest);
}

/** The cycle at which things went wrong by a violation. */
export function beginning({ since, cycle }: Violation): number {
  return since ?? cycle;
}

/** The one of several violations by which things went wrong first. */
export function earliest(violations: readonly Violation[]): Violation {
  return violations.reduce((left, right) => (beginning(right) < beginning(left) ? right : left));
}

function rank({ rule }: Cause): number {
  return rule.result.severity === 'error' ? 0 : 1;
}

/** Whether both are about what the same instruction did to the same frame, as two rules see it. */
function isSameDeed({ rule: { result }, first: one }: Cause, { rule, first: other }: Cause): boolean {
  if (one.frame === undefined || one.pc === undefined || result.name === rule.result.name) return false;
  return one.frame === other.frame && one.pc === other.pc;
}

/** Warnings stand for themselves: they are about manners. */
function mayFollow(one: Cause, cause: Cause): boolean {
  if (rank(one) > 0 || rank(cause) > 0 || cause.rule.breaks === 'nothing') return false;
  if (isSameDeed(one, cause)) return true;
  const { follows, frames } = one.rule;
  const breaksFrames = cause.rule.breaks === 'frames';
  if (frames.size === 0 || follows === 'any')
    return follows === 'any' || (follows === 'frames' && breaksFrames);
  const { frame } = one.first;
  return breaksFrames && frame !== undefined && cause.rule.frames.has(frame);
}
