// Profile files: what they override, and what is said of those that are wrong. `npm run docs` rewrites the schema.
import { fileURLToPath } from 'node:url';
import { describe, expect, it, test } from 'vitest';
import { builtinKernel } from '../../fixtures/index.js';
import { findProfile, profileContent, profileSchema } from '../../tracer/probes/index.js';
import { DebugInfo, parseElf } from '../../tracer/symbols/index.js';

const debug = DebugInfo.parse(parseElf(builtinKernel('cow').kernel, 'kernel'));
const found = findProfile(debug);
const given = (content: unknown) =>
  findProfile(debug, {
    text: typeof content === 'string' ? content : JSON.stringify(content),
    path: 'p.json',
  });

describe('a profile file', () => {
  test('written from what was found gives the same facts', () => {
    const content = profileContent(debug, found);
    expect(content.freeList).toEqual({ heads: ['kmem+24'] });
    const again = given(content);
    const facts = ({ functions, freeList, referenceCounts, processes, imageEnd }: typeof found) => ({
      ...{ functions, heads: freeList?.heads, imageEnd },
      counts: referenceCounts.map(({ address, count, stride, firstFrame }) => [
        address,
        count,
        stride,
        firstFrame,
      ]),
      processes: { ...processes, findings: [], trapframe: undefined },
    });
    expect(facts(again)).toEqual(facts(found));
    expect(again.findings.filter(({ why }) => why === 'the profile file says so')).toHaveLength(8);
  });

  test('that is empty changes nothing', () => {
    expect(given({})).toEqual(found);
  });

  test('says that there is none with null, and what is lost is named', () => {
    const { freeList, referenceCounts, processes, functions, missing } = given({
      ...{ freeList: null, referenceCounts: null, processes: null, functions: { panic: null } },
    });
    expect([freeList, referenceCounts, processes, functions.panic]).toEqual([
      undefined,
      [],
      undefined,
      undefined,
    ]);
    expect(missing).toHaveLength(found.missing.length + 4);
  });

  test('overrides a part, and leaves the rest as found', () => {
    const { processes, functions } = given({
      processes: { states: { zombie: 77 }, offsets: { parent: 8 } },
      functions: { allocate: 'kfree' },
    });
    expect(processes).toMatchObject({ table: found.processes!.table, states: { zombie: 77, unused: 0 } });
    expect(processes!.offsets).toEqual({ ...found.processes!.offsets, parent: 8 });
    expect(functions.allocate?.entry).toBe(found.functions.free!.entry);
    expect(functions.free).toEqual(found.functions.free);
  });

  test('says who makes processes, where there is no table', () => {
    const { processes } = given({ processes: { maker: 'kalloc' } });
    expect(processes).toMatchObject({ count: 0, maker: { name: 'kalloc' }, stride: found.processes!.stride });
    const written = profileContent(debug, { ...found, processes: processes! }).processes!;
    expect([written.maker, written.table]).toEqual(['kalloc', undefined]);
    expect(
      given({ processes: { table: 'proc', count: 64, maker: 'kalloc' } }).processes?.maker,
    ).toBeUndefined();
  });

  test.each([
    ['kmem.freelist', found.freeList!.heads[0]],
    ['kmem+24', found.freeList!.heads[0]],
    ['cpus[2].proc', found.processes!.current + 2 * found.processes!.currentStride],
    ['0x80001000', 0x80001000],
  ])('names places: %s', (place, address) => {
    expect(given({ freeList: { heads: [place] } }).freeList?.heads).toEqual([address]);
  });

  test.each([
    ['{', /^p\.json is no JSON/],
    [[], /^p\.json must be an object in braces$/],
    [
      { freelist: {} },
      /^p\.json has the unknown key "freelist"; the keys are functions, imageEnd, freeList,/,
    ],
    [{ freeList: { heads: 'kmem' } }, /^p\.json: freeList\.heads must be a list$/],
    [{ freeList: { heads: [5] } }, /^p\.json: freeList\.heads\[0\] must be an address such as/],
    [{ freeList: { heads: ['kmen.freelist'] } }, /heads\[0\]: the kernel has no variable "kmen"$/],
    [{ freeList: { heads: ['kmem.list'] } }, /"kmem\.list" has no member \.list$/],
    [{ freeList: { heads: ['cpus[99].proc'] } }, /has no element \[99\]$/],
    [{ freeList: { heads: ['a b'] } }, /"a b" is no place/],
    [{ freeList: { heads: ['0x90000000'] } }, /0x90000000 is no aligned word of the kernel's image$/],
    [{ freeList: {} }, /freeList\.heads must name a place$/],
    [{ functions: { free: 'kfre' } }, /functions\.free: the kernel has no function "kfre"$/],
    [{ processes: { maker: 'procs' } }, /processes\.maker: the kernel has no function "procs"$/],
    [{ functions: { free: 7 } }, /functions\.free must be the name of a function, or null$/],
    [{ processes: { offsets: { pidd: 1 } } }, /processes\.offsets has the unknown key "pidd"/],
    [{ processes: { stride: -1 } }, /processes\.stride must be a whole number/],
    [{ referenceCounts: [{ isPointer: 'yes' }] }, /referenceCounts\[0\]\.isPointer must be true or false$/],
    [{ referenceCounts: [{ count: 1 }] }, /referenceCounts\[0\] lacks "at"$/],
    [{ referenceCounts: [{ at: 'proc', elementBytes: 3 }] }, /must have elementBytes of 1, 2, 4 or 8/],
  ])('that is wrong is told what and where: %j', (content, message) => {
    expect(() => given(content)).toThrow(message);
  });

  test('must give all of a process table where none is found', () => {
    const stripped = parseElf(builtinKernel('cow').kernel, 'kernel');
    const bare = DebugInfo.parse({
      ...stripped,
      sections: stripped.sections.filter(({ name }) => !name.startsWith('.debug')),
    });
    const file = (content: object) => ({ text: JSON.stringify(content), path: 'p.json' });
    expect(findProfile(bare).processes).toBeUndefined();
    expect(() => findProfile(bare, file({ processes: { table: 'proc' } }))).toThrow(/processes is not whole/);
    const whole = findProfile(bare, file({ processes: profileContent(debug, found).processes! })).processes;
    expect(whole).toMatchObject({ table: found.processes!.table, offsets: found.processes!.offsets });
  });
});

describe('docs/profile.schema.json', () => {
  it('is current', async () => {
    const file = fileURLToPath(new URL('../../docs/profile.schema.json', import.meta.url));
    await expect(profileSchema()).toMatchFileSnapshot(file);
  });
});
