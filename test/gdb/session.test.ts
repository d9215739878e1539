// What a client of the remote protocol sees of a replayed run, packet by packet.
import { describe, expect, it } from 'vitest';
import {
  debugged,
  functionAddress,
  pcOf,
  serveFrames,
  sessionAt,
  type DebuggedRun,
} from '../support/debugged-run.js';
import { GdbClient } from '../support/gdb-client.js';
import { temporaryDirectory } from '../support/temporary-directory.js';

const inside = temporaryDirectory();
const out = inside('frames.trace');
let run: DebuggedRun;

serveFrames(out, (served) => (run = served));

/** Where the replay is, and where its harts are. */
const place = (): string =>
  [run.replay.cycle, ...run.replay.machine.harts.map((hart) => hart.read('pc').toString(16))].join(' ');

const hex = (value: bigint | number): string => value.toString(16);

describe('a session', () => {
  it('says what it can, and is silent about the rest', async () => {
    const client = await run.connect();
    const supported = (await client.ask('qSupported:multiprocess+;swbreak+'))!.split(';');
    expect(supported).toEqual(expect.arrayContaining(['ReverseStep+', 'ReverseContinue+', 'swbreak+']));
    expect(await client.ask('vMustReplyEmpty')).toBe('');
    for (const packet of [
      '!',
      'R00',
      'vRun;',
      'vAttach;1',
      'QNonStop:1',
      'qTStatus',
      'jThreadsInfo',
      'Z9,0,1',
    ])
      expect(await client.ask(packet), packet).toBe('');
    expect(await client.ask('qAttached')).toBe('1');
    expect(await client.ask('vCont?')).toBe('vCont;c;C;s;S;r');
  });

  it('acknowledges, and repeats what was lost, until told not to', async () => {
    const client = await run.connect(true);
    client.send('$qAttached#00');
    client.send('+$qAttached#8f');
    expect(await client.next()).toBe('1');
    expect(client.signs).toEqual(['again', 'acknowledged']);
    client.send('-');
    expect(await client.next()).toBe('1');
  });

  it('describes every register, whole or in pieces', async () => {
    const client = await run.connect();
    const whole = (await client.ask('qXfer:features:read:target.xml:0,ffff'))!;
    expect(whole).toMatch(/^l<\?xml/);
    let pieces = '';
    for (let reply = 'm'; reply[0] === 'm'; pieces += reply.slice(1))
      reply = (await client.ask(`qXfer:features:read:target.xml:${hex(pieces.length)},123`))!;
    expect(pieces).toBe(whole.slice(1));
    const names = [...whole.matchAll(/<reg name="(\w+)"/g)].map(([, name]) => name);
    expect(new Set(names).size).toBe(names.length);
    expect(names.slice(0, 9)).toEqual(['zero', 'ra', 'sp', 'gp', 'tp', 't0', 't1', 't2', 'fp']);
    expect(names).toEqual(expect.arrayContaining(['pc', 'ft0', 'fcsr', 'satp', 'scause', 'mcycle', 'priv']));
    for (const [number, name] of names.entries()) {
      const digits = name === 'fflags' || name === 'frm' || name === 'fcsr' ? 8 : 16;
      expect(await client.ask(`p${hex(number)}`), name).toMatch(new RegExp(`^[0-9a-f]{${digits}}$`));
    }
    expect(await client.ask(`p${hex(names.length)}`)).toMatch(/^E/);
  });

  it('reads the registers of the hart that is selected', async () => {
    const client = await sessionAt(run, 'uvmcopy');
    for (const [hart, state] of run.replay.machine.harts.entries()) {
      expect(await client.ask(`Hg${hart + 1}`)).toBe('OK');
      const bytes = Buffer.from((await client.ask('g'))!, 'hex');
      const words = Array.from({ length: 33 }, (_, index) => bytes.readBigUInt64LE(8 * index));
      expect(words).toEqual(
        [...words.keys()].map((index) => (index < 32 ? state.register(index) : state.read('pc'))),
      );
    }
    expect(await client.ask('Hg9')).toMatch(/^E/);
    expect(await client.ask('T3')).toBe('OK');
  });

  it('names the harts as threads, with what they do', async () => {
    const client = await sessionAt(run, 'uvmcopy');
    expect(await client.ask('qfThreadInfo')).toBe('m1,2,3');
    expect(await client.ask('qsThreadInfo')).toBe('l');
    const hart = run.replay.currentHart!;
    const words = Buffer.from((await client.ask(`qThreadExtraInfo,${hart + 1}`))!, 'hex').toString();
    expect(words).toBe('process 1 (init), supervisor mode');
    expect(await client.ask('qXfer:threads:read::0,fff')).toContain(`name="hart ${hart}">${words}</thread>`);
  });

  it('reads memory as the hart sees it, its program’s too, and says where there is none', async () => {
    const client = await sessionAt(run, 'uvmcopy');
    const text = run.replay.machine.ram.read(0x80000000, 16);
    expect(await client.ask('m80000000,10')).toBe(Buffer.from(text).toString('hex'));
    expect(await client.ask('x80000000,10')).toBe(`b${Buffer.from(text).toString('latin1')}`);
    const [program, ...more] = [await client.ask('m0,10'), await client.ask('mffe,4')];
    expect(program).toMatch(/^[0-9a-f]{32}$/);
    expect(more).toEqual([expect.stringMatching(/^[0-9a-f]{8}$/)]);
    for (const nowhere of ['m10000000,4', 'm7fffffff000,8', 'mffffffffffffffff,1'])
      expect(await client.ask(nowhere), nowhere).toBe('E14');
    expect(await client.monitor('memory physical')).toBe('addresses are physical\n');
    expect(await client.ask('m0,10')).toBe('E14');
    expect(await client.ask('m80000000,10')).toBe(Buffer.from(text).toString('hex'));
    expect(await client.monitor('memory virtual')).toBe('addresses are virtual\n');
  });

  it('reads and watches the kernel’s memory also while a program runs', async () => {
    const client = await run.connect();
    const { machine } = run.replay;
    run.replay.seek(0);
    await client.ask('Z0,0,2');
    expect(pcOf(await client.ask('vCont;c'))).toBe(0n);
    await client.ask('z0,0,2');
    expect(run.replay.machine.harts[run.replay.currentHart!].read('mode')).toBe(0n);
    const text = Buffer.from(machine.ram.read(0x80000000, 16)).toString('hex');
    expect(await client.ask('m80000000,10')).toBe(text);
    const [head] = run.replay.kernel.profile.freeList!.heads;
    expect(await client.ask(`Z2,${hex(head)},8`)).toBe('OK');
    expect(await client.ask('vCont;c')).toContain(`watch:${hex(head)};`);
  });

  it('refuses to change the recording, and says so', async () => {
    const client = await sessionAt(run, 'uvmcopy');
    const [before, refused] = [place(), run.refusals()];
    for (const packet of [
      'M80000000,1:00',
      'X80000000,1:\x00',
      'P20=0000000000000000',
      `G${'0'.repeat(528)}`,
    ])
      expect(await client.ask(packet), packet).toMatch(/^E\..*read-only/);
    expect(run.refusals()).toBe(refused + 4);
    expect(place()).toBe(before);
  });

  it('answers nonsense with an error', async () => {
    const client = await run.connect();
    for (const packet of [
      'mxyz,1',
      'm80000000',
      'pzz',
      'Z0,80000000',
      'Hgzz',
      'qXfer:features:read:target.xml:0',
    ])
      expect(await client.ask(packet), packet).toMatch(/^E/);
    expect(await client.ask('?')).toMatch(/^T05/);
  });
});

