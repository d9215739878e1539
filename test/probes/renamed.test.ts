// What is found in kernels that call nothing by its usual name: small sources of our own, compiled here.
import { describe, expect, test } from 'vitest';
import { compiler, entry, hasCompiler, list, profileOf } from '../support/compiled-profile.js';
import { unless } from '../support/skipped.js';

const levels = ['-O0', '-O1', '-O2'];

describe.skipIf(!hasCompiler)(`processes by other names${unless(hasCompiler, compiler)}`, () => {
  const kernel = (states: string, sets: string) =>
    `${states} typedef unsigned long *space_t;
     struct lock { unsigned taken; struct core *by; };
     struct task { struct lock l; STATE status; int tid; struct task *maker;
       space_t kspace; space_t space; char label[16]; };
     struct core { struct task *now; int interrupts; int deep; }; struct core cores[4]; struct task tasks[32];
     struct lock list_lock;
     struct core *self(void);
     void off(void) { self()->deep += 1; } void on(void) { self()->deep -= 1; self()->interrupts = 1; }
     __attribute__((noinline)) struct core *self(void) { return &cores[1]; }
     ${sets} ${entry}`;
  const enumerated = kernel(
    'enum what { TASK_UNUSED, TASK_SLEEPING, TASK_RUNNABLE, TASK_RUNNING, TASK_ZOMBIE };\n#define STATE enum what\n',
    'void set(struct task *t, int which) { t->status = which; }',
  );
  const stores = (count: number) =>
    Array.from(
      { length: count },
      (_, state) => `void set${state}(struct task *t) { t->status = ${state}; }`,
    ).join(' ');
  const numbered = (count: number) => kernel('#define STATE int\n', stores(count));

  test('are told by the types of their members, and the one table from the kernel’s own', () => {
    const { processes } = profileOf(enumerated);
    expect(processes).toMatchObject({
      count: 32,
      harts: 4,
      nameBytes: 16,
      offsets: { pid: 20, parent: 24, pagetable: 40 },
    });
    expect(processes!.findings[0]).toMatchObject({ sureness: 'likely' });
  });

  test.each(levels)('states that are numbers are told by how many there are: %s', (level) => {
    expect(profileOf(numbered(5), level).processes!.states).toMatchObject({ runnable: 2, zombie: 4 });
    const six = profileOf(numbered(6), level).processes!;
    expect(six.states).toMatchObject({ runnable: 3, zombie: 5 });
    expect(six.findings[0]).toMatchObject({ sureness: 'guess', why: expect.stringContaining('usual order') });
  });

  test('numbers that leave a state out are no states', () => {
    expect(profileOf(numbered(4)).processes).toBeUndefined();
  });

  test.each(levels)('the count of a hart’s locks is what the code counts up and down: %s', (level) => {
    const { locks } = profileOf(enumerated, level);
    expect(locks).toMatchObject({ locks: [{ name: 'list_lock' }] });
    const { depth, harts } = locks!.watched;
    expect(depth!.base - harts.base).toBe(12);
  });
});

describe.skipIf(!hasCompiler)(`functions by other names${unless(hasCompiler, compiler)}`, () => {
  const noinline = '__attribute__((noinline))';
  const kernel = `${list} struct run *pool; int odd;
    ${noinline} void halt(char *why) { for (;;) asm volatile("" : : "r"(why)); }
    ${noinline} void *take(void) { struct run *r = pool; if (r) pool = r->next; return r; }
    ${noinline} void give(struct run *r) { if (odd) halt("give"); r->next = pool; pool = r; }
    ${noinline} void drop(unsigned long *table) {
      for (int i = 0; i < 512; i++) if (table[i] & 1) drop((unsigned long *)(table[i] & ~1023ul));
      give((struct run *)table);
    }
    ${noinline} int put(unsigned long *table, unsigned long va, unsigned long n, unsigned long pa, int bits) {
      if (n == 0) halt("put"); table[va & 511] = pa | bits; return 0;
    }
    ${noinline} void kput(unsigned long *table, unsigned long va, unsigned long n, unsigned long pa, int bits) {
      if (put(table, va, n, pa, bits)) halt("kput");
    }
    ${noinline} int three(int x) { if (x) halt("one"); if (x + odd) halt("two"); if (odd - x) halt("three");
      return odd; }
    ${noinline} int more(int x) { if (x) halt("four"); if (x + odd) halt("five"); if (odd - x) halt("six"); return x; }
    int main(void) {
      unsigned long *t = take(); kput(t, 1, 2, 3, 4); drop(t);
      if (three(odd)) halt("seven"); if (more(odd)) halt("eight");
      return 0;
    }`;

  test.each(levels)('are told by what they do: %s', (level) => {
    // Optimized further, a function that is called with the same string everywhere would lose its argument.
    const { functions, findings } = profileOf(kernel, level, '-fno-ipa-cp', '-fno-optimize-sibling-calls');
    const { allocate, free, map, free_table: freeTable, panic } = functions;
    expect([allocate, free, map, freeTable, panic].map((role) => role?.name)).toEqual([
      'take',
      'give',
      'put',
      'drop',
      'halt',
    ]);
    expect(findings.find(({ what }) => what === 'panic')).toMatchObject({ sureness: 'likely' });
  });

  test('what is called from few places, though it never returns, is no panic', () => {
    const { functions, missing } = profileOf(
      `void idle(void) { for (;;); } int main(void) { idle(); return 0; }`,
    );
    expect(functions.panic).toBeUndefined();
    expect(missing.join()).toContain('no panic and panic_call events');
  });
});
