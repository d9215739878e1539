// What the kernel refused a program that may have had a right to it: the tables refused_accesses and failed_waits,
// beside failed_calls.
import { failedCallsTable } from './failed-calls.js';
import type { Histories } from './histories.js';
import { mappingsAt, type PageMoment } from './mappings-at.js';
import { halvesOf, pageOf } from './numbering.js';
import { allows, entryNeeded, permissionNeeded } from './page-entries.js';
import { grantedAt } from './page-permissions.js';
import { livesOf, type ProcessLife } from './processes.js';
import { remembered } from './remembered.js';
import { resultCall } from './result-calls.js';
import { rowColumn } from './row-columns.js';
import { spacesOf, type Space } from './spaces.js';
import type { HistoryTableRow } from './tables.js';

interface Refusal {
  readonly seq: number;
  readonly access: string;
  readonly isGranted: boolean;
  /** It is, and its entry did not let users do it then. */
  readonly isWithheld: boolean;
}

/** A refusal before its entry is looked up. */
type RefusedAccess = PageMoment & Pick<Refusal, 'access' | 'isGranted'>;

/** By page of the root, the spaces that had it. */
const spacesOfRoots = remembered((histories): ReadonlyMap<number, readonly Space[]> => {
  const spaces = new Map<number, Space[]>();
  for (const space of spacesOf(histories)) {
    const root = space.made.root / 4096;
    const known = spaces.get(root) ?? [];
    spaces.set(root, known);
    known.push(space);
  }
  return spaces;
});

/** The images of those that were last at a moment: one, but where several begin at once. */
function imagesAt(histories: Histories, root: number, seq: number): (number | undefined)[] {
  const begun = (spacesOfRoots(histories).get(root) ?? []).filter(({ fromSeq }) => fromSeq <= seq);
  const last = begun.reduce((sofar, { fromSeq }) => Math.max(sofar, fromSeq), 0);
  return begun.filter(({ fromSeq }) => fromSeq === last).map(({ image }) => image);
}

const refusedAccesses = remembered((histories): readonly Refusal[] => {
  const table = histories.events.of('page_fault');
  const [access, outcome, ...wide] = table.read(['access', 'outcome', 'seq', 'root', 'va']);
  const [seqs, roots, vas] = wide.map(({ values }) => halvesOf(values));
  const refusals = ['killed', 'panicked'].map((name) => outcome.dictionary!.indexOf(name));
  const found: RefusedAccess[] = [];
  for (let row = 0, at = 0; row < table.rows; row++, at += 2) {
    if (!refusals.includes(outcome.values[row] as number)) continue;
    const kind = access.dictionary![access.values[row] as number];
    const needed = permissionNeeded[kind];
    const seq = seqs[at + 1] * 2 ** 32 + seqs[at];
    const root = pageOf(roots[at], roots[at + 1]);
    const images = imagesAt(histories, root, seq);
    const page = pageOf(vas[at], vas[at + 1]);
    const isGranted = images.some((image) => ((grantedAt(histories, image, page) ?? 0) & needed) !== 0);
    found.push({ root, page, seq, access: kind, isGranted });
  }
  return withheld(histories, found);
});

function withheld(histories: Histories, refusals: readonly RefusedAccess[]): Refusal[] {
  const granted = refusals.filter(({ isGranted }) => isGranted);
  const rows = mappingsAt(histories, granted);
  const { bits } = histories.found.pages.mappings.of;
  const isKept = (row: number, access: string): boolean =>
    row >= 0 && !allows(bits[row], entryNeeded[access]);
  const kept = new Set(granted.filter(({ access }, index) => isKept(rows[index], access)));
  return refusals.map((one) => ({ ...one, isWithheld: kept.has(one) }));
}

interface FailedWait {
  readonly seq: number;
  readonly dead: number;
}

const failedWaits = remembered((histories: Histories): readonly FailedWait[] => {
  const { length, of } = histories.found.calls;
  const children = new Map<number, ProcessLife[]>();
  for (const life of livesOf(histories).values())
    if (life.parent !== undefined) children.set(life.parent, [...(children.get(life.parent) ?? []), life]);
  const found: FailedWait[] = [];
  for (let call = 0; call < length; call++) {
    if (of.number[call] !== resultCall.wait || of.result[call] !== -1) continue;
    const now = of.seq[call];
    const isDead = ({ exit, reap }: ProcessLife): boolean =>
      exit !== undefined && exit.seq < now && (reap === undefined || reap.seq > now);
    found.push({ seq: now, dead: (children.get(of.pid[call]) ?? []).filter(isDead).length });
  }
  return found;
});

/** The tables. */
export const refusalTables = {
  failed_calls: failedCallsTable,
  refused_accesses: {
    doc:
      'Page faults that ended the process or the kernel. granted: its program may do there what it did (see ' +
      'granted_permissions). withheld: it may, and the page was mapped for users then, but not for that.',
    needs: ['page_fault'],
    optional: ['pte_write', 'page_table', 'kernel_span', 'process'],
    rows: (histories) => refusedAccesses(histories).length,
    columns: {
      seq: rowColumn(refusedAccesses, 'u64', ({ seq }) => seq),
      access: rowColumn(refusedAccesses, 'text', ({ access }) => access),
      granted: rowColumn(refusedAccesses, 'bool', ({ isGranted }) => isGranted),
      withheld: rowColumn(refusedAccesses, 'bool', ({ isWithheld }) => isWithheld),
    },
  },
  failed_waits: {
    doc:
      'Calls of wait (by its number in xv6) that failed, with the number of children of the process that had exited ' +
      'and were not reaped by then.',
    needs: ['syscall'],
    optional: ['process', 'kernel_span'],
    rows: (histories) => failedWaits(histories).length,
    columns: {
      seq: rowColumn(failedWaits, 'u64', ({ seq }) => seq),
      dead_children: rowColumn(failedWaits, 'i32', ({ dead }) => dead),
    },
  },
} as const satisfies Record<string, HistoryTableRow>;
