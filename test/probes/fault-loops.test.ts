// When a program is said to fault for ever: only where a fault comes again at once, for long, with nothing in between.
import { describe, expect, test } from 'vitest';
import { RecordKind } from '../../emulator/index.js';
import { FaultLoops, KernelExceptions, TrapWatch, type FaultLoop } from '../../tracer/probes/index.js';
import { encode, type RecordInput } from '../support/raw-records.js';

const fromUser = 1 << 4;
const toUser = 1;
const interrupt = 1n << 63n;
const pc = 0x1552;
const va = 0xffff_ffff_ffff_fff8n;
const root = 0x80100000;
const enough = { faults: 100, cycles: 4e6 };
/** Cycles from fault to fault with which so many take so long. */
const slow = enough.cycles / enough.faults;

interface Loop {
  readonly times: number;
  /** Cycles from fault to fault. */
  readonly step?: number;
  readonly first?: number;
  readonly fault?: Partial<RecordInput>;
}

/** Faults that are returned from 30 cycles later; the next one comes in the cycle behind that. */
function faults({ times, step = slow, first = 1000, fault = {} }: Loop): RecordInput[] {
  return Array.from({ length: times }, (_, index) => {
    const cycle = first + index * step;
    const trap = { kind: RecordKind.trap, context: 5, a: 15, b: va, c: root, size: fromUser, pc, cycle };
    const back = { kind: RecordKind.trapReturn, context: 5, a: pc, size: toUser, cycle: cycle + step - 1 };
    return [
      { ...trap, ...fault },
      { ...back, context: fault.context ?? 5, hart: fault.hart ?? 0 },
    ];
  }).flat();
}

function loopsIn(records: RecordInput[]): FaultLoop[] {
  const loops: FaultLoop[] = [];
  const watch = new TrapWatch(
    new KernelExceptions(() => undefined),
    new FaultLoops((loop) => loops.push(loop), enough),
  );
  const view = encode(records);
  // In two parts, as the ring is drained.
  const middle = 64 * Math.floor(records.length / 2);
  watch.observe(view, 0, middle);
  watch.observe(view, middle, view.byteLength);
  return loops;
}

const long = enough.faults + 1;
/** Some cycles behind the fiftieth return. */
const cycle = 1000 + 50 * slow + 10;
const atPc = { kind: RecordKind.trap, context: 5, c: root, size: fromUser, pc, cycle };

describe('a loop of faults', () => {
  test('is one fault again and again for long, told once, with what it was', () => {
    const told = {
      pid: 5,
      access: 'store',
      va,
      pc,
      times: enough.faults,
      since: 1000,
      cycle: 1000 + enough.cycles,
    };
    expect(loopsIn(faults({ times: 2 * long }))).toEqual([told]);
    const last = { ...told, times: 2 * enough.faults };
    expect(loopsIn(faults({ times: 2 * long, step: slow / 2 }))).toEqual([last]);
  });

  test('is none before, be it often or for long', () => {
    expect(loopsIn(faults({ times: 2 * enough.faults, step: slow / 2 }))).toEqual([]);
    expect(loopsIn(faults({ times: enough.faults, step: 10 * slow }))).toEqual([]);
  });

  test('is told where processes are not known, by the page table', () => {
    const [loop] = loopsIn(faults({ times: long, fault: { context: 0 } }));
    expect(loop).toMatchObject({ pid: 0, times: enough.faults });
  });

  test('goes on over interrupts of the instruction, and what other processes and harts do', () => {
    const others = [
      { ...atPc, a: interrupt | 5n },
      ...faults({ times: 1, fault: { context: 6, pc: 0x2000 } }),
      ...faults({ times: 1, fault: { context: 7, hart: 1 } }),
    ];
    const records = faults({ times: long });
    records.splice(101, 0, ...others);
    expect(loopsIn(records)).toHaveLength(1);
  });

  test.each<[string, RecordInput]>([
    ['a call', { ...atPc, a: 8, pc: pc + 4 }],
    ['a call by the same instruction', { ...atPc, a: 8 }],
    ['an interrupt elsewhere', { ...atPc, a: interrupt | 5n, pc: pc + 4 }],
    ['a fault elsewhere', { ...atPc, a: 15, b: va, pc: pc + 4 }],
    ['a fault at another address', { ...atPc, a: 15, b: va - 8n }],
    ['a fault of another access', { ...atPc, a: 13, b: va }],
  ])('begins anew behind %s', (_, between) => {
    const records = faults({ times: long });
    records.splice(101, 0, between);
    expect(loopsIn(records)).toEqual([]);
    expect(loopsIn([...records, ...faults({ times: long, first: 5e6 })])).toHaveLength(1);
  });

  test('is several faults of one instruction in turn, told with two of them', () => {
    const inTurn = faults({ times: long }).map((record, index) =>
      index % 4 === 2 ? { ...record, b: va - 8n } : record,
    );
    const other = { access: 'store', va: va - 8n };
    expect(loopsIn(inTurn)).toMatchObject([
      { access: 'store', va, other, times: enough.faults, since: 1000 },
    ]);
    const fetching = inTurn.map((record, index) =>
      index % 4 === 2 ? { ...record, a: 12, b: BigInt(pc) } : record,
    );
    expect(loopsIn(fetching)).toMatchObject([{ other: { access: 'fetch', va: BigInt(pc) } }]);
    const working = inTurn.map((record) =>
      record.kind === RecordKind.trapReturn ? { ...record, cycle: Number(record.cycle) - 1 } : record,
    );
    expect(loopsIn(working)).toEqual([]);
  });

  test('does not count faults between which the program may have done something', () => {
    const records = faults({ times: 2 * long }).map((record) =>
      record.kind === RecordKind.trapReturn ? { ...record, cycle: Number(record.cycle) - 1 } : record,
    );
    expect(loopsIn(records)).toEqual([]);
  });
});
