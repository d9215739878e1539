// What is run for the score: every variant of the kernel with every program, on one hart and on several.
import {
  kernelVariants,
  otherProgram,
  programNames,
  variantNames,
  type KernelVariant,
} from '../../fixtures/index.js';

/** One run. */
export interface Case {
  readonly variant: string;
  /** A command, as typed at the prompt. */
  readonly program: string;
  readonly harts: number;
  /** Cycles a hart runs before the next has its turn, when not the usual number. */
  readonly turn?: number;
}

/** What variants run: all of them, or those that are named: the dear programs run where they may show something. */
type Run = Omit<Case, 'variant'> & { readonly of?: RegExp };

/** What each variant runs. Short turns let harts meet within a few instructions. */
const runs: readonly Run[] = [
  { program: 'cowtest', harts: 1 },
  { program: 'cowtest', harts: 3 },
  { program: 'frames', harts: 1 },
  { program: 'frames', harts: 3 },
  { program: 'reach', harts: 1 },
  { program: 'reach', harts: 3 },
  { program: 'reach together', harts: 3, turn: 83 },
  { program: 'audit', harts: 1 },
  { program: 'audit', harts: 3, of: /^(cow|eager|manners_2025|r0[348]|r15|r49|s0)/ },
  { program: 'usertests -q', harts: 3, of: /^(cow|eager|manners_2025|r08|r49)/ },
];

/** Whether the program of a run is here: some are built and not committed. */
function isBuiltHere({ program }: Pick<Case, 'program'>): boolean {
  const [name] = program.split(' ');
  return programNames().includes(name!) || otherProgram(name!) !== null;
}

/** How a case is called: in progress, in files, in the accepted table. */
export function caseName({ variant, program, harts, turn }: Case): string {
  return `${variant} ${program} @${harts}${turn === undefined ? '' : ` turns of ${turn}`}`;
}

/** The variants that can be booted here, and the names of those that are declared and not built. */
export function variantsHere(): { here: KernelVariant[]; missing: string[] } {
  const bootable = new Set(variantNames());
  const all = kernelVariants();
  return {
    here: all.filter(({ name }) => bootable.has(name)),
    missing: all.flatMap(({ name }) => (bootable.has(name) ? [] : name)),
  };
}

/** All runs of these variants whose programs are here. */
export function casesOf(variants: readonly KernelVariant[]): Case[] {
  const possible = runs.filter(isBuiltHere);
  return variants.flatMap(({ name: variant }) =>
    possible
      .filter(({ of }) => of?.test(variant) ?? true)
      .map(({ program, harts, turn }) => ({ variant, program, harts, ...(turn !== undefined && { turn }) })),
  );
}
