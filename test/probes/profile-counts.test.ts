// Which arrays are taken for reference counts, in kernels of many shapes compiled here.
import { writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { compiler, entry, hasCompiler, lists, lock, profileOf } from '../support/compiled-profile.js';
import { unless } from '../support/skipped.js';
import { temporaryDirectory } from '../support/temporary-directory.js';

const inside = temporaryDirectory();

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

  test.each([
    ['a pointer to structs', 'struct page { struct spinlock lock; int refs; } *pages;', 'pages[].refs', 16],
    [
      'a pointer to structs of one number',
      'struct count { int n; struct spinlock lock; } *ref;',
      'ref[].n',
      0,
    ],
  ])('%s is followed to its member', (_, source, name, offset) => {
    expect(of(source)[0]).toMatchObject({ name, isPointer: true, stride: 24, offset });
  });

  test('the definition tells how long an array is that other files only declare', () => {
    const other = 'extern int reference_count[]; int *keep(void) { return reference_count; }';
    writeFileSync(inside('other.c'), other);
    const declared = `extern int reference_count[]; ${lock} int reference_count[32768]; ${entry}`;
    expect(profileOf(declared, inside('other.c')).referenceCounts[0]).toMatchObject({ count: 32768 });
  });

  test('locks are no counts, whatever they are called', () => {
    expect(of('struct spinlock cow_locks[32768];')).toEqual([]);
  });

  /** An allocator and a free function that go about with a count as `take` and `give` say. */
  const counting = (data: string, take: string, give: string, ...flags: string[]) =>
    profileOf(
      `${lists} struct { struct spinlock lock; struct run *freelist; } kmem; ${data}
       void *kalloc(void) {
         struct run *r = kmem.freelist; if (r) { kmem.freelist = r->next; ${take} } return r;
       }
       void kfree(void *pa) {
         ${give} struct run *r = pa; r->next = kmem.freelist; kmem.freelist = r;
       } ${entry}`,
      ...flags,
    );
  const index = '[((unsigned long)r - 0x80000000ul) >> 12]';
  const freed = index.replace(')r', ')pa');

  test.each([
    ['bytes', 'char map[32768]; char stack0[32768];', `map${index} = 1;`, `map${freed}--;`, 'map'],
    [
      'a member beside others',
      'struct { short a, n; } page[32768]; int table[40000];',
      `page${index}.n = 1;`,
      `page${freed}.n--;`,
      'page[].n',
    ],
    ['where a pointer points', 'unsigned char *held;', `held${index} = 1;`, `held${freed}--;`, 'held'],
    [
      'in the free list’s own struct',
      'struct { long taken; int uses[32768]; } all;',
      `all.uses${index} = 1; all.taken++;`,
      `all.uses${freed}--;`,
      'all.uses',
    ],
    [
      'through helpers',
      `int use[32768]; __attribute__((noinline)) void put(unsigned long pa) { use[pa >> 12 & 32767]--; }`,
      '',
      'put((unsigned long)pa);',
      'use',
    ],
  ])('without a name that says so, the code tells: %s', (_, data, take, give, name) => {
    for (const level of ['-O0', '-O1', '-O2']) {
      const { referenceCounts } = counting(data, take, give, level);
      const found = referenceCounts.map((facts) => [facts.name, facts.finding.sureness]);
      expect(found, level).toEqual([[name, 'likely']]);
    }
  });

  test('a name and the code together are certain', () => {
    const { referenceCounts } = counting('int refs[32768];', `refs${index} = 1;`, `refs${freed}--;`);
    expect(referenceCounts[0].finding.sureness).toBe('certain');
  });

  test('a name that says so comes first, and others remain candidates', () => {
    const names = of('int table[40000]; int refcnt[32768];').map(({ name }) => name);
    expect(names).toEqual(['refcnt', 'table']);
  });
});
