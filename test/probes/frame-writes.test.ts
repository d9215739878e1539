// Stores of the kernel to frames that nobody may write alone: when the machine tells of them, and which become rows.
import { describe, expect, test } from 'vitest';
import { RecordKind, recordBytes, recordField } from '../../emulator/index.js';
import { BareMachine } from '../support/bare-machine.js';
import { full, PageTables } from '../support/page-tables.js';
import { freeEntered, pick, translated, type RecordInput } from '../support/raw-records.js';

const root = 0x80010000;
const frame = 0x80004000;
const other = 0x80006000;
const flag = { user: 16, writable: 4 } as const;
const writable = full | flag.user;
const readOnly = writable & ~flag.writable;

/** A kernel that stores two words to the frame, goes to a program, which comes back at once, and stores once more. */
class Storing {
  readonly bare = new BareMachine(`
    start: sd a1, 8(a0)
    sd a1, 16(a0)
    csrw sepc, a2
    sret
    .org 0x40
    back: sd a1, 24(a0)
    stop: j stop
    .org 0x1000
    program: ecall
    .org 0x2000`);
  readonly tables = new PageTables(this.bare.machine, root);
  /** What was told: address and counts. */
  readonly told: [number, number][] = [];

  constructor() {
    const { machine } = this.bare;
    const { watch, ring, harts } = machine;
    this.tables.map(0x80000000n, 0x80000000, full, 2);
    this.tables.map(0x1000n, 0x80001000, writable);
    const values = {
      mode: 1n,
      satp: this.tables.satp,
      stvec: BigInt(this.bare.label('back')),
      medeleg: 0x100n,
    };
    for (const [name, value] of Object.entries(values)) harts[0].write(name as 'satp', value);
    harts[0].write('pc', BigInt(this.bare.label('start')));
    harts[0].setRegister(10, BigInt(frame));
    harts[0].setRegister(11, 7n);
    harts[0].setRegister(12, 0x1000n);
    ring.setConsumer((view, from, to) => {
      for (let at = from; at < to; at += recordBytes)
        if (view.getUint8(at + recordField.kind) === RecordKind.frameStore)
          this.told.push([
            Number(view.getBigUint64(at + recordField.a, true)),
            view.getUint32(at + recordField.b, true),
          ]);
    });
    watch.watchUserFrames();
  }

  run(): [number, number][] {
    this.bare.machine.watch.linkRoot(root);
    this.bare.step(6);
    return this.told;
  }
}

describe('the machine tells of a store of the kernel', () => {
  test.each([
    ['that is mapped twice', [readOnly, readOnly], 2],
    ['that is mapped twice, once to be written', [readOnly, writable], 0x10002],
    ['that may only be read', [readOnly], 1],
  ])('to a frame %s: the first one, and the first after a program ran', (_, flags, counts) => {
    const storing = new Storing();
    flags.forEach((each, index) => storing.tables.map(0x4000n + BigInt(index * 4096), frame, each));
    expect(storing.run()).toEqual([
      [frame + 8, counts],
      [frame + 24, counts],
    ]);
  });

  test.each([
    ['that one program may write', [writable]],
    ['that nobody maps', []],
    ['that is mapped for the kernel alone', [full & ~flag.writable, full]],
  ])('but not to a frame %s', (_, flags) => {
    const storing = new Storing();
    storing.tables.map(0x8000n, other, readOnly);
    flags.forEach((each, index) => storing.tables.map(0x4000n + BigInt(index * 4096), frame, each));
    expect(storing.run()).toEqual([]);
  });
});

const stored = (context: number, of: number, counts: number): RecordInput => {
  return { kind: RecordKind.frameStore, context, a: of + 8, b: counts };
};

test('rows tell what fills a frame that it frees from other stores', async () => {
  const records = [
    freeEntered(frame, { context: 5 }),
    stored(5, frame, 1),
    stored(6, frame, 1),
    freeEntered(other, { context: 5 }),
    stored(5, frame, 3),
    stored(5, other, 0x10002),
  ];
  const { frame_write: rows } = await translated({}, records);
  expect(pick(rows, 'pid', 'frame', 'address', 'mappings', 'writable_mappings', 'freeing')).toEqual([
    [5, frame, frame + 8, 1, 0, 1],
    [6, frame, frame + 8, 1, 0, 0],
    [5, frame, frame + 8, 3, 0, 0],
    [5, other, other + 8, 2, 1, 1],
  ]);
});
