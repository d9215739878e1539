// The machine's generated module is made once at build for all machines, so it may depend on nothing but the sources.
import { describe, expect, it } from 'vitest';
import { coreModule } from '../../emulator/core-code.js';
import { control, machineMaximum, memoryLayout, memoryMap } from '../../emulator/memory-layout.js';

describe('the generated module', () => {
  it('is valid, and the same each time', () => {
    const bytes = coreModule();
    expect(WebAssembly.validate(bytes)).toBe(true);
    expect(coreModule()).toEqual(bytes);
  });

  it('finds the parts of the memory at the same places in all machines', () => {
    const small = memoryLayout({ harts: 1, memoryBytes: 4 << 20 });
    const large = memoryLayout(machineMaximum);
    expect(small).toMatchObject(memoryMap);
    expect(large).toMatchObject(memoryMap);
    expect(large.totalBytes).toBeLessThanOrEqual(2 ** 32);
  });

  it('has a control word of its own for each thing that it is told', () => {
    const addresses = Object.values(control);
    expect(new Set(addresses).size).toBe(addresses.length);
  });

  it('has no room for larger machines than it is made for', () => {
    expect(() => memoryLayout({ harts: 9, memoryBytes: 4 << 20 })).toThrow(RangeError);
    expect(() => memoryLayout({ harts: 1, memoryBytes: 2 ** 32 })).toThrow(RangeError);
  });
});
