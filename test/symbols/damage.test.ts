// Damaged files: whatever bytes are cut or changed, reading ends soon, either with a usable result or with a
// UsageError.
import { describe, expect, it } from 'vitest';
import { UsageError } from '../../errors.js';
import { DebugInfo, type Type, findMember, parseElf } from '../../tracer/symbols/index.js';
import { Random } from '../support/random.js';
import { fixtureBytes, fixtureNames } from './fixtures.js';

const secondsMax = 2;

function walk(type: Type, depth: number): void {
  if (depth === 0) return;
  if ('members' in type) for (const member of type.members) walk(member.type, depth - 1);
  if ('target' in type) walk(type.target, depth - 1);
  if ('element' in type) walk(type.element, depth - 1);
  findMember(type, 'absent');
}

/** Uses everything the face offers. */
function exercise(bytes: Uint8Array): DebugInfo | UsageError {
  try {
    const info = DebugInfo.parse(parseElf(bytes, 'damaged'));
    for (let pc = 0x80000000n; pc < 0x80000180n; pc += 6n) {
      info.locationOf(pc);
      info.returnAddressLocation(pc);
      info.functionAt(pc);
      info.unwind({ pc, x: new Array<bigint>(32).fill(pc) }, () => pc + 8n);
    }
    for (const variable of info.variables) walk(variable.type, 4);
    for (const item of info.functions) {
      info.exitsOf(item);
      walk(item.returnType, 3);
      for (const parameter of item.parameters) walk(parameter.type, 3);
      expect(item.inlined.every((instance) => instance.callLine >= 0)).toBe(true);
      expect(typeof item.file + typeof item.line).toBe('stringnumber');
    }
    info.linesOf('sample.c', 7);
    info.typeNamed('struct node');
    return info;
  } catch (error) {
    if (error instanceof UsageError) return error;
    throw error;
  }
}

describe.each(fixtureNames)('%s, damaged', (fixture) => {
  const original = fixtureBytes(fixture);

  it('survives being cut anywhere', () => {
    for (let length = 0; length < original.length; length += 61) {
      expect(exercise(original.subarray(0, length))).toBeInstanceOf(UsageError);
    }
  });

  it('survives changed bytes', () => {
    const random = new Random(20);
    const usable = [];
    for (let round = 0; round < 250; round++) {
      const bytes = original.slice();
      const changes = random.between(1, 8);
      for (let change = 0; change < changes; change++) {
        bytes[random.between(64, bytes.length - 1)] = random.pick([
          0,
          1,
          0x7f,
          0x80,
          0xff,
          random.below(256),
        ]);
      }
      const started = performance.now();
      const result = exercise(bytes);
      expect(performance.now() - started, `round ${round}`).toBeLessThan(secondsMax * 1000);
      if (result instanceof DebugInfo) usable.push(result);
    }
    expect(usable.length).toBeGreaterThan(50);
    // Some of that damage must have been met, or this test tests nothing.
    expect(usable.filter((info) => info.warnings.length > 0).length).toBeGreaterThan(10);
  });

  it('loses only the unit that is damaged', () => {
    const elf = parseElf(original, fixture);
    const debugInfo = elf.sections.find((section) => section.name === '.debug_info');
    const bytes = debugInfo?.bytes.slice() ?? new Uint8Array(0);
    // The version of the first unit.
    bytes[4] = 99;
    const sections = elf.sections.map((section) => (section === debugInfo ? { ...section, bytes } : section));
    const whole = DebugInfo.parse(elf);
    const info = DebugInfo.parse({ ...elf, sections });
    expect(info.units).toEqual(whole.units.slice(1));
    expect(info.warnings).toEqual([
      expect.stringMatching(/^Unit at \.debug_info\+0x0 is skipped: .*version 99/),
    ]);
    expect(info.function('step')?.low).toBe(whole.function('step')?.low);
  });

  it('loses only the lines of a unit whose line program is damaged, and says so when it is asked', () => {
    const elf = parseElf(original, fixture);
    const debugLine = elf.sections.find((section) => section.name === '.debug_line');
    const bytes = debugLine?.bytes.slice() ?? new Uint8Array(0);
    const view = new DataView(bytes.buffer);
    const lengthAt = view.getUint16(4, true) >= 5 ? 8 : 6;
    // The program begins with an extended operation that is longer than all else.
    bytes.set([0, 0xff, 0xff, 0xff, 0x7f], lengthAt + 4 + view.getUint32(lengthAt, true));
    const sections = elf.sections.map((section) => (section === debugLine ? { ...section, bytes } : section));
    const whole = DebugInfo.parse(elf);
    const info = DebugInfo.parse({ ...elf, sections });
    expect(info.warnings).toEqual([expect.stringMatching(/^The line table of \.debug_info\+0x0 is damaged/)]);
    expect(info.functions.map(({ name }) => name)).toEqual(whole.functions.map(({ name }) => name));
    const lineOf = (debug: DebugInfo) => debug.functions.map(({ low }) => debug.locationOf(low)?.line ?? 0);
    expect(lineOf(whole)).not.toContain(0);
    expect(lineOf(info).filter((line) => line > 0).length).toBeGreaterThan(0);
  });
});
