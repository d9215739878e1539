// What is found in kernels of many shapes: small sources of our own, compiled here. Skipped where there is no compiler.
import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { findProfile, kindsLost, type KernelProfile } from '../../tracer/probes/index.js';
import { DebugInfo, parseElf } from '../../tracer/symbols/index.js';
import { temporaryDirectory } from '../support/temporary-directory.js';
import { unless } from '../support/skipped.js';

const compiler = 'riscv64-unknown-elf-gcc';
const hasCompiler = spawnSync(compiler, ['--version']).status === 0;
const pathOf = temporaryDirectory();

/** Compiles a source as kernels are, and looks for everything in it. */
function profileOf(source: string, ...flags: string[]): KernelProfile {
  const [input, output] = [pathOf('kernel.c'), pathOf('kernel.elf')];
  writeFileSync(input, source);
  execFileSync(compiler, [
    ...['-march=rv64gc', '-mabi=lp64d', '-mcmodel=medany', '-ffreestanding', '-nostdlib', '-static', '-w'],
    ...['-Wl,-Ttext=0x80000000', '-Wl,--no-relax', '-Wl,-e,main', '-fno-common', '-O', '-g', ...flags],
    ...['-o', output, input],
  ]);
  return findProfile(DebugInfo.parse(parseElf(readFileSync(output), output)));
}

const lock = 'struct spinlock { unsigned locked; char *name; };';
const list = 'struct run { struct run *next; };';
const entry = 'int main(void) { return 0; }';
const lists = `${lock} ${list}`;

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

  test('is missed with a reason where there is none', () => {
    const { freeList, missing } = profileOf(entry);
    expect(freeList).toBeUndefined();
    expect(missing.join()).toContain('no free list');
  });
});

describe.skipIf(!hasCompiler)(`reference counts${unless(hasCompiler, compiler)}`, () => {
  const of = (source: string) => profileOf(`${lock} ${source} ${entry}`).referenceCounts;

  test.each([
    [
      'int counts[32768];',
      { name: 'counts', elementBytes: 4, stride: 4, isSigned: true, firstFrame: 0x80000000 },
    ],
    ['unsigned char page_ref[32768];', { name: 'page_ref', elementBytes: 1, stride: 1, isSigned: false }],
    [
      'typedef unsigned short u16; u16 rc[557056];',
      { name: 'rc', elementBytes: 2, count: 557056, firstFrame: 0 },
    ],
    [
      'struct { struct spinlock lock; int cnt[32768]; } ref;',
      { name: 'ref.cnt', elementBytes: 4, stride: 4 },
    ],
    [
      'struct { int refs; struct spinlock lock; } pages[32768];',
      { name: 'pages[].refs', elementBytes: 4, stride: 24 },
    ],
    ['volatile long uses[2][16384];', { name: 'uses', elementBytes: 8, count: 32768 }],
    ['static int cow_ref[32768]; int *keep = cow_ref;', { name: 'cow_ref', elementBytes: 4 }],
    [
      'struct { struct spinlock lock; unsigned char pgrc[557056]; } kmem;',
      { name: 'kmem.pgrc', elementBytes: 1, firstFrame: 0 },
    ],
    ['unsigned short *ref_count;', { name: 'ref_count', isPointer: true, elementBytes: 2, count: 0 }],
    [
      'struct { struct spinlock lock; unsigned char *counts; } r;',
      { name: 'r.counts', isPointer: true, elementBytes: 1 },
    ],
  ])('%s', (source, facts) => {
    expect(of(source)[0]).toMatchObject(facts);
  });

  test.each([
    ['stacks and buffers of bytes', 'char stack0[4096 * 8]; char text[65536];'],
    ['short arrays', 'int ref_count[64];'],
    ['pointers whose lock has a name', 'struct spinlock ref_lock;'],
    ['floating point', 'double counts[32768];'],
  ])('%s are none', (_, source) => {
    expect(of(source)).toEqual([]);
  });

  test('a name that says so comes first, and others remain candidates', () => {
    const names = of('int table[40000]; int refcnt[32768];').map(({ name }) => name);
    expect(names).toEqual(['refcnt', 'table']);
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
    expect(profileOf(entry).missing.join()).toContain('no process table');
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

  test.each([
    ['there is a list a hart', 'struct { struct run *freelist; long n; } kmem[8];', 'kmem[id()].freelist'],
    ['kmem is not the list', 'struct { struct run *freelist; } kmem; struct run *other;', 'other'],
  ])('there is no guess where %s', (_, variable, head) => {
    const kernel = `${lists} ${variable}
      __attribute__((noinline)) long id(void) { long i; asm volatile("mv %0, tp" : "=r"(i)); return i; }
      void *kalloc(void) { struct run *r = ${head}; if (r) ${head} = r->next; return r; } ${entry}`;
    const { freeList, missing } = profileOf(kernel, '-g0');
    expect(freeList).toBeUndefined();
    expect(missing.join()).toContain('no free list found');
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
