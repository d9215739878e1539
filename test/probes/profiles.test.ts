// What is found in kernels of many shapes: small sources of our own, compiled here. Skipped where there is no compiler.
import { describe, expect, test } from 'vitest';
import { kindsLost } from '../../tracer/probes/index.js';
import { compiler, entry, hasCompiler, list, lists, lock, profileOf } from '../support/compiled-profile.js';
import { unless } from '../support/skipped.js';

describe.skipIf(!hasCompiler)(`the free list${unless(hasCompiler, compiler)}`, () => {
  test.each([
    ['beside a lock', `${lists} struct { struct spinlock lock; struct run *freelist; } kmem;`, 1, 16],
    ['one a hart', `${lists} struct { struct spinlock lock; struct run *freelist; } kmem[8];`, 8, 16],
    [
      'heads in an array beside a lock',
      `${lists} struct { struct spinlock lock; struct run *heads[4]; } kmem;`,
      4,
      16,
    ],
    ['bare heads', `${list} struct run *frames[3];`, 3, 0],
    [
      'by another name, deeper',
      `${lists} struct { struct { int n; struct run *first; } pool; } memory;`,
      1,
      8,
    ],
    [
      'not the one of larger pages',
      `${lists} struct big { struct big *next; }; struct { struct big *freelist; } large_kmem;
       struct { struct spinlock lock; struct run *freelist; } kmem;`,
      1,
      16,
    ],
    [
      'not buffers linked to each other',
      `${list} struct buf { struct buf *next; int n; } *cache; struct run *free;`,
      1,
      0,
    ],
  ])('%s', (_, source, count, offset) => {
    const { freeList } = profileOf(`${source} ${entry}`);
    expect(freeList?.heads).toHaveLength(count);
    expect(freeList!.heads[0] % 4096 >= offset).toBe(true);
    const distances = freeList!.heads.slice(1).map((head, index) => head - freeList!.heads[index]);
    expect(new Set(distances).size).toBeLessThan(2);
  });

  test.each(['-O0', '-O1', '-O2'])('the allocator’s code decides between two: %s', (level) => {
    const { freeList, functions, findings } = profileOf(
      `${list} struct run *free_slots; struct run *pages; int id(void);
       void *get_page(void) { struct run *r = pages; if (r) pages = r->next; return r; }
       void *kalloc(void) { struct run *r = pages; if (r) pages = r->next; return r; }
       void put_page(struct run *r) { r->next = pages; pages = r; }
       void put_slot(struct run *r) { r->next = free_slots; free_slots = r; } ${entry}`,
      level,
    );
    expect(freeList?.finding).toMatchObject({
      where: expect.stringMatching(/^pages at/),
      sureness: 'certain',
    });
    expect(functions.allocate?.name).toBe('kalloc');
    // Nothing is called kfree: what puts frames on that list is.
    expect(functions.free?.name).toBe('put_page');
    expect(findings.find(({ what }) => what === 'free function')).toMatchObject({ sureness: 'likely' });
  });

  test.each(['-O0', '-O1', '-O2'])('allocator and free function of any name, a list a hart: %s', (level) => {
    const { functions } = profileOf(
      `${lists} struct { struct spinlock lock; struct run *freelist; } kmem[8];
       __attribute__((noinline)) long id(void) { long i; asm volatile("mv %0, tp" : "=r"(i)); return i; }
       __attribute__((noinline)) void *take(void) {
         long i = id(); struct run *r = kmem[i].freelist; if (r) kmem[i].freelist = r->next; return r;
       }
       __attribute__((noinline)) void *steal(void) {
         long i = id() + 1; struct run *r = kmem[i].freelist; if (r) kmem[i].freelist = r->next; return r;
       }
       __attribute__((noinline)) void give(struct run *r) {
         long i = id(); r->next = kmem[i].freelist; kmem[i].freelist = r;
       }
       void *one(void) { return take(); } void two(void) { give(take()); steal(); } ${entry}`,
      level,
    );
    expect([functions.allocate?.name, functions.free?.name]).toEqual(['take', 'give']);
  });

  test('is missed with a reason where there is none', () => {
    const { freeList, missing } = profileOf(entry);
    expect(freeList).toBeUndefined();
    expect(missing.join()).toContain('no free list');
  });
});

const processes = (
  table: string,
  cpu = 'struct proc *proc;',
  states = '{ UNUSED, SLEEPING, RUNNABLE, RUNNING, ZOMBIE }',
) =>
  `enum procstate ${states}; ${lock} typedef unsigned long *pagetable_t;
   struct proc {
     struct spinlock lock; enum procstate state; int pid; struct proc *parent; pagetable_t pagetable;
     char name[16];
   };
   struct cpu { long context[4]; ${cpu} int noff; }; struct cpu cpus[8]; ${table} ${entry}`;

