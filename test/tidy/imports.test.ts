// Who imports whom: the layers of layers.ts, faces, and the one place of each package.
import { describe, expect, it } from 'vitest';
import { allows, layerOf, leaves } from './layers.js';
import { files } from './files.js';
import { sources, type Import } from './sources.js';

const imports = sources.flatMap((source) => source.imports);

/** The part of the project that a file belongs to and that has a face: `tracer/arrow`, `analyzer`, … */
function partOf(path: string): string {
  return /^(tracer\/[^/]+|[^/]+)\//.exec(path)?.[1] ?? path;
}

function where({ from, line, to }: Import): string {
  return `${from}:${line} imports ${to}.`;
}

describe('imports', () => {
  it('stay within the layers', () => {
    const wrong = imports.flatMap((each) => {
      const layer = layerOf(each.from);
      if (!layer) return [`${each.from}: no layer holds this file. Add a row to test/tidy/layers.ts.`];
      return allows(layer, each.to, each.isProject) ? [] : [`${where(each)} ${layer.why}`];
    });
    expect(wrong).toEqual([]);
  });

  it('of other parts go to their faces, or are of types only', () => {
    const wrong = imports
      .filter(({ from, isProject, typeOnly }) => isProject && !typeOnly && !from.startsWith('test/'))
      .filter(({ from, to }) => partOf(from) !== partOf(to) && !leaves.includes(to))
      .filter(({ to }) => files.includes(`${partOf(to)}/index.ts`) && to !== `${partOf(to)}/index.ts`)
      .map((each) => `${where(each)} Import ${partOf(each.to)}/index.ts, and export there what you need.`);
    expect(wrong).toEqual([]);
  });

  it('of commands are made by cli.ts only', () => {
    const wrong = imports
      .filter(({ from, to }) => to.startsWith('commands/') && !/^(cli\.ts$|commands\/|test\/)/.test(from))
      .map((each) => `${where(each)} Move what both need to the part that owns it.`);
    expect(wrong).toEqual([]);
  });

  it('of the product never reach into tests', () => {
    const wrong = imports
      .filter(({ from, to }) => to.startsWith('test/') && !/^(test\/|vitest\.)/.test(from))
      .map((each) => `${where(each)} The product runs without its tests: move it to the part it belongs to.`);
    expect(wrong).toEqual([]);
  });

  it('name files that exist', () => {
    const wrong = imports
      .filter(({ to, isProject }) => isProject && !files.includes(to))
      .filter(({ to }) => !files.includes(to.replace(/\.ts$/, '.d.ts')))
      .map((each) => `${where(each)} There is no such file.`);
    expect(wrong).toEqual([]);
  });

  it.each([
    ['emulator/machine.ts', 'tracer/probes/index.ts'],
    ['emulator/wasm/bytes.ts', 'emulator/isa/index.ts'],
    ['emulator/devices/plic.ts', 'emulator/machine.ts'],
    ['emulator/interpreter/handlers.ts', 'emulator/jit/region.ts'],
    ['emulator/machine.ts', 'node:fs'],
    ['tracer/schema/events.ts', 'errors.ts'],
    ['tracer/probes/discovery/profile.ts', 'tracer/probes/followers/traps.ts'],
    ['tracer/probes/followers/traps.ts', 'emulator/ring/event-ring.ts'],
    ['tracer/session/run-program.ts', 'apache-arrow'],
    ['analyzer/check.ts', 'emulator/index.ts'],
    ['analyzer/check.ts', 'tracer/symbols/index.ts'],
    ['analyzer/check.ts', '@duckdb/node-api'],
    ['commands/run.ts', 'analyzer/check.ts'],
    ['tracer/session/index.ts', 'commands/run.ts'],
    ['test/symbols/elf.test.ts', 'protobufjs'],
  ])('of %s from %s would be caught', (from, to) => {
    expect(allows(layerOf(from)!, to, to.includes('.'))).toBe(false);
  });
});