describe('one client after another', () => {
  it('finds the replay where the last one left it, without its breakpoints', async () => {
    const first = await sessionAt(run, 'uvmcopy');
    await first.ask(`Z0,${hex(functionAddress(run, 'mappages'))},2`);
    const left = place();
    expect(await first.ask('D')).toBe('OK');
    const second = await run.connect();
    expect(await second.ask('?')).toMatch(/^T05/);
    expect(place()).toBe(left);
    expect(await second.ask('vCont;c')).toMatch(/replaylog:end;/);
  });

  it('does not let two in at a time', async () => {
    const first = await run.connect();
    const second = await GdbClient.connect(run.server.port, true);
    expect(await second.ask('?')).toBeUndefined();
    expect(await first.ask('?')).toMatch(/^T05/);
  });

  it('ends when a client kills the replay', async () => {
    const other = await debugged(out);
    const client = await GdbClient.connect(other.server.port);
    expect(await client.ask('k')).toBeUndefined();
    await other.server.closed;
    await expect(GdbClient.connect(other.server.port)).rejects.toThrow();
  });
});

describe('Ctrl-C', () => {
  it('stops what runs, and says so', async () => {
    const client = await run.connect();
    run.replay.seek(0);
    const stopped = client.ask('vCont;c');
    client.send('\x03');
    expect(await stopped).toMatch(/^T02/);
    expect(run.replay.cycle).toBeLessThan(run.replay.end);
    expect(await client.ask('?')).toMatch(/^T02/);
  });

  it('that comes when nothing runs is forgotten', async () => {
    const client = await sessionAt(run, 'uvmcopy');
    client.send('\x03');
    expect(pcOf(await client.ask('vCont;s:1'))).toBeGreaterThan(0n);
    expect(await client.ask('?')).toMatch(/^T05/);
  });
});

describe('monitor', () => {
  it('says where the replay is, why, and what it can be asked', async () => {
    const client = await sessionAt(run, 'uvmcopy');
    const when = await client.monitor('when');
    expect(when).toContain(`cycle ${run.replay.cycle.toLocaleString('en')} of`);
    expect(when).toMatch(/hart \d: 0x\w+ in uvmcopy, process 1 \(init\), supervisor mode, has the turn\n/);
    expect(await client.monitor('why')).toMatch(/^hart \d is about to execute .* 0x\w+\n$/);
    expect(await client.monitor('help')).toMatch(/^when .*\nwhy /);
    expect(await client.monitor('nonsense')).toBe(
      'there is no monitor command nonsense; monitor help lists them\n',
    );
  });

  it('shows the way of an address through the page tables', async () => {
    const client = await sessionAt(run, 'uvmcopy');
    const text = await client.monitor('pte 0x0');
    expect(text).toMatch(/0x0 in the table of hart \d \(satp\), root 0x8\w+\n[^]*is not mapped\n/);
    expect(text).toMatch(/in the table of process 1 \(init\)[^]*level 0: 0x\w+ at 0x8\w+ {2}V R X U A\n/);
    expect(await client.monitor('pte')).toMatch(/^pte wants an address/);
    expect(await client.monitor('pte 0x0 9')).toBe('there is no hart 9\n');
    expect(await client.monitor('pte 0x80000000 2')).toMatch(/table of hart 2 \(satp\)/);
  });
});
