// Lines, functions, variables and types of the committed files, which hold the same program in different
// DWARF versions. Expected values come from the C sources and the RV64 ABI.
import { describe, expect, it } from 'vitest';
import { type CompositeType, findMember, underlying } from '../../tracer/symbols/index.js';
import { addressesOf, fixtureNames, functionNamed, lineOf, readFixture } from './fixtures.js';

describe.each(fixtureNames)('lines of %s', (fixture) => {
  const { info } = readFixture(fixture);

  it('is read without a warning, every unit in its version', () => {
    expect(info.warnings).toEqual([]);
    const versions = { 'dwarf-2': [2, 2], 'dwarf-5': [5, 5], mixed: [4, 3, 5] }[fixture];
    expect(info.units.map((unit) => unit.version)).toEqual(versions);
    expect(info.units.map((unit) => unit.name)).toContain('sample.c');
  });

  it('knows the line of an instruction', () => {
    const leaf = functionNamed(info, 'leaf');
    const line = lineOf('sample.c', 'leaf');
    const lines = addressesOf(leaf).map((pc) => info.locationOf(pc));
    expect(lines.every((location) => location?.function === 'leaf' && location.file === 'sample.c')).toBe(
      true,
    );
    expect(lines.map((location) => location?.line)).toContain(line);
    expect(info.locationOf(leaf.address)?.line).toBe(line - 1);
  });

  it('finds the addresses of a line, and back', () => {
    const line = lineOf('other.c', 'step');
    const found = info.linesOf('other.c', line);
    expect(found.length).toBeGreaterThan(0);
    for (const pc of found) expect(info.locationOf(pc)).toMatchObject({ function: 'step', file: 'other.c' });
    expect(info.linesOf('nowhere.c', line)).toEqual([]);
  });

  it('names inlined functions and the lines they were called from', () => {
    const both = functionNamed(info, 'both');
    const inlined = addressesOf(both)
      .map((pc) => info.locationOf(pc))
      .filter((location) => location?.function === 'twice');
    expect(inlined.length).toBeGreaterThan(0);
    for (const location of inlined) {
      expect(location?.line).toBe(lineOf('sample.c', 'twice'));
      expect(location?.inlinedBy).toEqual([
        { function: 'fourfold', file: 'sample.c', line: lineOf('sample.c', 'fourfold') },
        { function: 'both', file: 'sample.c', line: lineOf('sample.c', 'both: call') },
      ]);
    }
  });
});

describe.each(fixtureNames)('functions and variables of %s', (fixture) => {
  const { info } = readFixture(fixture);

  it('lists where a function was inlined', () => {
    const instances = info.inlineInstances('twice').filter((instance) => instance.holder.name === 'both');
    expect(instances).toHaveLength(1);
    const [instance] = instances;
    expect(instance).toMatchObject({ caller: 'fourfold', callFile: 'sample.c' });
    expect(info.locationOf(instance.entry)?.function).toBe('twice');
  });

  it('describes functions', () => {
    const both = info.function('both');
    expect(both).toMatchObject({ isExternal: true, file: 'sample.c' });
    expect(both?.low).toBe(info.symbols.function('both')?.address);
    expect(both?.parameters.map(({ name, type }) => [name, type.kind])).toEqual([
      ['value', 'typedef'],
      ['node', 'pointer'],
    ]);
    expect(both?.returnType).toMatchObject({ kind: 'typedef', name: 'word', size: 8 });
    expect(info.function('hand_over')?.isExternal).toBe(false);
    expect(info.functionAt(both?.low ?? 0n)).toBe(both);
    expect(info.function('twice')).toBeUndefined();
  });

  it('gives variables address, size and type', () => {
    const address = (name: string) => info.symbols.variable(name)?.address;
    expect(info.variable('nodes')).toMatchObject({ address: address('nodes'), size: 448 });
    expect(info.variables.filter((variable) => variable.name === 'calls')).toHaveLength(2);
    expect(info.variable('visits')?.size).toBe(4);
    // Defined in assembly, so only its declaration is in C.
    expect(info.variable('boundary')?.address).toBe(address('boundary'));
    expect(info.variable('nothing')).toBeUndefined();
  });
});

describe.each(fixtureNames)('types of %s', (fixture) => {
  const { info } = readFixture(fixture);
  const node = info.typeNamed('struct node') as CompositeType;

  it('lays out a structure as the ABI does', () => {
    expect(node).toMatchObject({ kind: 'struct', name: 'node', size: 112, complete: true });
    expect(node.members.map(({ name, offset, size }) => [name, offset, size])).toEqual([
      ['next', 0, 8],
      ['pages', 8, 24],
      ['name', 32, 16],
      ['color', 48, 4],
      ['', 52, 4],
      ['ready', 56, 4],
      ['kind', 56, 4],
      ['last', 60, 4],
      ['label', 64, 8],
      ['grid', 72, 24],
      ['named', 96, 8],
      ['action', 104, 8],
    ]);
  });

  it('lists bit-fields', () => {
    const bits = node.members.filter((member) => member.bits !== undefined);
    expect(bits.map(({ name, bits: field }) => [name, field])).toEqual([
      ['ready', { offset: 0, size: 1 }],
      ['kind', { offset: 1, size: 5 }],
      ['last', { offset: 0, size: 12 }],
    ]);
  });

  it('finds members inside anonymous ones', () => {
    expect(findMember(node, 'number')).toMatchObject({ offset: 52, size: 4 });
    expect(findMember(node, 'high')).toMatchObject({ offset: 54, size: 2 });
    expect(findMember(node, 'inner')).toBeUndefined();
  });

  it('describes arrays, pointers, enumerations and base types', () => {
    const nodes = info.typeOf('nodes');
    expect(nodes).toMatchObject({ kind: 'array', counts: [4], size: 448 });
    expect(nodes?.kind === 'array' && nodes.element).toBe(node);
    expect(findMember(node, 'grid')?.type).toMatchObject({ kind: 'array', counts: [2, 3], size: 24 });
    const next = findMember(node, 'next')?.type;
    expect(next?.kind === 'pointer' && next.target).toBe(node);
    const label = findMember(node, 'label')?.type;
    expect(label).toMatchObject({ kind: 'qualified', size: 8 });
    expect(label && underlying(label).kind).toBe('pointer');
    const word = info.typeNamed('word');
    expect(word && underlying(word)).toMatchObject({ kind: 'base', size: 8, encoding: 'unsigned' });
    const color = findMember(node, 'color')?.type;
    expect(color?.kind === 'enumeration' && color.enumerators).toEqual([
      { name: 'RED', value: 0 },
      { name: 'GREEN', value: 5 },
      { name: 'BLUE', value: -2 },
    ]);
  });

  it('completes in one unit what another only declares', () => {
    const hidden = info.typeOf('hidden');
    expect(hidden?.kind === 'pointer' && hidden.target).toMatchObject({ complete: true, size: 120 });
  });
});
