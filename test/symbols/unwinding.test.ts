// Callers and return addresses. The stack is laid out as the RISC-V calling convention has it with frame
// pointers: return address at s0-8, caller's s0 at s0-16; so expectations need no knowledge of frame sizes.
import { describe, expect, it } from 'vitest';
import { DebugInfo, type ElfFile } from '../../tracer/symbols/index.js';
import { addressesOf, functionNamed, readFixture } from './fixtures.js';

const innerFrame = 0x80100000n;
const outerFrame = 0x80100100n;
const entryFrame = 0x80100200n;

/** step called from both, called from entry, called from _start, whose code has no frame information. */
function scene(info: DebugInfo) {
  const inside = (name: string) => functionNamed(info, name).address + 20n;
  const memory = new Map([
    [innerFrame - 8n, inside('both')],
    [innerFrame - 16n, outerFrame],
    [outerFrame - 8n, inside('entry')],
    [outerFrame - 16n, entryFrame],
    [entryFrame - 8n, functionNamed(info, '_start').address + 8n],
    [entryFrame - 16n, 0n],
  ]);
  return { memory, read: (address: bigint) => memory.get(address), returnTo: inside('both') };
}

function registers(pc: bigint, set: { ra: bigint; sp: bigint; s0: bigint }) {
  const x = new Array<bigint>(32).fill(0n);
  [x[1], x[2], x[8]] = [set.ra, set.sp, set.s0];
  return { pc, x };
}

/** The same program without its frame information. */
function withoutFrames(elf: ElfFile): DebugInfo {
  const sections = elf.sections.filter((section) => !section.name.endsWith('_frame'));
  return DebugInfo.parse({ ...elf, sections });
}

const { elf, info: described } = readFixture('dwarf-5');

describe.each([
  ['frame information', described],
  ['code and frame pointers alone', withoutFrames(elf)],
])('with %s', (_, info) => {
  const finish = functionNamed(info, 'finish');
  const leaf = functionNamed(info, 'leaf');
  const pcs = addressesOf(finish);
  const chain = ['both', 'entry', '_start'];
  const { read, returnTo } = scene(info);
  const namesFrom = (pc: bigint, set: { ra: bigint; sp: bigint; s0: bigint }) =>
    info.unwind(registers(pc, set), read).map((frame) => frame.function);

  it('unwinds from the first instruction, where ra is still in its register', () => {
    const set = { ra: returnTo, sp: innerFrame, s0: outerFrame };
    expect(namesFrom(finish.address, set)).toEqual(['finish', ...chain]);
  });

  it('unwinds from the body, where ra is on the stack and its register reused', () => {
    const pc = pcs.find((candidate) => info.returnAddressRule(candidate) === 'frame') ?? 0n;
    const set = { ra: 0xdeadn, sp: innerFrame - 64n, s0: innerFrame };
    expect(namesFrom(pc, set)).toEqual(['finish', ...chain]);
  });

  it('unwinds from the return instruction, where the frame is gone', () => {
    const last = pcs[pcs.length - 1];
    const set = { ra: returnTo, sp: innerFrame, s0: outerFrame };
    expect(namesFrom(last, set)).toEqual(['finish', ...chain]);
  });

  it('reports addresses inside the calls, and the stack addresses of the frames', () => {
    const set = { ra: returnTo, sp: innerFrame, s0: outerFrame };
    const [first, second] = info.unwind(registers(finish.address, set), read);
    expect(first).toMatchObject({ pc: finish.address, at: finish.address, frameAddress: innerFrame });
    expect(second).toMatchObject({ pc: returnTo, at: returnTo - 1n, frameAddress: outerFrame });
  });

  it('says where the return address is at each pc', () => {
    expect(info.returnAddressRule(finish.address)).toBe('ra');
    expect(info.returnAddressRule(pcs[pcs.length - 1])).toBe('ra');
    const rules = pcs.map((pc) => info.returnAddressRule(pc));
    const first = rules.indexOf('frame');
    const last = rules.lastIndexOf('frame');
    expect(first).toBeGreaterThan(0);
    expect(rules.slice(first, last + 1).every((rule) => rule === 'frame')).toBe(true);
    expect(addressesOf(leaf).map((pc) => info.returnAddressRule(pc))).not.toContain('frame');
    expect(info.returnAddressRule(0x10n)).toBe('unknown');
  });

  it('ends at unreadable memory, at a loop and at the limit', () => {
    const start = registers(finish.address, { ra: returnTo, sp: innerFrame, s0: outerFrame });
    expect(info.unwind(start, () => undefined).map((frame) => frame.function)).toEqual(['finish', 'both']);
    expect(info.unwind(start, read, 2)).toHaveLength(2);
    const loop = (address: bigint) => (address % 16n === 0n ? outerFrame : returnTo);
    expect(info.unwind(start, loop).length).toBeLessThan(4);
  });
});

describe('without frame pointers', () => {
  it('tells that the return address is saved relative to sp', () => {
    const { info } = readFixture('mixed');
    const finish = functionNamed(info, 'finish');
    const places = addressesOf(finish).map((pc) => info.returnAddressLocation(pc));
    expect(places[0]).toEqual({ kind: 'register', register: 1 });
    const saved = places.filter((place) => place?.kind === 'memory');
    expect(saved.length).toBeGreaterThan(0);
    expect(saved.every((place) => place?.register === 2)).toBe(true);
    const rules = addressesOf(finish).map((pc) => info.returnAddressRule(pc));
    expect(rules).not.toContain('frame');
    expect(rules).toContain('unknown');
  });
});
