// Naming a moment of a run: every form, and one sentence for every mistake.
import { beforeAll, describe, expect, it } from 'vitest';
import { programElf } from '../../fixtures/index.js';
import { readEventFile } from '../../tracer/arrow/index.js';
import { openTrace, readTraceDisk } from '../../tracer/directory/index.js';
import { programCode, UserPrograms } from '../../tracer/moment/index.js';
import {
  findPosition,
  functionPlace,
  linePlace,
  parsePosition,
  Replayer,
  type PositionSource,
} from '../../tracer/replay/index.js';
import { record } from '../support/recorded-run.js';
import { temporaryDirectory } from '../support/temporary-directory.js';

const inside = temporaryDirectory();
const out = inside('frames.trace');
let source: PositionSource;

beforeAll(async () => {
  await record({ out, program: ['frames'], machine: { harts: 1 } });
  const replay = await Replayer.open(out);
  const violations = [{ cycle: 1000, frame: 0x80201000n }, { cycle: 2000 }];
  const trace = openTrace(out);
  const programs = new UserPrograms(readTraceDisk(trace), programElf);
  source = {
    ...{ trace, replay, violations: () => Promise.resolve(violations) },
    program: (name) => programCode({ trace, replay, programs }, name),
  };
});

describe('a position', () => {
  it.each([
    ['1200000', 1_200_000],
    ['1.2M', 1_200_000],
    ['1,200,000', 1_200_000],
    ['1.2e6', 1_200_000],
    ['1e+6', 1_000_000],
    ['0x1000', 4096],
    ['start', 0],
    ['violation:2', 2000],
    ['violation:2-500', 1500],
    ['+7', 5007],
    ['-1k', 4000],
  ])('%s is cycle %i', async (text, cycle) => {
    expect((await findPosition(text, source, 5000)).cycle).toBe(cycle);
  });

  it('is a part of the run, its end, or before that', async () => {
    const { end } = source.replay;
    const at = async (text: string): Promise<number> => (await findPosition(text, source, 0)).cycle;
    expect(await at('50%')).toBe(Math.floor(end / 2));
    expect([await at('end'), await at('100%'), await at('end-1000')]).toEqual([end, end, end - 1000]);
  });

  it('is that of an event, with the frame or address it is about', async () => {
    const fault = await findPosition('event:page_fault:2', source, 0);
    expect(await findPosition('event page_fault:2', source, 0)).toEqual(fault);
    expect(await findPosition('page_fault:2', source, 0)).toEqual(fault);
    expect(fault.va).toBeGreaterThan(0n);
    expect((await findPosition('frame_alloc', source, 0)).frame).toBeGreaterThan(0x80000000n);
    expect((await findPosition('violation:1', source, 0)).frame).toBe(0x80201000n);
  });

  it('is about the frame that an entry led to, also where the entry goes', async () => {
    let row = 0;
    let before = 0n;
    for (const { columns, rows } of readEventFile(source.trace.eventPath('pte_write'), 'pte_write')) {
      const gone = columns['after'].values.subarray(0, rows).findIndex((after) => BigInt(after) === 0n);
      row += gone < 0 ? rows : gone + 1;
      if (gone >= 0) before = BigInt(columns['before'].values[gone]);
      if (gone >= 0) break;
    }
    const { frame } = await findPosition(`event:pte_write:${row}`, source, 0);
    expect([before & 1n, frame]).toEqual([1n, (before >> 10n) << 12n]);
  });

  it('is that of a reading of frames, in any case or in one', async () => {
    const at = async (text: string): Promise<number> => (await findPosition(text, source, 0)).cycle;
    expect(await at('marker:v1')).toBe(await at('marker:1/v1'));
    expect(await at('marker:2/v1')).toBeGreaterThan(await at('marker:1/v3'));
    expect(await at('marker:2/v1')).toBeGreaterThan(await at('marker:102'));
  });

  it('is where the console has shown a text, for the first time or a later one', async () => {
    const first = await findPosition('console:"ok"', source, 0);
    const second = await findPosition('console:ok#2', source, 0);
    expect(second.cycle).toBeGreaterThan(first.cycle);
  });

  describe('in the code', () => {
    /** The cycles at which hart `hart` executes an address, by stopping there each time. */
    function passes(address: bigint): number[] {
      const { replay } = source;
      const cycles: number[] = [];
      const { stops } = replay.machine;
      replay.seek(0);
      stops.setBreakpoint(Number(address), () => cycles.push(replay.cycle) < 0);
      replay.run(replay.end);
      stops.setBreakpoint(Number(address), undefined);
      return cycles;
    }
    const at = async (text: string): Promise<number> => (await findPosition(text, source, 0)).cycle;

    it('is the entry of a function, counted from power-on wherever the replay is', async () => {
      const { replay } = source;
      const entries = passes(replay.kernel.debug.function('uvmcopy')!.low);
      expect(entries.length).toBeGreaterThan(2);
      expect([await at('uvmcopy'), await at('function:uvmcopy:2')]).toEqual(entries.slice(0, 2));
      expect(replay.cycle).toBe(entries[1]);
      expect(await at('uvmcopy:1+10')).toBe(entries[0] + 10);
      expect((await findPosition('uvmcopy:2', source, 0)).what).toBe('entry 2 of uvmcopy');
      // Code that is executed at another address than it is linked at.
      expect(await at('uservec')).toBeGreaterThan(await at('main'));
    });

    it('is a function before it is an event kind of that name', async () => {
      expect(await at('kalloc:2')).toBe(await at('function:kalloc:2'));
      expect(await at('event:kalloc:2')).toBeGreaterThan(await at('kalloc:2'));
      // The row is made when the function returns.
      expect(await at('event:kalloc:2')).toBeLessThan(await at('kalloc:3'));
    });

    it('is in a program, and only while a process executes that one', async () => {
      const { replay } = source;
      const { debug } = source.program!('frames')!;
      const main = debug.function('main')!.low;
      const [hart] = replay.machine.harts;
      const shell = await at('sh:main');
      const entry = await at('frames:main');
      expect([hart.read('pc'), hart.read('mode'), shell < entry]).toEqual([main, 0n, true]);
      // Programs are linked at the same addresses.
      const { line } = debug.locationOf(main)!;
      expect(await at(`frames:frames.c:${line}-3`)).toBe(entry - 3);
      await expect(at('frames:main:2')).rejects.toThrow(
        'there is no frames:main:2: the last is frames:main:1',
      );
    });

    it('leaves no breakpoint behind', async () => {
      await at('uvmcopy');
      expect(source.replay.run(source.replay.end)).not.toBe('requested');
    });

    it('is a line, once a pass over it', async () => {
      const { debug } = source.replay.kernel;
      const { file, line } = debug.locationOf(debug.function('uvmcopy')!.low)!;
      const short = file.slice(file.lastIndexOf('/') + 1);
      expect(await at(`${short}:${line}`)).toBe(await at('uvmcopy'));
      expect(await at(`${file}:${line}:2 - 5`)).toBe((await at('uvmcopy:2')) - 5);
      expect((await findPosition(`${short}:${line}`, source, 0)).what).toBe(`arrival 1 at ${short}:${line}`);
    });

    it('is where a function was inlined', async () => {
      const { debug } = source.replay.kernel;
      const code = { who: 'the kernel', debug };
      const inlined = debug.functions
        .flatMap((one) => one.inlined)
        .filter(({ name }) => debug.function(name) === undefined);
      const places = inlined.map(({ name }) => functionPlace(code, name)!);
      expect(places.length).toBeGreaterThan(0);
      for (const [index, { addresses }] of places.entries())
        expect(addresses).toContain(inlined[index].entry);
    });

    it('is the first instruction of a line in each function that was inlined, in another one too', () => {
      const { debug } = source.replay.kernel;
      const code = { who: 'the kernel', debug };
      const lines = debug.functions
        .flatMap((one) => one.inlined)
        .map(({ entry }) => debug.locationOf(entry)!)
        .filter(({ line, inlinedBy }) => line > 0 && inlinedBy.length > 1);
      expect(lines.length).toBeGreaterThan(0);
      for (const { file, line } of lines) {
        // By the calls they came through, and so by other words than the implementation's.
        const first = new Map<string, bigint>();
        for (const address of debug.linesOf(file, line)) {
          const { function: name, inlinedBy } = debug.locationOf(address)!;
          const key = JSON.stringify([name, inlinedBy, debug.functionAt(address)?.name]);
          if (!first.has(key)) first.set(key, address);
        }
        expect(linePlace(code, file, line).addresses, `${file}:${line}`).toEqual([...first.values()]);
      }
    });

    it('is refused where there is none, and the replay stays where it was', async () => {
      const { replay } = source;
      replay.seek(1_234_567);
      const line = replay.kernel.debug.function('uvmcopy')!.line;
      for (const [text, message] of [
        ['uvmcoppy', "the kernel has no function 'uvmcoppy'; did you mean 'uvmcopy'?"],
        ['page_fualt:3', "the kernel has no function 'page_fualt'; did you mean 'page_fault'?"],
        ['uvmcopy:9999', 'there is no uvmcopy:9999: the last is uvmcopy:'],
        ['uvmcopy:0', "'uvmcopy:0' counts from 1"],
        [
          'panic_at_last',
          "the kernel has no function 'panic_at_last', and it is no other position; give a cycle",
        ],
        ['function:panic', 'the run never comes to panic'],
        ['cow.c:99999', 'cow.c:99999 has no code'],
        [`cow.c:${line - 1}`, `has no code; the nearest that has: `],
        ['frames:mian', "frames has no function 'mian'; did you mean 'main'?"],
        ['frames:vm.c:10', 'frames is made of no file vm.c; its files are '],
        ['nosuch:main', "the disk has no program 'nosuch' that can be read"],
        ['vmm.c:10', "the kernel is made of no file vmm.c; did you mean 'vm.c'?"],
      ])
        await expect(findPosition(text, source, 0), text).rejects.toThrow(message);
      expect(replay.cycle).toBe(1_234_567);
    });
  });

  it.each([
    [
      'no where',
      "'no where' is no position; give a cycle (1200000000, 1.2G, 0x1000), 50%, end, violation:1,",
    ],
    ['1.2X', "'1.2X' is no position"],
    ['50%-x', "'50%-x' ends in no number of cycles"],
    ['101%', "'101%' is beyond the end of the run; the last position is 100%"],
    ['violation:0', "'violation:0' counts from 1: the first is violation:1"],
    ['violation:3', 'there is no violation:3: the last is violation:2, at cycle 2000'],
    ['event:page_fualt', "there is no event kind 'page_fualt'; did you mean 'page_fault'?"],
    ['event:nothing', "there is no event kind 'nothing'; the kinds are trap, "],
    ['event:page_fault:999', 'there is no event:page_fault:999: the last is event:page_fault:'],
    ['event:panic', 'there is no event:panic:1: the run has no panic events'],
    ['marker:v42', 'there is no marker:v42: the nearest is marker:v'],
    ['marker:9/v1', 'there is no marker:9/v1: the run has no such case'],
    ['console:never', 'the console never shows "never"'],
    ['console:ok#99', 'times; the last is console:"ok"#'],
    ['-6000', '-6000 is 1000 cycles before the beginning; the first position is 0'],
    ['900G', '900G is cycle 900000000000, and the run ends at '],
  ])('%s is refused', async (text, message) => {
    await expect(findPosition(text, source, 5000)).rejects.toThrow(message);
  });

  it('is refused in one sentence where the kind was not recorded', async () => {
    const few = inside('few.trace');
    await record({ out: few, program: [], kinds: ['process'], machine: { harts: 1 } });
    const without = { ...source, trace: openTrace(few) };
    await expect(findPosition('event:page_fault:1', without, 0)).rejects.toThrow('no page_fault events');
  });

  it('can be read without a run', () => {
    expect(parsePosition('50% + 10')).toEqual({ moment: { is: 'percent', percent: 50 }, offset: 10 });
    expect(parsePosition('console:"a-1"')).toEqual({
      moment: { is: 'console', text: 'a-1', number: 1 },
      offset: 0,
    });
  });
});
