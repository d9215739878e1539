// What inspect says of roots and marks: small sources of our own, compiled here. Skipped where there is no compiler.
import { describe, expect, test } from 'vitest';
import { pageTableFindings } from '../../tracer/probes/index.js';
import { compiledDebug, compiler, entry, hasCompiler } from '../support/compiled-profile.js';
import { unless } from '../support/skipped.js';

const noinline = '__attribute__((noinline))';
const roots = `${noinline} void use(unsigned long root) { asm volatile("csrw satp, %0" : : "r"(root)); }`;
const marking = (bit: number) =>
  `${noinline} void share(unsigned long *pte) { *pte = (*pte & ~4ul) | ${1 << bit}; }
   ${noinline} void look(unsigned long *pte) { if ((*pte & ${1 << bit}) == 0) *pte = 0; }`;

const whats = (source: string, ...flags: string[]) =>
  pageTableFindings(compiledDebug(source, ...flags), undefined);

describe.skipIf(!hasCompiler)(`roots and mark${unless(hasCompiler, compiler)}`, () => {
  test.each(['-O0', '-O1', '-O2'])('are told by the code that sets and looks at them: %s', (level) => {
    expect(whats(`${roots} ${marking(9)} ${entry}`, level)).toMatchObject([
      { what: 'page-table roots', where: 'satp, as use set it' },
      {
        what: 'COW mark',
        where: 'bit 9 of an entry',
        sureness: 'likely',
        why: 'share set that bit in some word, and look look at it',
      },
    ]);
  });

  test('two marks are two guesses, and none is none', () => {
    const both = `${marking(8)} ${marking(9).replaceAll(/share|look/g, 'other_$&')}`;
    expect(whats(`${both} ${entry}`).map(({ sureness }) => sureness)).toEqual(['guess', 'guess']);
    expect(whats(entry)).toEqual([]);
  });
});
