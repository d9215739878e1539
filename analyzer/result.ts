// The one model of what a check found: every report is made from it and from nothing else.
import type { EventName } from '../tracer/schema/index.js';

/** A function that may be at fault. Of a function that was inlined the line is known of the innermost alone. */
export interface Suspect {
  readonly function: string;
  readonly file?: string;
  readonly line?: number;
}

/** One point where a rule was broken. Texts that come from the guest are raw: a report escapes them. */
export interface Violation {
  /** Machine cycle to go to with `trace replay --to`. */
  readonly cycle: number;
  /** Cycle at which things went wrong, where that is another one. */
  readonly since?: number;
  readonly hart: number;
  readonly pid: number;
  /** Name of the process then, when the trace knows it. */
  readonly process?: string;
  /** Physical address of the frame it is about. */
  readonly frame?: bigint;
  /** Instruction that did it, and where that is in the source, as far as known. */
  readonly pc?: bigint;
  readonly function?: string;
  readonly file?: string;
  readonly line?: number;
  /** The function that had called it, and where. */
  readonly caller?: { readonly function: string; readonly file?: string; readonly line?: number };
  readonly message: string;
  /** Where to look, the likeliest first; at most three. */
  readonly suspects: readonly Suspect[];
}

/**
 * holds: judged somewhere and broken nowhere; vacuous: judged nowhere; not_judged: the trace lacks events it
 * needs; error: the query itself failed.
 */
export type InvariantStatus = 'holds' | 'violated' | 'vacuous' | 'not_judged' | 'error';

/** What came of one invariant. */
export interface InvariantResult {
  /** Its file's name, a true sentence in snake_case. */
  readonly name: string;
  readonly title: string;
  readonly rule: string;
  readonly severity: 'error' | 'warning';
  readonly hint: string;
  readonly status: InvariantStatus;
  /** Points the rule was applied to, and points where the moment was not quiet enough. */
  readonly judged: number;
  readonly skipped: number;
  /** How many rows violate it; `violations` holds the first of them, in order of cycle. */
  readonly violationCount: number;
  readonly violations: readonly Violation[];
  /**
   * For not_judged and error: why, in a clause. For vacuous: what was not seen, where the run plainly had something to
   * judge.
   */
  readonly reason?: string;
}

/** What one kernel entry did to a frame. */
export interface ChainStep {
  readonly cycle: number;
  readonly hart: number;
  /** 0 for none: boot or the scheduler. */
  readonly pid: number;
  /** Raw guest text; empty when unknown. */
  readonly process: string;
  /** What the entry was for: name of a system call, page_fault, … as in kernel_span. */
  readonly cause: string;
  /** In clauses, in order. */
  readonly acts: readonly string[];
  /** Where the last of it was done. */
  readonly place?: Suspect;
}

/** From a frame's leaving the free list on. */
export interface Chain {
  readonly steps: readonly ChainStep[];
  /** Steps behind the first that are not there, because there are many. */
  readonly leftOut: number;
}

/** What is wrong, said once: a broken rule that does not follow from another one, and what follows from it. */
export interface Finding {
  /** Name of the rule. */
  readonly invariant: string;
  readonly severity: 'error' | 'warning';
  /** The violation with which it began: `violations` of the rule has it. */
  readonly violation: Violation;
  /** What happened to its frame until then, oldest first; none of a warning, nor where it is about no frame. */
  readonly chain: Chain;
  /** Names of broken rules that may be its consequences, the earliest first. */
  readonly consequences: readonly string[];
}

/** passed, failed (something of severity error was violated), or inconclusive. */
export type Verdict = 'passed' | 'failed' | 'inconclusive';

/** What a check of one trace found. */
export interface CheckResult {
  readonly verdict: Verdict;
  /** Exit code of the command, one of `ExitCode`. */
  readonly exitCode: number;
  /** Why the verdict is not simply what the invariants say, in a clause. */
  readonly reason?: string;
  readonly facts: Readonly<Record<string, string>>;
  /** The kinds of events that were traced, with or without rows. */
  readonly kinds: readonly EventName[];
  readonly invariants: readonly InvariantResult[];
  /** The broken rules as causes and consequences: errors first, in the order in which they came about. */
  readonly findings: readonly Finding[];
}
