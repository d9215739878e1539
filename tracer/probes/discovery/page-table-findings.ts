// Where page tables begin, and which bit of an entry marks a page as shared until written, for people to read: the
// probes learn both from the run. Told from the code, whatever its functions are called.
import type { DebugInfo } from '../../symbols/index.js';
import type { Finding } from './finding.js';
import { instructionsOf } from './memory-steps.js';
import type { RoleFunction } from './roles.js';

const satp = 0x180;
/** The bits of an entry that the hardware leaves to the kernel. */
const softwareBits = [8, 9] as const;
const namesMaximum = 4;

interface Uses {
  readonly satp: string[];
  /** By bit: functions that set it in some word, and functions that look at it. */
  readonly sets: ReadonlyMap<number, string[]>;
  readonly tests: ReadonlyMap<number, string[]>;
}

/** Lines about roots and mark. */
export function pageTableFindings(debug: DebugInfo, map: RoleFunction | undefined): Finding[] {
  const uses = usesOf(debug);
  return [...rootFinding(uses, map), ...markFindings(uses)];
}

function usesOf(debug: DebugInfo): Uses {
  const [sets, tests] = [perBit(), perBit()];
  const uses = { satp: [] as string[], sets, tests };
  for (const code of debug.symbols.allFunctions())
    for (const { decoded } of instructionsOf(debug, code)) {
      const { instruction, imm } = decoded;
      if (instruction.name === 'csrrw' && imm === satp) add(uses.satp, code.name);
      const of = instruction.name === 'ori' ? sets : instruction.name === 'andi' ? tests : undefined;
      const names = of?.get(Math.log2(imm));
      if (names) add(names, code.name);
    }
  return uses;
}

function perBit(): Map<number, string[]> {
  return new Map(softwareBits.map((bit) => [bit, []]));
}

function add(names: string[], name: string): void {
  if (!names.includes(name)) names.push(name);
}

function rootFinding({ satp: names }: Uses, map: RoleFunction | undefined): Finding[] {
  if (names.length === 0) return [];
  const early = map ? `, or from the first call of ${map.name} for them` : '';
  const why = `a table is followed from its first use there${early}`;
  return [{ what: 'page-table roots', where: `satp, as ${listed(names)} set it`, sureness: 'certain', why }];
}

/** A kernel that sets neither bit marks its pages elsewhere, or not at all. */
function markFindings({ sets, tests }: Uses): Finding[] {
  const marks = softwareBits.filter((bit) => sets.get(bit)!.length > 0);
  return marks.map((bit) => {
    const readers = tests.get(bit)!;
    const looked = readers.length > 0 ? `, and ${listed(readers)} look at it` : '';
    return {
      what: 'COW mark',
      where: `bit ${bit} of an entry`,
      sureness: marks.length === 1 && readers.length > 0 ? 'likely' : 'guess',
      why: `${listed(sets.get(bit)!)} set that bit in some word${looked}`,
    };
  });
}

function listed(names: readonly string[]): string {
  const shown = names.slice(0, namesMaximum).join(', ');
  return names.length > namesMaximum ? `${shown} and ${names.length - namesMaximum} more` : shown;
}
