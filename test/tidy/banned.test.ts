// The emulator is a function of its inputs: nothing in it asks the host for time, chance or anything else.
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { bannedUses } from './banned.js';
import { sources } from './sources.js';

describe('the emulator', () => {
  it('uses nothing that differs from host to host or run to run', () => {
    const emulator = sources.filter(({ path }) => path.startsWith('emulator/'));
    expect(emulator.length).toBeGreaterThan(0);
    expect(emulator.flatMap(bannedUses)).toEqual([]);
  });

  it('would be caught', () => {
    const text = 'const a = Date.now(); if (process.env.X) Math.random(); const b = { Date: 1 }; b.Date++;';
    const tree = ts.createSourceFile('example.ts', text, ts.ScriptTarget.ES2022, true);
    const names = bannedUses({ path: 'example.ts', tree, imports: [] }).map((use) => use.split(/[ .]/)[3]);
    expect(names).toEqual(['Date', 'process', 'Math']);
  });
});