describe.skipIf(!hasCompiler)(`processes${unless(hasCompiler, compiler)}`, () => {
  test.each([
    ['a table by any name', processes('struct proc slots[64];')],
    [
      'a fourth state',
      processes('struct proc proc[64];', undefined, '{ UNUSED, USED, SLEEPING, RUNNABLE, RUNNING, ZOMBIE }'),
    ],
    ['another pointer in the hart', processes('struct proc proc[64];', 'struct proc *running;')],
    ['a table beside its lock', processes('struct { struct spinlock lock; struct proc proc[64]; } ptable;')],
  ])('%s', (_, source) => {
    const found = profileOf(source).processes;
    expect(found).toMatchObject({ count: 64, harts: 8, nameBytes: 16, states: { unused: 0 } });
    expect(found!.offsets.name).toBeGreaterThan(found!.offsets.pagetable);
    expect(found!.currentStride).toBe(48);
  });

  test('are missed with a reason where there are none', () => {
    expect(profileOf(entry).missing.join()).toContain('no processes found');
  });
});

describe.skipIf(!hasCompiler)(`without debug information${unless(hasCompiler, compiler)}`, () => {
  const source = `${lists} struct { struct spinlock lock; struct run *freelist; } kmem;
    void *kalloc(void) { struct run *r = kmem.freelist; if (r) kmem.freelist = r->next; return r; }
    void panic(char *why) { for (;;); } ${entry}`;

  test('symbols still tell functions and the free list', () => {
    const { functions, freeList } = profileOf(source, '-g0');
    expect(functions.allocate?.name).toBe('kalloc');
    expect(functions.allocate?.exits).toHaveLength(1);
    expect(freeList?.heads[0]).toBe(profileOf(source).freeList?.heads[0]);
  });

  test.each([
    ['in the midst of other members', 'struct spinlock lock; struct run *freelist; long free, taken;', ''],
    ['behind calls, and counted', 'struct run *freelist; long free;', 'lock(&kmem); kmem.free--;'],
  ])('the head is told by what kalloc does with it: %s', (_, members, before) => {
    const kernel = `${lists} struct { ${members} } kmem;
      __attribute__((noinline)) void lock(void *l) { *(int *)l = 1; }
      void *kalloc(void) {
        ${before} struct run *r = kmem.freelist; if (r) kmem.freelist = r->next; return r;
      } ${entry}`;
    const withTypes = profileOf(kernel).freeList;
    expect(withTypes?.heads).toHaveLength(1);
    expect(profileOf(kernel, '-g0').freeList?.heads).toEqual(withTypes?.heads);
  });

  const taking = (variable: string, head: string): string => `${lists} ${variable}
      __attribute__((noinline)) long id(void) { long i; asm volatile("mv %0, tp" : "=r"(i)); return i; }
      void *kalloc(void) { struct run *r = ${head}; if (r) ${head} = r->next; return r; } ${entry}`;

  test('there is no guess where there is a list a hart', () => {
    const variable = 'struct { struct run *freelist; long n; } kmem[8];';
    const { freeList, missing } = profileOf(taking(variable, 'kmem[id()].freelist'), '-g0');
    expect(freeList).toBeUndefined();
    expect(missing.join()).toContain('no free list found');
  });

  test('the list need not be in kmem', () => {
    const kernel = taking('struct { struct run *freelist; } kmem; struct run *other;', 'other');
    const { freeList } = profileOf(kernel, '-g0');
    expect(freeList?.finding).toMatchObject({
      where: expect.stringMatching(/, in other$/),
      sureness: 'likely',
    });
    expect(freeList?.heads).toEqual(profileOf(kernel).freeList?.heads);
  });

  test('and without symbols nothing is found, and all of it is named', () => {
    const profile = profileOf(source, '-g0', '-s');
    const { functions, missing, freeList, processes: table } = profile;
    expect([functions, freeList, table]).toEqual([{}, undefined, undefined]);
    expect(missing.length).toBeGreaterThan(6);
    const lost = kindsLost(profile);
    expect(lost).toEqual(expect.arrayContaining(['panic', 'kalloc', 'frame_free', 'process', 'pte_write']));
    expect(lost.every((kind) => missing.join().includes(kind))).toBe(true);
  });

  test('old and new formats of it agree', () => {
    const [old, current] = ['-gdwarf-2', '-gdwarf-5'].map((flag) =>
      profileOf(processes('struct proc p[64];'), flag),
    );
    expect(old.processes).toEqual(current.processes);
  });
});
