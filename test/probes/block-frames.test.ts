// Frames of kernels whose allocator takes them from one of blocks: how that is found in small sources of our own,
// compiled here, and what the calls tell.
import { describe, expect, test } from 'vitest';
import { kindsLost } from '../../tracer/probes/index.js';
import { ProbeId } from '../../tracer/probes/probe-id.js';
import { compiler, entry, hasCompiler, list, profileOf } from '../support/compiled-profile.js';
import { freeEntered, allocateEntered, given, pick, probe, translated } from '../support/raw-records.js';
import { unless } from '../support/skipped.js';

const outline = '__attribute__((noinline))';
const lockAndCount = `${outline} void take_lock(void *l) { *(volatile int *)l = 1; }
  int counts[100]; ${outline} void add(void *p) { counts[(unsigned long)p % 100]++; }
  ${outline} int drop(void *p) { return --counts[(unsigned long)p % 100]; }`;
const buddies = `char pool[4096]; char *next = pool;
  ${outline} void *block(unsigned long bytes) { char *p = next; next += bytes; return p; }
  ${outline} void unblock(void *p) { next = p; }`;
/** A file of its own, as far as debug information tells. */
const inFile = (name: string, source: string): string => `\n#line 1 "${name}"\n${source}\n`;
const kernel = (middle: string): string =>
  inFile('buddy.c', buddies) +
  inFile('kalloc.c', `${lockAndCount} int l; ${middle}`) +
  inFile('main.c', `void *(*keep)(void) = kalloc; void (*keep2)(void *) = kfree; ${entry}`);
const wrappers = `${outline} void *kalloc(void) { void *p = block(4096); take_lock(&l); add(p); return p; }
  ${outline} void kfree(void *p) { take_lock(&l); if (drop(p) <= 0) unblock(p); }`;

describe.skipIf(!hasCompiler)(`an allocator of blocks${unless(hasCompiler, compiler)}`, () => {
  test.each(['-O0', '-O1'])('is what the allocator asks, and its file takes them back: %s', (level) => {
    const profile = profileOf(kernel(wrappers), level);
    expect(profile.blocks).toMatchObject({ take: { name: 'block' }, give: { name: 'unblock' } });
    expect(profile.findings.find(({ what }) => what === 'free blocks')).toMatchObject({ sureness: 'likely' });
    expect(kindsLost(profile)).toContain('free_frame_write');
    expect(kindsLost(profile)).not.toContain('frame_alloc');
  });

  test('is not looked for where the allocator takes frames off a list', () => {
    const listed = `${list} struct run *frames;
      ${outline} void *kalloc(void) { struct run *r = frames; if (r) frames = r->next; else block(8); return r; }
      ${outline} void kfree(void *p) { ((struct run *)p)->next = frames; frames = p; unblock(p); }`;
    const { blocks, freeList } = profileOf(kernel(listed));
    expect([blocks, freeList?.finding.sureness]).toEqual([undefined, 'certain']);
  });

  test('is preferred to a list that is left from before', () => {
    const left = `${list} struct { int l; struct run *freelist; } kmem; struct run *others; ${wrappers}`;
    const { blocks, freeList } = profileOf(kernel(left));
    expect([blocks?.take.name, freeList]).toEqual(['block', undefined]);
  });

  test('is not followed where it returns for the allocator', () => {
    const bare = `${outline} void *kalloc(void) { return block(4096); } ${outline} void kfree(void *p) { unblock(p); }`;
    expect(profileOf(kernel(bare), '-O2').blocks).toBeUndefined();
    expect(profileOf(kernel(bare), '-O1').blocks).toBeDefined();
  });

  test('hands out memory, no descriptions of it', () => {
    const described = kernel(wrappers)
      .replaceAll('void *block(', 'struct page *block(')
      .replaceAll('unblock(void *p)', 'unblock(struct page *p)');
    expect(profileOf(`struct page { int n; }; ${described}`).blocks).toBeUndefined();
  });
});

describe('frames of blocks', () => {
  const role = { name: '', entry: 0, exits: [] };
  const [allocator, freer] = [
    { low: 0x80001000, high: 0x80001040 },
    { low: 0x80001040, high: 0x80001080 },
  ];
  const profile = { blocks: { take: role, give: role, allocator, freer, finding: given } };
  const [frame, elsewhere, caller] = [0x80400000, 0x80002000, 0x80003000];
  const taken = (a: number, b = allocator.low + 8) => probe(ProbeId.blockTaken, { a, b });
  const givenBack = (a: number, b = freer.low + 8) => probe(ProbeId.blockGiven, { a, b });

  test('are told at the calls in the allocator and the free function, with who called these', async () => {
    const { frame_alloc, frame_free } = await translated(profile, [
      { ...allocateEntered(), a: caller },
      taken(frame),
      { ...freeEntered(frame), b: caller + 4 },
      givenBack(frame),
      givenBack(frame),
    ]);
    const columns = ['frame', 'pc', 'call_site'] as const;
    expect(pick(frame_alloc, ...columns, 'mappings')).toEqual([[frame, allocator.low + 4, caller, 0]]);
    expect(pick(frame_free, ...columns, 'already_free')).toEqual([
      [frame, freer.low + 4, caller + 4, 0],
      [frame, freer.low + 4, 0, 1],
    ]);
  });

  test('are no other blocks, though these lie where frames were', async () => {
    const { frame_alloc, frame_free } = await translated(profile, [
      taken(0),
      taken(frame + 64),
      taken(frame),
      givenBack(frame),
      taken(frame, elsewhere),
      givenBack(frame, elsewhere),
      taken(frame),
      givenBack(frame, elsewhere),
    ]);
    expect(pick(frame_alloc, 'frame')).toEqual([[frame], [frame]]);
    expect(pick(frame_free, 'already_free')).toEqual([[0], [0]]);
  });

  test('that users map still are handed out with how often', async () => {
    const { frame_alloc } = await translated(profile, [
      probe(ProbeId.blockMapped, { a: 2 }),
      taken(frame),
      taken(frame + 4096),
    ]);
    expect(pick(frame_alloc, 'mappings')).toEqual([[2], [0]]);
  });
});
