// Which of the broken rules is a cause, and which may follow from it: one mistake in the kernel breaks several rules,
// and the reader should begin with the first.
import type { InvariantResult, Violation } from './result.js';

/** A broken rule, with what tells causes from consequences. */
export interface BrokenRule {
  readonly result: InvariantResult;
  /** Frames that its violations are about; none of a rule about something else. */
  readonly frames: ReadonlySet<bigint>;
  /**
   * What may follow from it: all that comes later, all that comes later of the same frames, or nothing: a race need not
   * have been lost.
   */
  readonly breaks?: 'all' | 'frames' | 'nothing';
  /** What it may follow from if it is about no frame. */
  readonly follows?: 'all' | 'any' | 'frames' | 'nothing';
}

/** A cause with its consequences, without what is told of it. */
export interface Cause {
  readonly rule: BrokenRule;
  /** Frames that it, or what follows from it, has broken. */
  readonly frames: Set<bigint>;
  /** The violation with which it began. */
  readonly first: Violation;
  /** Names of rules, the earliest first. */
  readonly consequences: string[];
}

/** The causes: errors first, then in the order in which they came about. */
export function causesOf(broken: readonly BrokenRule[]): Cause[] {
  const causes: Cause[] = [];
  const inOrder = broken
    .flatMap((rule) =>
      beginnings(rule).map((first): Cause => ({
        rule,
        frames: new Set(rule.frames),
        first,
        consequences: [],
      })),
    )
    .sort((left, right) => order(left) - order(right) || beginning(left.first) - beginning(right.first));
  for (const one of inOrder) {
    const cause = causes.findLast((other) => mayFollow(one, other));
    if (cause === undefined) causes.push(one);
    else follow(one, cause);
  }
  return causes;
}

/** Tells of one with the other, from which it follows: what follows from it does so, too. */
function follow({ rule: { result, breaks, frames } }: Cause, cause: Cause): void {
  if (breaks === 'frames') for (const frame of frames) cause.frames.add(frame);
  if (!names(cause).includes(result.name)) cause.consequences.push(result.name);
}

/** The rules that a cause tells of already. */
function names({ rule, consequences }: Cause): readonly string[] {
  return [rule.result.name, ...consequences];
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

/** What may follow from all others comes behind them: some mistakes are seen only when the program has ended. */
function order(cause: Cause): number {
  return rank(cause) === 0 && cause.rule.follows === 'all' ? 0.5 : rank(cause);
}

function rank({ rule }: Cause): number {
  return rule.result.severity === 'error' ? 0 : 1;
}

/** Whether both are about what the same instruction did to the same frame, as two rules see it. */
function isSameDeed({ rule: { result }, first: one }: Cause, { rule, first: other }: Cause): boolean {
  if (one.frame === undefined || one.pc === undefined || result.name === rule.result.name) return false;
  return one.frame === other.frame && one.pc === other.pc;
}

/** Whether two rules suspect the same line first: it is to be mended once. */
function isSamePlace({ rule: { result }, first: one }: Cause, { rule, first: other }: Cause): boolean {
  const [left, right] = [one.suspects[0], other.suspects[0]];
  if (left?.line === undefined || right?.line === undefined || result.name === rule.result.name) return false;
  return left.function === right.function && left.file === right.file && left.line === right.line;
}

/** Warnings are about manners, and stand for themselves, unless they are about a frame that is wrong already. */
function mayFollow(one: Cause, cause: Cause): boolean {
  if (rank(cause) > 0 || cause.rule.breaks === 'nothing') return false;
  const breaksFrames = cause.rule.breaks === 'frames';
  if (rank(one) > 0) return breaksFrames && isLater(one, cause) && isOfFrames(one, cause);
  if (isSameDeed(one, cause) || isSamePlace(one, cause) || cause.rule.breaks === 'all') return true;
  const { follows, frames } = one.rule;
  if (follows === 'nothing') return false;
  const followsAny = follows === 'any' || follows === 'all';
  if (frames.size === 0 || followsAny) return followsAny || (follows === 'frames' && breaksFrames);
  return breaksFrames && isOfFrames(one, cause);
}

/** Whether it began with a frame that the other had broken, or at least half of its frames are such. */
function isOfFrames({ first: { frame }, rule }: Cause, { frames }: Cause): boolean {
  if (frame !== undefined && frames.has(frame)) return true;
  const broken = [...rule.frames].filter((one) => frames.has(one));
  return broken.length > 0 && broken.length * 2 >= rule.frames.size;
}

function isLater(one: Cause, cause: Cause): boolean {
  return beginning(one.first) >= beginning(cause.first);
}
