// The rows that break a rule, with what is known of each place, and whom to suspect.
import type { RunFacts } from './event-source.js';
import type { FoundRow, FoundRows } from './found-rows.js';
import { Places, type Place } from './places.js';
import { ProcessNames } from './process-names.js';
import type { Suspect, Violation } from './result.js';
import type { RunTables } from './run-tables.js';

/** What the query of a rule found. */
export interface Violations {
  /** The first of them, in the query's order. */
  readonly violations: readonly Violation[];
  readonly violationCount: number;
  /** Frames that they are about. */
  readonly frames: ReadonlySet<bigint>;
}

export const noViolations: Violations = { violations: [], violationCount: 0, frames: new Set() };

const suspectsMost = 3;

/** Of the C library, as far as kernels have it. */
const libraryFunctions = [
  'memmove',
  'memcpy',
  'memset',
  'memcmp',
  'strlen',
  'strncpy',
  'strncmp',
  'safestrcpy',
];

/**
 * Functions that everybody calls: that one of them did it says little, whoever called it says more. They are those of
 * the roles that probes look for, and what does as it is told with any memory.
 */
export function commonFunctions(facts: RunFacts): ReadonlySet<string> {
  const roles = Object.entries(facts).filter(([key]) => key.startsWith('function_'));
  return new Set([...roles.map(([, name]) => String(name)), ...libraryFunctions]);
}

/** Tells of rows what a run knows of their places and processes. */
export class ViolationWriter {
  private readonly common: ReadonlySet<string>;
  private known: { readonly places: Places; readonly names: ProcessNames } | undefined;

  constructor(private readonly tables: RunTables) {
    this.common = commonFunctions(tables.source.facts);
  }

  violationsOf({ rows, count, frames }: FoundRows): Violations {
    if (count === 0) return noViolations;
    return { violations: rows.map((row) => this.violationOf(row)), violationCount: count, frames };
  }

  private violationOf(row: FoundRow): Violation {
    const { places, names } = this.about();
    const { cycle, since, hart, pid, frame, pc, callSite, message } = row;
    const process = names.at(pid, cycle);
    const place = places.at(pc);
    const caller = callSite === 0n ? undefined : places.at(callSite);
    return {
      cycle,
      ...(since !== undefined && since !== cycle ? { since } : {}),
      hart,
      pid,
      message,
      ...(process ? { process } : {}),
      ...(frame !== undefined ? { frame } : {}),
      ...(pc !== undefined ? { pc } : {}),
      ...(place?.function ? { function: place.function } : {}),
      ...position(place),
      ...(caller?.function ? { caller: { function: caller.function, ...position(caller) } } : {}),
      suspects: this.suspectsOf(row),
    };
  }

  private about(): { readonly places: Places; readonly names: ProcessNames } {
    return (this.known ??= {
      places: new Places(this.tables.of('location')!),
      names: ProcessNames.of(this.tables.of('process')!),
    });
  }

  /**
   * The functions of its `sites`, in that order; where the row blames the caller, who called the first comes before it.
   * Those that everybody calls come later, the library's last, but where the row blames as listed.
   */
  private suspectsOf({ sites, blamesCaller, blamesAsListed }: FoundRow): Suspect[] {
    const { places } = this.about();
    const [inner, caller, ...others] = sites.flatMap((site) => {
      const place = site === 0n ? undefined : places.at(site);
      return place?.function ? suspectsAt(place) : [];
    }) as readonly (Suspect | undefined)[];
    const order = blamesCaller && caller ? [caller, inner, ...others] : [inner, caller, ...others];
    return blamesAsListed ? distinct(order) : ranked(order, this.common);
  }
}

/** A chain of inlined functions is written `inner < outer`. */
function suspectsAt(place: Place): Suspect[] {
  return place.function.split(' < ').map((name, depth) => ({
    function: name,
    ...(depth === 0 ? position(place) : {}),
  }));
}

function ranked(found: readonly (Suspect | undefined)[], common: ReadonlySet<string>): Suspect[] {
  const isLibrary = (one: Suspect): boolean => libraryFunctions.includes(one.function);
  const suspects = found.filter((one) => one !== undefined);
  const first = suspects.filter((one) => !common.has(one.function));
  const then = suspects.filter((one) => common.has(one.function) && !isLibrary(one));
  return distinct([...first, ...then, ...suspects.filter(isLibrary)]);
}

/** The first of them, each function once. */
function distinct(suspects: readonly (Suspect | undefined)[]): Suspect[] {
  const names = new Set<string>();
  const each = suspects.filter((one) => {
    const isNew = one !== undefined && !names.has(one.function);
    if (one !== undefined) names.add(one.function);
    return isNew;
  });
  return each.slice(0, suspectsMost) as Suspect[];
}

function position(place: Place | undefined): { file?: string; line?: number } {
  return { ...(place?.file ? { file: place.file } : {}), ...(place?.line ? { line: place.line } : {}) };
}
