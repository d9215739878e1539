// trace replay --gdb: what the command prints, which addresses it refuses, and the monitor commands that ask the trace.
import { beforeAll, describe, expect, it } from 'vitest';
import { trace } from '../support/command-line.js';
import { recordFrames } from '../support/debugged-run.js';
import { GdbClient } from '../support/gdb-client.js';
import { temporaryDirectory } from '../support/temporary-directory.js';

const inside = temporaryDirectory();
const out = inside('frames.trace');

beforeAll(() => recordFrames(out));

/** Serves the trace while `act` talks to it; `end` is how the command is brought to its end. */
async function served(act: (client: GdbClient) => Promise<void>, end: 'kill' | 'interrupt' = 'kill') {
  let acting: Promise<void> | undefined;
  const onOutput = (text: string, interrupt: () => void): void => {
    const [, port] = /target remote localhost:(\d+)/.exec(text) ?? [];
    if (port === undefined) return;
    acting = (async () => {
      const client = await GdbClient.connect(Number(port));
      try {
        await act(client);
        if (end === 'kill') await client.ask('k');
        else interrupt();
      } finally {
        client.close();
        if (end === 'kill') interrupt();
      }
    })();
  };
  const printed = await trace(['replay', out, '--to', '20%', '--gdb', '0'], { onOutput });
  await acting;
  return printed;
}

describe('trace replay --gdb', () => {
  it('serves gdb at the position until it is killed, and tells of what was refused', async () => {
    const printed = await served(async (client) => {
      expect(await client.ask('?')).toMatch(/^T05/);
      expect(await client.ask('M80000000,1:00')).toMatch(/^E\./);
    });
    expect(printed).toMatchObject({
      exitCode: 0,
      stderr: expect.stringContaining('cannot be changed') as string,
    });
    expect(printed.stdout).toMatch(
      /^cycle 63019875 of \d+: waiting for gdb.*\n {2}target remote localhost:\d+\n {2}directory \//,
    );
  });

  it('ends at Ctrl-C', async () => {
    const { exitCode } = await served(async (client) => {
      expect(await client.ask('qAttached')).toBe('1');
    }, 'interrupt');
    expect(exitCode).toBe(0);
  });

  it('answers what the trace knows', async () => {
    await served(async (client) => {
      expect(await client.monitor('seek 50%')).toMatch(
        /^50% of the run: cycle 157549688\n.*flush register-cache\n$/,
      );
      expect(await client.monitor('when')).toContain('cycle 157,549,688 of');
      expect(await client.monitor('seek -1000')).toContain('cycle 157548688\n');
      expect(await client.monitor('seek nowhere')).toMatch(/nowhere/);
      expect(await client.monitor('events 3')).toMatch(/console output/);
      expect(await client.monitor('frame 0x80f70000')).toMatch(/mapped \d+ times by processes/);
      expect(await client.monitor('frame')).toMatch(/^frame wants a physical address/);
      expect(await client.monitor('show regs')).toMatch(/\bsatp\b/);
      expect(await client.monitor('show nothing')).toMatch(/no part 'nothing' to show/);
      expect(await client.monitor('violations')).toBe('the run violates no rule that could be judged\n');
      expect(await client.monitor('help')).toMatch(/^seek WHERE .*\n/m);
    });
  });

  it('goes to the entry of a function, and leaves the breakpoints of gdb as they were', async () => {
    await served(async (client) => {
      const seek = async (where: string): Promise<string> => client.monitor(`seek ${where}`);
      const cycleOf = (text: string): number => Number(/: cycle (\d+)\n/.exec(text)![1]);
      const second = cycleOf(await seek('uvmcopy:2'));
      const [, pc] = /;20:([\da-f]{16});/.exec((await client.ask('?'))!)!;
      const address = Buffer.from(pc, 'hex').readBigUInt64LE().toString(16);
      await client.ask(`Z0,${address},2`);
      await seek('uvmcopy:1+1');
      expect(await client.ask('vCont;c')).toMatch(/swbreak/);
      expect(await client.monitor('when')).toContain(`cycle ${second.toLocaleString('en')} of`);
    });
  });

  it.each([
    ['0.0.0.0:26000', /would let other machines in/],
    ['example.org:1', /would let other machines in/],
    ['gdb', /is no \[HOST:\]PORT/],
    ['65536', /is no \[HOST:\]PORT/],
  ])('refuses %s', async (address, why) => {
    const { exitCode, stderr } = await trace(['replay', out, '--gdb', address]);
    expect([exitCode, stderr]).toEqual([2, expect.stringMatching(why)]);
  });

  it('refuses to print a page besides, and a port that is taken', async () => {
    expect((await trace(['replay', out, '--gdb', '0', '--json'])).stderr).toMatch(/prints no page/);
    await served(async () => {
      const { createServer } = await import('node:net');
      const other = createServer();
      await new Promise<void>((resolve) => other.listen(0, 'localhost', resolve));
      const { port } = other.address() as { port: number };
      const { exitCode, stderr } = await trace(['replay', out, '--to', '1', '--gdb', String(port)]);
      other.close();
      expect([exitCode, stderr]).toEqual([2, expect.stringMatching(/is taken/)]);
    });
  });
});
