// Kernels that have no table of processes: each is found by who makes it, and followed until it is gone.
import { describe, expect, test } from 'vitest';
import { RecordKind } from '../../emulator/index.js';
import type { ProcessFacts } from '../../tracer/probes/discovery/process-facts.js';
import { ProbeId } from '../../tracer/probes/probe-id.js';
import { compiler, hasCompiler, profileOf } from '../support/compiled-profile.js';
import { freeEntered, pick, store, translated, type RecordInput } from '../support/raw-records.js';
import { unless } from '../support/skipped.js';

const kernel = (makers: string): string => `
  enum procstate { UNUSED, SLEEPING, RUNNABLE, RUNNING, ZOMBIE };
  struct proc { struct proc *next; enum procstate state; int pid; unsigned long *pagetable; char name[16]; };
  struct cpu { struct proc *proc; long context[4]; }; struct cpu cpus[8]; struct proc *all;
  char pool[65536]; int used;
  __attribute__((noinline)) void *kalloc(void) { return pool + 4096 * used++; }
  __attribute__((noinline)) struct proc *myproc(void) { return cpus[0].proc; }
  ${makers}
  int main(void) { all = allocproc(); return myproc()->pid; }`;
const maker = (name: string): string =>
  `__attribute__((noinline)) struct proc *${name}(void) { struct proc *p = kalloc(); p->next = all; return p; }`;

describe.skipIf(!hasCompiler)(`who makes processes${unless(hasCompiler, compiler)}`, () => {
  test('is the function that returns one and asks for memory', () => {
    const { processes, missing } = profileOf(kernel(maker('allocproc')));
    expect(processes).toMatchObject({ count: 0, harts: 8, nameBytes: 16, offsets: { state: 8, pid: 12 } });
    expect(processes!.maker?.name).toBe('allocproc');
    expect(processes!.maker?.exits.length).toBeGreaterThan(0);
    expect(missing.join()).not.toContain('no processes found');
  });

  test('is not told where two could be meant', () => {
    const { processes, missing } = profileOf(kernel(maker('allocproc') + maker('allocthread')));
    expect(processes).toBeUndefined();
    expect(missing.join()).toContain('no processes found');
  });
});

const states = { unused: 0, sleeping: 2, runnable: 3, running: 4, zombie: 5 };
const offsets = { state: 0x18, pid: 0x30, parent: 0x38, pagetable: 0x50 };
const processes: ProcessFacts = {
  ...{ table: 0, stride: 0x60, count: 0, offsets, nameBytes: 0, states },
  maker: { name: 'allocproc', entry: 0x80000100, exits: [0x80000200] },
  ...{ current: 0x8000f000, currentStride: 0x80, harts: 2, findings: [] },
};
const [first, second] = [0x80101000, 0x80102040];
const [firstRoot, secondRoot] = [0x80110000, 0x80120000];

const made = (at: number, pid: number, root: number, state = 1): RecordInput => ({
  ...{ kind: RecordKind.probe, size: ProbeId.processMade },
  ...{ a: at, b: BigInt(state) | (BigInt(pid) << 32n), c: root },
});
const state = (at: number, before: number, after: number) => store(at + offsets.state, before, after);
const retired = (root: number): RecordInput => ({ kind: RecordKind.tableRetired, a: root });

/** A first process, and its child. */
const forked = [
  made(first, 1, firstRoot),
  state(first, 1, states.runnable),
  made(second, 2, secondRoot),
  store(second + offsets.parent, 0, first),
  state(second, 1, states.runnable),
];
const exited = [state(second, states.runnable, states.running), state(second, states.running, states.zombie)];

const rowsOf = async (records: readonly RecordInput[]) =>
  pick((await translated({ processes }, records)).process, 'action', 'subject', 'parent', 'root');

describe('a process without a table', () => {
  const lived = [
    ['fork', 1, 0, firstRoot],
    ['fork', 2, 1, secondRoot],
    ['exit', 2, 1, secondRoot],
  ];

  test('is known from when it was made', async () => {
    expect(await rowsOf([...forked, ...exited])).toEqual(lived);
  });

  test.each([
    ['its page table is freed', retired(secondRoot)],
    ['its memory is given back to the allocator of frames', freeEntered(second)],
    [
      'its memory is given back to the allocator of blocks',
      { kind: RecordKind.probe, size: ProbeId.blockGiven, a: second },
    ],
    ['its memory becomes another process', made(second, 3, 0)],
    ['its state says so', state(second, states.zombie, states.unused)],
  ] as const)('is reaped when %s', async (_, record) => {
    const rows = await rowsOf([...forked, ...exited, record]);
    expect(rows).toEqual([...lived, ['reap', 2, 0, 0]]);
  });

  test('is told no more of by what is stored where it was', async () => {
    const junk = state(second, states.zombie, 0x01010101);
    const again = state(second, 0x01010101, states.runnable);
    expect(await rowsOf([...forked, ...exited, retired(secondRoot), junk, again])).toHaveLength(4);
  });

  test('stays a zombie without a page table where structs are seen to be given back', async () => {
    const other = 0x80103000;
    const records = [made(other, 9, 0), freeEntered(other), ...forked, ...exited, retired(secondRoot)];
    expect(await rowsOf(records)).toEqual(lived);
    expect(await rowsOf([...records, freeEntered(second)])).toEqual([...lived, ['reap', 2, 0, 0]]);
  });

  test('that was given up before it ran was never forked', async () => {
    const rows = await rowsOf([
      made(first, 1, firstRoot),
      freeEntered(first),
      made(first, 2, secondRoot),
      state(first, 1, 3),
    ]);
    expect(rows).toEqual([['fork', 2, 0, secondRoot]]);
  });
});
