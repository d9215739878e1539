// Going forwards and backwards in a replay: steps, breakpoints and watchpoints, against what a plain replay shows.
import { describe, expect, it } from 'vitest';
import { Replayer } from '../../tracer/replay/index.js';
import { functionAddress, pcOf, serveFrames, sessionAt, type DebuggedRun } from '../support/debugged-run.js';
import { Random } from '../support/random.js';
import { temporaryDirectory } from '../support/temporary-directory.js';

const inside = temporaryDirectory();
const out = inside('frames.trace');
let run: DebuggedRun;

serveFrames(out, (served) => (run = served));

const hex = (value: bigint | number): string => value.toString(16);

/** What a hart has come to: where it is, and how much it has done. */
const progress = (hart: number): string => {
  const state = run.replay.machine.harts[hart];
  return [
    state.read('pc').toString(16),
    state.read('instret'),
    state.read('scause'),
    state.register(2),
  ].join();
};

async function each(count: number, act: () => Promise<string>): Promise<string[]> {
  const results: string[] = [];
  for (let index = 0; index < count; index++) results.push(await act());
  return results;
}

describe('steps', () => {
  it('backwards undo steps forwards, hart by hart', async () => {
    const client = await sessionAt(run, 'uvmcopy');
    const own = run.replay.currentHart!;
    for (const [hart, count] of [
      [own, 12],
      [(own + 1) % 3, 4],
      [(own + 2) % 3, 4],
    ]) {
      await client.ask(`Hc${hart + 1}`);
      await client.ask('bs');
      const start = progress(hart);
      const step = async (packet: string): Promise<string> => {
        await client.ask(`Hc${hart + 1}`);
        await client.ask(packet);
        return progress(hart);
      };
      const back = await each(count, () => step('bs'));
      expect(new Set(back).size, `hart ${hart}`).toBe(count);
      const forth = await each(count, () => step(`vCont;s:${hart + 1}`));
      expect(forth, `hart ${hart}`).toEqual([...back.slice(0, -1).reverse(), start]);
    }
  });

  it('go to the hart’s last step before a position, wherever that is', async () => {
    const client = await run.connect();
    const { replay } = run;
    const random = new Random(3);
    for (let count = 0; count < 25; count++) {
      replay.seek(random.between(1e6, replay.end));
      const hart = random.between(0, 2);
      const [start, before] = [replay.cycle, progress(hart)];
      await client.ask(`Hc${hart + 1}`);
      await client.ask('bs');
      const { cycle } = replay;
      expect([replay.currentHart, progress(hart) === before], `hart ${hart} before ${start}`).toEqual([
        hart,
        false,
      ]);
      await client.ask(`vCont;s:${hart + 1}`);
      expect([replay.cycle, progress(hart)], `hart ${hart} before ${start}`).toEqual([cycle + 1, before]);
    }
  });

  it('move by one cycle when the hart has the turn', async () => {
    const client = await sessionAt(run, 'uvmcopy');
    const { replay } = run;
    for (let count = 0; count < 50; count++) {
      const { cycle, currentHart } = replay;
      const reply = await client.ask(`vCont;s:${currentHart! + 1};c`);
      expect(replay.cycle).toBe(cycle + 1);
      expect(pcOf(reply)).toBe(replay.machine.harts[currentHart!].read('pc'));
    }
  });

  it('through a range end where single steps would leave it', async () => {
    const client = await sessionAt(run, 'memset');
    const { replay } = run;
    const loop = functionAddress(run, 'memset');
    const hart = replay.currentHart!;
    const { high } = run.replay.kernel.debug.function('memset')!.ranges[0];
    const start = replay.cycle;
    const range = `vCont;r${hex(loop)},${hex(high)}:${hart + 1}`;
    const left = pcOf(await client.ask(range));
    const { cycle } = replay;
    const plain = await Replayer.open(out);
    plain.seek(start);
    const state = plain.machine.harts[hart];
    const inRange = (): boolean => state.read('pc') >= loop && state.read('pc') < high;
    while (inRange() || plain.currentHart !== hart) plain.run(plain.cycle + 1);
    expect([cycle, left]).toEqual([plain.cycle, state.read('pc')]);
    expect(cycle - start).toBeGreaterThan(4000);
  });

  it('end at the ends of the recording', async () => {
    const client = await run.connect();
    run.replay.seek(2);
    expect(await client.ask('bs')).toMatch(/^T05thread:\d;20/);
    expect(await client.ask('bs')).toMatch(/^T05thread:\d;20/);
    expect(await client.ask('bs')).toMatch(/replaylog:begin;/);
    expect(await client.ask('bc')).toMatch(/replaylog:begin;/);
    expect(run.replay.cycle).toBe(0);
    run.replay.seek(run.replay.end - 1);
    expect(await client.ask('vCont;c')).toMatch(/replaylog:end;/);
    expect(await client.ask('vCont;s:1')).toMatch(/replaylog:end;/);
    expect(run.replay.cycle).toBe(run.replay.end);
  });
});

/** Cycles at which any hart is about to execute an address, by single looks of a plain replay. */
async function visits(address: bigint, count: number): Promise<number[]> {
  const replay = await Replayer.open(out);
  const found: number[] = [];
  replay.machine.stops.setVirtualBreakpoint(address, () => {
    found.push(replay.machine.cycle());
    return found.length === count;
  });
  replay.run(Infinity);
  return found;
}

