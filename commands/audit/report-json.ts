// What `trace audit --json` prints (docs/json.md).
import { reports, type CheckResult, type Disclosure } from '../../analyzer/index.js';
import { jsonDocument } from '../../text/index.js';
import { allCases, type Leg } from './legs.js';
import { mergedFindings, mergedRules, mergedVerdict } from './merge.js';
import { exitCodeOf, verdictOf, type AuditedRun, type FinishedAudit } from './report.js';

/** Version of the document's form; raised when a key changes its meaning or goes. */
const documentVersion = 1;

/** The whole as one JSON document. */
export function auditJson(audit: FinishedAudit, disclose: Disclosure): string {
  const { kernel, runs, notes, notRun } = audit;
  return jsonDocument({
    version: documentVersion,
    verdict: verdictOf(audit),
    exitCode: exitCodeOf(audit),
    kernel: kernel.label,
    added: kernel.added ?? [],
    notes,
    notRun: notRun ?? null,
    machine: runs[0]?.legs[0].result.manifest.machine ?? null,
    programs: runs.map((run) => programJson(run, disclose)),
  });
}

function programJson({ words, legs }: AuditedRun, disclose: Disclosure): object {
  const { verdict, exitCode, reason } = mergedVerdict(legs);
  const cases = allCases(legs);
  return {
    ...legJson(legs[0]),
    program: words,
    verdict,
    reason: reason ?? null,
    exitCode,
    seconds: legs.reduce((sum, { seconds }) => sum + seconds, 0),
    ...(legs.length > 1 && { legs: legs.map(legJson) }),
    ...(cases && { cases: cases.runs, casesNotRun: cases.notRun }),
    ...judgedJson(legs, disclose),
  };
}

function legJson({ words, out, result, check, outcome, seconds }: Leg) {
  return {
    program: words,
    verdict: check.verdict,
    reason: check.reason ?? null,
    exitCode: check.exitCode,
    trace: out,
    end: result.end,
    cycle: result.cycle,
    digest: result.digest,
    seconds,
    outcome: outcome ?? null,
  };
}

/** How many rules came out how, which were violated, and the findings: causes, each with what it entailed. */
function judgedJson(legs: readonly Leg[], disclose: Disclosure): object {
  const rules = mergedRules(legs);
  const found = mergedFindings(legs);
  const merged = {
    ...legs[0].check,
    invariants: rules.map(({ result }) => result),
    findings: found.map(({ finding }) => finding),
  };
  const { invariants, findings } = JSON.parse(reports.json(merged, { disclose })) as Judged;
  const counts: Record<string, number> = {};
  for (const { status } of invariants) counts[status] = (counts[status] ?? 0) + 1;
  return {
    rules: counts,
    violated: invariants.flatMap((rule, index) => {
      if (rule.status !== 'violated') return [];
      const { name, title, severity, violationCount, violations } = rule;
      const { first, legs: shown } = rules[index];
      const where = legs.length > 1 && { trace: first?.out ?? null, legs: shown };
      return { name, title, severity, count: violationCount, first: violations[0] ?? null, ...where };
    }),
    findings: findings.map((finding, index) => ({
      ...finding,
      ...(legs.length > 1 && { traces: found[index].traces }),
    })),
  };
}

type Judged = Pick<CheckResult, 'invariants'> & { readonly findings: readonly object[] };
