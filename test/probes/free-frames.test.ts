// Stores of the kernel to frames on a list of free frames: when the machine tells of them, and what becomes a row.
import { describe, expect, test } from 'vitest';
import { RecordKind } from '../../emulator/index.js';
import { BareMachine, rowsOf } from '../support/bare-machine.js';
import { full, PageTables } from '../support/page-tables.js';
import { pick, translated } from '../support/raw-records.js';

const [first, second, other] = [0x80004000, 0x80005000, 0x80006000];

/** Runs assembly with the list's head in a0 and three frames in a1, a2, a3; addresses of the stores that are told. */
function told(code: string, prepare: (bare: BareMachine) => void = () => {}): number[] {
  const bare = new BareMachine(`start: ${code}\nstop: j stop\n.org 0x800\nhead: .dword 0\n.org 0x8000`);
  const { machine } = bare;
  const [hart] = machine.harts;
  const head = bare.label('head');
  [head, first, second, other].forEach((value, index) => hart!.setRegister(10 + index, BigInt(value)));
  // Kernels see RAM through a page table, at its physical addresses.
  const tables = new PageTables(machine, 0x80010000);
  tables.map(0x80000000n, 0x80000000, full, 2);
  hart!.write('mode', 1n);
  hart!.write('satp', tables.satp);
  hart!.write('pc', BigInt(bare.label('start')));
  const found: number[] = [];
  machine.ring.setConsumer((view, from, to) => {
    for (const { kind, a } of rowsOf(view, from, to))
      if (kind === RecordKind.freeFrameStore) found.push(Number(a));
  });
  machine.watch.watchWords(head, 8);
  machine.watch.followFreeFrames([head]);
  prepare(bare);
  bare.step(40);
  return found;
}

const push = (frame: string): string => `
  ld t0, (a0)
  sd t0, (${frame})
  sd ${frame}, (a0)`;
const pop = `
  ld t1, (a0)
  ld t0, (t1)
  sd t0, (a0)`;
const dirty = (frame: string): string => `
  sd a0, 8(${frame})
  sd a0, 16(${frame})`;

describe('the machine tells of a store to a free frame', () => {
  test.each([
    ['the first one after it was freed', push('a1') + dirty('a1'), [first + 8]],
    ['also where others were freed since', push('a1') + push('a2') + dirty('a1'), [first + 8]],
    [
      'again when it was taken and freed',
      push('a1') + dirty('a1') + pop + push('a1') + dirty('a1'),
      [first + 8, first + 8],
    ],
    ['a value in its first word that is no link', `${push('a1')}\n li t2, 5\n sd t2, (a1)`, [first]],
  ])('%s', (_, code, expected) => {
    expect(told(dirty('a1') + code)).toEqual(expected);
  });

  test('also while the kernel has no page table yet', () => {
    const bare = ({ machine }: BareMachine): void => machine.harts[0]!.write('satp', 0n);
    expect(told(dirty('a1') + push('a1') + dirty('a1'), bare)).toEqual([first + 8]);
  });

  test.each([
    ['a frame that is not free', push('a1') + dirty('a3')],
    ['a frame that was taken', push('a1') + push('a2') + pop + dirty('a2')],
    ['what fills a frame before it is freed', dirty('a1') + push('a1')],
    ['a link', `${push('a1') + push('a2')}\n sd a3, (a1)\n sd zero, (a2)`],
  ])('but not of one to %s', (_, code) => {
    expect(told(dirty('a1') + dirty('a2') + code)).toEqual([]);
  });

  test('that was linked to others before the head led there, once the lists are read', () => {
    const linked = (bare: BareMachine): void => {
      const { machine } = bare;
      const words = new DataView(machine.ram.bytes.buffer, machine.ram.bytes.byteOffset);
      words.setUint32(bare.label('head') - 0x80000000, first, true);
      words.setUint32(first - 0x80000000, second, true);
      machine.watch.learnFreeFrames();
    };
    expect(told(dirty('a2') + dirty('a3'), linked)).toEqual([second + 8]);
  });
});

test('each becomes a row with its frame', async () => {
  const { free_frame_write: rows } = await translated({}, [
    { kind: RecordKind.freeFrameStore, context: 5, a: first + 24 },
  ]);
  expect(pick(rows, 'pid', 'frame', 'address')).toEqual([[5, first, first + 24]]);
});
