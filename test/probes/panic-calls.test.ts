// The calls under way at a panic: where they lie although they never return.
import { describe, expect, test } from 'vitest';
import { ProbeId } from '../../tracer/probes/probe-id.js';
import { compiledDebug, compiler, entry, hasCompiler } from '../support/compiled-profile.js';
import { pick, probe, translated } from '../support/raw-records.js';
import { unless } from '../support/skipped.js';

describe.skipIf(!hasCompiler)(`calls that never return${unless(hasCompiler, compiler)}`, () => {
  const debug = compiledDebug(
    `__attribute__((noreturn, noinline)) void panic(const char *why) { for (;;) asm volatile("" :: "r"(why)); }
     __attribute__((noinline)) void last(void) { panic("last"); }
     __attribute__((noinline)) void next(void) { asm volatile("nop"); }
     ${entry.replace('return', 'last(); next(); return')}`,
    '-fno-toplevel-reorder',
  );
  const next = Number(debug.symbols.function('next')!.address);
  const names = async (size: number, b: number) => {
    const { panic, panic_call, location } = await translated({}, [probe(size, { a: 0, b })], debug);
    const [[site]] = pick([...panic, ...panic_call], 'call_site');
    return [site, location.find(({ address }) => address === site)?.['function']];
  };

  test('lie in their own function, though it ends with them, and another begins', async () => {
    for (const size of [ProbeId.panicCall, ProbeId.panicEntered]) {
      expect(await names(size, next)).toEqual([next - 1, 'last']);
      expect(await names(size, next + 2)).toEqual([next + 2, 'next']);
    }
  });
});
