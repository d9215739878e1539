// Traps, system calls, page faults and the kernel entries they belong to.
import { describe, expect, test } from 'vitest';
import { RecordKind } from '../../emulator/index.js';
import { FaultLoops, KernelExceptions, TrapWatch } from '../../tracer/probes/index.js';
import { encode, given, pick, store, translated, type RecordInput } from '../support/raw-records.js';

const head = 0x80001000;
const freeList = { heads: [head], finding: given };
const interruptBit = 1n << 63n;
const fromUser = 1 << 4;
const fromKernel = 1 | (1 << 4);

const trap = (
  context: number,
  cause: number | bigint,
  value: number | bigint = 0,
  size = fromUser,
): RecordInput => {
  return { kind: RecordKind.trap, context, a: cause, b: value, c: 0x80100000, size, pc: 0x1000 };
};
const call = (context: number, number: number, argument = 0): RecordInput => {
  return { kind: RecordKind.call, context, a: number, b: argument };
};
const backToUser = (context: number, result = 0): RecordInput => {
  return { kind: RecordKind.trapReturn, context, size: 1, a: 0x1004, b: result };
};
const free = (context: number, index: number): RecordInput => {
  const frame = 0x80100000 + index * 4096;
  const before = index === 0 ? 0 : frame - 4096;
  return store(head, before, frame, { context, link: before });
};

describe('kernel entries', () => {
  test('rows carry the entry they belong to, also when another process ran in between', async () => {
    const { frame_free, kernel_span } = await translated({ freeList }, [
      trap(3, 8),
      call(3, 3),
      free(3, 0),
      trap(4, 15),
      free(4, 1),
      backToUser(4),
      free(3, 2),
      backToUser(3),
    ]);
    const [waiting, fault, again] = frame_free.map((row) => row.span);
    expect(again).toBe(waiting);
    expect(fault).not.toBe(waiting);
    expect(pick(kernel_span, 'id', 'pid', 'cause', 'finished', 'start_cycle', 'cycle')).toEqual([
      [fault, 4, 'page_fault', 1, 30, 50],
      [waiting, 3, 'wait', 1, 0, 70],
    ]);
  });

  test('an interrupt of the kernel does not begin another entry', async () => {
    const { frame_free, kernel_span } = await translated({ freeList }, [
      trap(3, 8),
      free(3, 0),
      trap(3, interruptBit | 5n, 0, fromKernel),
      { kind: RecordKind.trapReturn, context: 3, size: 1 << 4 },
      free(3, 1),
      backToUser(3),
    ]);
    expect(new Set(frame_free.map((row) => row.span)).size).toBe(1);
    expect(kernel_span).toHaveLength(1);
  });

  test('what is open when the trace ends is unfinished', async () => {
    const { kernel_span } = await translated({ freeList }, [free(0, 0), trap(3, 8), call(3, 13)]);
    expect(pick(kernel_span, 'pid', 'cause', 'finished')).toEqual([
      [3, 'sleep', 0],
      [0, 'scheduler', 0],
    ]);
  });
});

describe('system calls', () => {
  test('enter with their arguments and leave with a signed result', async () => {
    const { syscall } = await translated({}, [trap(3, 8), call(3, 12, 4096), backToUser(3, -1)]);
    expect(pick(syscall, 'phase', 'number', 'name', 'argument0', 'result')).toEqual([
      ['enter', 12, 'sbrk', 4096, null],
      ['leave', 12, 'sbrk', 4096, -1],
    ]);
  });

  test('of a tree’s own go by their number', async () => {
    const { syscall } = await translated({}, [trap(3, 8), call(3, 22), trap(4, 8), call(4, 1000)]);
    expect(pick(syscall, 'name')).toEqual([['sys_22'], ['free_frames']]);
  });
});

describe('page faults', () => {
  test('are resolved by going on in user mode', async () => {
    const { page_fault } = await translated({}, [trap(3, 15, 0x2008), backToUser(3)]);
    expect(pick(page_fault, 'access', 'va', 'root', 'outcome', 'pc', 'cycle', 'end_cycle')).toEqual([
      ['store', 0x2008, 0x80100000, 'resolved', 0x1000, 0, 10],
    ]);
  });

  test('keep all bits of an address: the last ones are not those next to 0', async () => {
    const address = 0xffff_ffff_ffff_fff8n;
    const { page_fault } = await translated({}, [trap(3, 15, address), backToUser(3)]);
    expect(pick(page_fault, 'va')).toEqual([[address]]);
  });

  test('of the kernel are none, and interrupts with the same number neither', async () => {
    const { page_fault, trap: traps } = await translated({}, [
      trap(3, 13, 0, fromKernel),
      trap(3, interruptBit | 13n),
      backToUser(3),
    ]);
    expect(page_fault).toEqual([]);
    expect(pick(traps, 'interrupt', 'cause', 'from_mode')).toEqual([
      [0, 13, 1],
      [1, 13, 0],
    ]);
  });

  test('whose handling the trace does not show the end of are unfinished', async () => {
    const { page_fault } = await translated({}, [trap(3, 12, 0x5000)]);
    expect(pick(page_fault, 'access', 'outcome')).toEqual([['fetch', 'unfinished']]);
  });
});

describe('a hang', () => {
  const loops = (times: number, change: (index: number) => Partial<RecordInput>): RecordInput[] =>
    Array.from({ length: times }, (_, index) => ({
      ...trap(0, 1, 0, fromKernel),
      pc: 0,
      ...change(index),
    }));

  test.each([
    ['is the same exception of the kernel over and over', 1000, () => ({}), true],
    ['is none as long as it is short', 999, () => ({}), false],
    ['is no sweep over pages that fault one after the other', 5000, (index: number) => ({ b: index }), false],
    ['is no work that a higher mode does for the kernel', 5000, () => ({ size: 1 | (3 << 4), a: 9 }), false],
    ['is no program that traps again and again', 5000, () => ({ size: fromUser, a: 8, context: 3 }), false],
  ] as const)('%s', (_, times, change, hangs) => {
    let hung = 0;
    const watch = new TrapWatch(new KernelExceptions(() => hung++), new FaultLoops(() => undefined));
    const view = encode(loops(times, change));
    // In two parts, as the ring is drained.
    watch.observe(view, 0, 64 * 500);
    watch.observe(view, 64 * 500, view.byteLength);
    expect(hung).toBe(hangs ? 1 : 0);
  });
});

test('an access beyond the memory asks for more of it, but where no machine has any', () => {
  const remarksOf = (b: number): string[] => {
    const exceptions = new KernelExceptions(() => undefined);
    const view = encode([{ ...trap(0, 5, b, fromKernel), pc: 0x80001000 }]);
    new TrapWatch(exceptions, new FaultLoops(() => undefined)).observe(view, 0, view.byteLength);
    return exceptions.remarks({ start: 0x80000000, end: 0x81000000 });
  };
  expect(remarksOf(0x81000000)).toEqual([
    'the kernel accessed 0x81000000, beyond its 16 MiB of memory: does it need more (--memory)?',
  ]);
  expect(remarksOf(0x3ffffff08a)).toEqual([]);
});
