// Questions of a run: what the texts of --probe and --watch ask for, and what is refused.
import { describe, expect, it } from 'vitest';
import { builtinKernel } from '../../fixtures/index.js';
import { parseQuestions } from '../../tracer/probes/index.js';
import { DebugInfo, parseElf } from '../../tracer/symbols/index.js';

const debug = DebugInfo.parse(parseElf(builtinKernel('cow').kernel, 'kernel'));
const ram = { start: 0x8000_0000, end: 0x8100_0000 };
const probes = (...texts: string[]) => parseQuestions({ probes: texts, watches: [] }, debug, ram).probes;
const watches = (...texts: string[]) => parseQuestions({ probes: [], watches: texts }, debug, ram).watches;

describe('--probe', () => {
  it('asks for parameters and registers where the function is entered', () => {
    const [probe, ...more] = probes('uvmcopy:child,size,s1');
    expect(more).toEqual([]);
    expect(probe).toMatchObject({
      function: 'uvmcopy',
      phase: 'enter',
      addresses: [Number(debug.function('uvmcopy')!.low)],
      fields: [
        { name: 'child', register: 11, steps: [] },
        { name: 'size', register: 12, steps: [] },
        { name: 's1', register: 9, steps: [] },
      ],
    });
  });

  it('asks for the result at every way out', () => {
    const [entered, left] = probes('kalloc:return');
    expect([entered.phase, left.phase, left.id]).toEqual(['enter', 'return', entered.id + 1]);
    expect(left.addresses.length).toBeGreaterThan(0);
    expect(left.fields).toEqual([{ name: 'return', register: 10, steps: [] }]);
  });

  it('follows members, with the width and sign of their types', () => {
    const [{ fields }] = probes('sleep:lock->locked,lock->name');
    expect(fields.map(({ steps }) => steps.length)).toEqual([1, 1]);
    expect(fields[1].steps[0].bytes).toBe(8);
  });

  it.each([
    ['uvmcpoy', "the kernel has no function 'uvmcpoy'; did you mean 'uvmcopy'?"],
    ['uvmcopy:from', "uvmcopy has no field 'from': its parameters are parent, child, size"],
    ['uvmcopy:a0,a1,a2,a3,a4', 'asks for 5 fields; give at most 4'],
    ['sleep:lock->nothing', 'the field lock->nothing has no member nothing; there are '],
    ['uvmcopy:size->x', 'the field size->x cannot be followed to x'],
    ['fault_resolved', "the kernel's fault_resolved is inlined wherever it is called (usertrap)"],
  ])('%s is refused', (text, message) => {
    expect(() => probes(text)).toThrow(message);
  });

  it('asks each function once', () => {
    expect(() => probes('kfree:a0', 'kfree:ra')).toThrow(
      'kfree is probed already; give all its fields at once',
    );
  });
});

describe('--watch', () => {
  it('asks for variables, members, memory and frames', () => {
    const cpus = Number(debug.variable('cpus')!.address);
    expect(watches('ticks', 'cpus', '0x80021000+16', '0x80021000', 'frame:0x80f00123')).toMatchObject([
      { name: 'ticks', address: Number(debug.variable('ticks')!.address) },
      { address: cpus, bytes: debug.variable('cpus')!.size },
      { address: 0x80021000, bytes: 16 },
      { address: 0x80021000, bytes: 8 },
      { address: 0x80f00000, bytes: 4096 },
    ]);
  });

  it.each([
    ['tiks', "the kernel has no variable 'tiks' to watch; did you mean 'ticks'?"],
    ['nothing_of_the_kind', 'give SYMBOL, ADDR+LEN, frame:PA or pte:PID:VA'],
    ['ticks.x', 'ticks.x cannot be watched: there is no member x'],
    ['0x1000', "0x1000 cannot be watched: it is not in the machine's memory, 0x80000000 to 0x81000000"],
    ['0x80000000+0x200000', 'it has 2097152 bytes, and 1048576 is the most at once'],
  ])('%s is refused', (text, message) => {
    expect(() => watches(text)).toThrow(message);
  });
});
