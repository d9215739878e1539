// Programs that change their own code, their page tables or what is watched see no difference between engines.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { BareMachine } from '../support/bare-machine.js';

const { engine, pieceCycles } = BareMachine;
const compile = (): void => {
  Object.assign(BareMachine, { engine: { engine: 'jit' }, pieceCycles: 13 });
};
// Some machines are made while suites are collected. Files that share this process want theirs interpreted.
compile();
beforeAll(compile);
afterAll(() => void Object.assign(BareMachine, { engine, pieceCycles }));

// Modules of their own: where the others ran in this process, theirs have told their suites already.
for (const suite of [
  'engine/calls',
  'engine/changing-code',
  'engine/coherent-translation',
  'engine/memory-loops',
  'engine/observers',
  'engine/waiting-loops',
  'machine/traps',
])
  await import(/* @vite-ignore */ `../${suite}.test.ts?compiled`);

test('are compiled to their end, which no suite has changed', () => {
  expect([BareMachine.engine, BareMachine.pieceCycles]).toEqual([{ engine: 'jit' }, 13]);
});
