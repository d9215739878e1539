// Who leads to whom by calls: a small source of our own, compiled here. Skipped where there is no compiler.
import { describe, expect, test } from 'vitest';
import { CallGraph } from '../../tracer/probes/discovery/call-graph.js';
import { compiledDebug, compiler, hasCompiler } from '../support/compiled-profile.js';
import { unless } from '../support/skipped.js';

const source = `
  #define FUNCTION __attribute__((noinline))
  volatile int sink;
  FUNCTION void fill(int with) { sink = with; }
  FUNCTION void give_up(int frame) { fill(frame); sink++; }
  FUNCTION void replace(int frame) { if (sink) give_up(frame); sink--; }
  FUNCTION void store(int frame) { replace(frame); fill(frame); sink = 3; }
  FUNCTION void tail(int frame) { replace(frame); }
  FUNCTION int again(int count) { return count ? again(count - 1) + sink : 0; }
  int main(void) { store(1); tail(2); return again(3); }`;

describe.skipIf(!hasCompiler)(`the call graph${unless(hasCompiler, compiler)}`, () => {
  const debug = hasCompiler ? compiledDebug(source, '-O1') : undefined;
  const entryOf = (name: string): number =>
    Number(debug!.symbols.allFunctions().find((one) => one.name === name)!.address);

  test.each([
    ['replace', 'give_up', true],
    ['store', 'give_up', true],
    ['tail', 'give_up', true],
    ['store', 'fill', true],
    ['again', 'again', true],
    ['give_up', 'give_up', false],
    ['fill', 'give_up', false],
    ['give_up', 'store', false],
    ['again', 'give_up', false],
  ])('tells whether %s leads to %s', (from, to, leads) => {
    const calls = new CallGraph(debug!);
    expect(calls.leads(entryOf(from), entryOf(to))).toBe(leads);
    expect(calls.leads(entryOf(from), entryOf(to))).toBe(leads);
  });

  test('knows the function of an address', () => {
    const calls = new CallGraph(debug!);
    expect(calls.functionAt(entryOf('store') + 4)).toBe(entryOf('store'));
    expect(calls.functionAt(0)).toBeUndefined();
  });
});