describe('breakpoints', () => {
  it('are met in the same places forwards and backwards', async () => {
    const address = functionAddress(run, 'page_make_writable');
    const expected = await visits(address, 6);
    const client = await run.connect();
    run.replay.seek(0);
    await client.ask(`Z0,${hex(address)},2`);
    const forward = await each(6, async () => {
      expect(await client.ask('vCont;c')).toMatch(/swbreak:;/);
      return String(run.replay.cycle);
    });
    expect(forward.map(Number)).toEqual(expected);
    const backward = await each(5, async () => {
      expect(await client.ask('bc')).toMatch(/swbreak:;/);
      return String(run.replay.cycle);
    });
    expect(backward.map(Number)).toEqual(expected.slice(0, -1).reverse());
    expect(await client.ask('bc')).toMatch(/replaylog:begin;/);
  });

  it('in programs are met by whoever executes that address', async () => {
    const expected = await visits(0n, Infinity);
    expect(expected.length).toBeGreaterThan(2);
    const client = await run.connect();
    run.replay.seek(0);
    await client.ask('Z1,0,2');
    const forward = await each(expected.length, async () => {
      expect(await client.ask('vCont;c')).toMatch(/hwbreak:;.*20:0000000000000000;/);
      return String(run.replay.cycle);
    });
    expect(forward.map(Number)).toEqual(expected);
  });

  it('of harts that are not resumed stop nobody', async () => {
    const client = await sessionAt(run, 'uvmcopy');
    const hart = run.replay.currentHart!;
    const { cycle } = run.replay;
    await client.ask(`Z0,${hex(functionAddress(run, 'mappages'))},2`);
    const other = ((hart + 1) % 3) + 1;
    expect(await client.ask(`vCont;s:${other}`)).not.toMatch(/swbreak/);
    run.replay.seek(cycle);
    expect(await client.ask(`vCont;s:${other};c`)).toMatch(/swbreak/);
  });
});

describe('watchpoints', () => {
  /** Steps that change the first word of the free list, by a plain replay from a cycle on. */
  async function changes(from: number, count: number): Promise<number[]> {
    const replay = await Replayer.open(out);
    const found: number[] = [];
    replay.seek(from);
    const onAccess = (): boolean => {
      found.push(replay.machine.cycle());
      return found.length === count;
    };
    const address = replay.kernel.profile.freeList!.heads[0];
    replay.machine.stops.addWatchpoint({ address, bytes: 8, loads: false, stores: true, onAccess });
    replay.run(Infinity);
    return found;
  }

  it('stop before the store going forwards, behind it going backwards', async () => {
    const client = await sessionAt(run, 'uvmcopy');
    const { replay } = run;
    const [head] = replay.kernel.profile.freeList!.heads;
    const expected = await changes(replay.cycle, 5);
    await client.ask(`Z2,${hex(head)},8`);
    const forward = await each(5, async () => {
      expect(await client.ask('vCont;c')).toContain(`watch:${hex(head)};`);
      return String(replay.cycle);
    });
    expect(forward.map(Number)).toEqual(expected);
    const backward = await each(4, async () => {
      expect(await client.ask('bc')).toContain(`watch:${hex(head)};`);
      return String(replay.cycle);
    });
    expect(backward.map(Number)).toEqual(
      expected
        .slice(0, -1)
        .reverse()
        .map((cycle) => cycle + 1),
    );
  });

  /** Cycle and address of a device's write of 8 bytes that change RAM, found by halves. */
  async function deviceWrite(from: number): Promise<{ cycle: number; address: number }> {
    const replay = await Replayer.open(out);
    const { stops, ramRange } = replay.machine;
    let [address, bytes, until] = [ramRange.start, ramRange.end - ramRange.start, replay.end];
    const isWritten = (): boolean => {
      let seen = false;
      const onAccess = ({ byDevice }: { byDevice: boolean }): boolean => (seen ||= byDevice);
      const watchpoint = { address, bytes, loads: false, stores: true, onAccess };
      stops.addWatchpoint(watchpoint);
      replay.run(until);
      stops.removeWatchpoint(watchpoint);
      return seen;
    };
    replay.seek(from);
    expect(isWritten()).toBe(true);
    const { cycle } = replay;
    until = cycle + 1;
    for (bytes /= 2; bytes >= 8; bytes /= 2) {
      replay.seek(cycle - 1);
      if (!isWritten()) address += bytes;
    }
    return { cycle, address };
  }

  it('see what devices write, at the cycle before which they do', async () => {
    const { cycle, address } = await deviceWrite(54e6);
    const client = await run.connect();
    const { replay } = run;
    replay.seek(cycle - 1000);
    await client.ask(`Z2,${hex(address)},8`);
    expect(await client.ask('vCont;c')).toContain(`watch:${hex(address)};`);
    expect(replay.cycle).toBe(cycle);
    replay.seek(cycle + 2);
    expect(await client.ask('bc')).toContain(`watch:${hex(address)};`);
    expect(replay.cycle).toBe(cycle + 1);
  });

  it('tell loads from stores', async () => {
    const client = await sessionAt(run, 'kalloc');
    const { replay } = run;
    const [head] = replay.kernel.profile.freeList!.heads;
    const start = replay.cycle;
    for (const [packet, word] of [
      ['2', 'watch'],
      ['3', 'rwatch'],
      ['4', 'awatch'],
    ]) {
      replay.seek(start);
      await client.ask(`Z${packet},${hex(head)},8`);
      expect(await client.ask('vCont;c')).toContain(`;${word}:${hex(head)};`);
      await client.ask(`z${packet},${hex(head)},8`);
    }
  });

  it('need memory', async () => {
    const client = await sessionAt(run, 'uvmcopy');
    expect(await client.ask('Z2,10000000,8')).toMatch(/^E.*not in RAM/);
    expect(await client.ask('Z2,7fffffff000,8')).toMatch(/^E.*not in RAM/);
  });
});
