// trace replay: the page of a moment.
import { writeFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import { eventWords } from '../../commands/replay/event-words.js';
import { writeDiskImage } from '../../tracer/disk-image/index.js';
import { trace } from '../support/command-line.js';
import { undocumentedKeys } from '../support/json-keys.js';
import { temporaryDirectory } from '../support/temporary-directory.js';

const inside = temporaryDirectory();
const recorded = inside('frames.trace');

beforeAll(async () => {
  const words = ['run', '--memory', '16', '--harts', '2', '--quiet', '--out', recorded, 'frames', '1'];
  expect((await trace(words)).exitCode).toBe(0);
});

const replay = (...words: string[]) => trace(['replay', recorded, ...words]);

async function firstCycle(sql: string): Promise<string> {
  const { stdout } = await trace(['query', recorded, '--format', 'csv', '--limit', '1', sql]);
  return stdout.split('\r\n')[1];
}

describe('the page of a page fault', () => {
  test('tells who is where in the source, how it came there, and who shares the page', async () => {
    const { exitCode, stdout, stderr } = await replay('--to', 'event:page_fault:2');
    expect([exitCode, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(
      /^page_fault 2: cycle [\d,]+ \(\d+\.\d% of the run\)\n {2}hart \d, process 3 \(frames\), user/,
    );
    expect(stdout).toMatch(/^ {2}> +\d+ {2}.*settle_parent/m);
    expect(stdout).toMatch(/#1 +0x[\da-f]+ +case_one \(fixtures\/programs\/frames\.c:\d+\)\n/);
    expect(stdout).toMatch(/#\d +0x[\da-f]+ +run \(.*\) {2}\(inlined\)\n/);
    expect(stdout).toMatch(
      /mapped 2 times by processes; its count is 2\n {4}process 3 \(frames\) at 0x[\da-f]+: read, bit/,
    );
    expect(stdout).toMatch(/0x0 to 0x1fff +2 pages +read execute /);
    expect(stdout).toMatch(/fork returns 4\n/);
    for (const line of stdout.split('\n')) expect(line.length, line).toBeLessThanOrEqual(100);
  });

  test('has the state before the fault, and the other state a few cycles later', async () => {
    const at = async (where: string) => JSON.parse((await replay('--to', where, '--json')).stdout);
    const before = await at('event:page_fault:2');
    const after = await at('event:page_fault:2+1');
    expect([before.hart.mode, after.hart.mode]).toEqual(['user', 'supervisor']);
    expect(after.registers.scause).toBe('0xf');
    expect(after.registers.sepc).toBe(before.registers.pc);
    expect(after.cycle).toBe(before.cycle + 1);
    // Of mstatus, sstatus shows neither the width of supervisor mode nor the mode before a machine trap.
    expect(BigInt(after.registers.sstatus) & 0xc_0000_1800n).toBe(0n);
  });
});

test('a count is that before the change, not after it', async () => {
  const sql = 'SELECT before FROM refcount_change ORDER BY seq';
  const { stdout } = await trace(['query', recorded, '--format', 'csv', sql]);
  const before = stdout.split('\r\n').slice(1).map(Number);
  const number = before.findIndex((count, row) => row > 0 && count > 0) + 1;
  const page = await replay('--to', `event:refcount_change:${number}`, '--show', 'frame', '--json');
  expect(JSON.parse(page.stdout).frame.count).toBe(before[number - 1]);
});

describe('the backtrace', () => {
  test('goes from the kernel through the trap into the program', async () => {
    const sql = `SELECT k.cycle FROM kfree k JOIN kernel_span s ON s.id = k.span WHERE s.cause = 'wait' ORDER BY k.seq`;
    const { stdout } = await replay('--to', await firstCycle(sql), '--show', 'bt', '--json');
    const { stacks } = JSON.parse(stdout).hart;
    expect(stacks.map(({ of }: { of: string }) => of)).toEqual(['kernel', 'program']);
    const names = stacks.map(({ frames }: { frames: { function: string }[] }) =>
      frames.map((one) => one.function),
    );
    expect(names[0][0]).toBe('kfree');
    expect(names[0].at(-1)).toBe('usertrap');
    expect(names[1].length).toBeGreaterThan(1);
  });

  test('goes through an interrupt that the kernel took', async () => {
    const cycle = await firstCycle(
      'SELECT cycle FROM trap WHERE from_mode = 1 AND interrupt = 1 ORDER BY seq',
    );
    const { stdout } = await replay('--to', `${cycle}+60`, '--show', 'bt');
    expect(stdout).toMatch(
      /in the kernel\n(?: {4}#.*\n)* {4}#\d+ +0x[\da-f]+ +kernelvec .*\n {2}in the interrupted kernel\n/,
    );
    expect(stdout).toMatch(
      /in the interrupted kernel\n(?: {4}#.*\n)* {4}#\d+ .* scheduler .*\n {4}#\d+ .* main /,
    );
  });
});

describe('other parts', () => {
  test('show registers, instructions, memory and other harts', async () => {
    const parts = 'regs,disasm,harts,memory:0x80000000+32,memory:0x10+4';
    const { stdout } = await replay('--to', '10000', '--show', parts);
    expect(stdout).toMatch(/\n {2}pc +0x8[\da-f]+ +ra +0x/);
    expect(stdout).toMatch(/\n=> 0x8[\da-f]+ +[\da-f]{4,8} {2}\w+/);
    expect(stdout).toMatch(/\n {2}0x80000010 +(?:[\da-f]{2} ){16}/);
    expect(stdout).toContain('the 4 bytes from 0x10 on are not mapped to memory');
    expect(stdout).toMatch(/\n {2}hart \d: no process, (?:machine|supervisor) mode/);
    expect(stdout).not.toContain('backtrace');
  });

  test('of the last events are as many as asked for', async () => {
    const { stdout } = await replay('--to', 'end', '--show', 'events:3');
    expect(stdout.split('last events\n')[1].trimEnd().split('\n')).toHaveLength(3);
  });

  test('tell an entry that leads to a table from one that maps a page', () => {
    const write = (level: bigint, after: bigint): string => {
      const columns = { va: 0x4000n, level, before: 0n, after };
      return eventWords({ kind: 'pte_write', seq: 1, cycle: 1, hart: 0, pid: 1, pc: 0n, columns });
    };
    expect(write(1n, (0x80f81n << 10n) | 1n)).toBe('pages from 0x4000: not mapped -> table 0x80f81000');
    expect(write(1n, (0x80e00n << 10n) | 0x17n)).toBe('pages from 0x4000: not mapped -> read write');
    expect(write(0n, (0x80f81n << 10n) | 0x13n)).toBe('page 0x4000: not mapped -> read');
  });

  test('are in the document, each with an explanation', async () => {
    const parts = 'source,bt,regs,pagetable,frame,events,harts,disasm,memory:0x10+4';
    const { stdout } = await replay('--to', 'event:page_fault:2', '--show', parts, '--json');
    const document = JSON.parse(stdout);
    expect(undocumentedKeys(document, 'trace replay')).toEqual([]);
    expect(document).toMatchObject({ version: 1, frame: { count: 2, sharers: [{}, {}] } });
    expect(document.memory).toEqual([{ address: '0x10', bytes: expect.stringMatching(/^[\da-f]{8}$/) }]);
    const addresses = document.instructions.map(({ address }: { address: string }) => address);
    expect(addresses).toContain(document.registers.pc);
  });

  test('that do not exist are refused', async () => {
    for (const [show, message] of [
      ['all', "there is no part 'all' to show; --show takes source, bt, "],
      ['memory:here+4', "'memory:here+4' is no memory to show; give memory:ADDR+LEN"],
      ['events:0', "'events:0' is no number of events"],
    ]) {
      const { exitCode, stderr } = await replay('--show', show);
      expect([exitCode, stderr]).toEqual([2, expect.stringContaining(message)]);
    }
  });

  test('are in colour on a terminal, unless NO_COLOR is set', async () => {
    const words = ['replay', recorded, '--to', '1000', '--show', 'bt'];
    expect((await trace(words, { terminal: true })).stdout).toContain('\x1b[1m');
    expect((await trace(words, { terminal: true, environment: { NO_COLOR: '1' } })).stdout).not.toContain(
      '\x1b',
    );
  });
});

test('a function of the kernel and a line are moments', async () => {
  const { stdout } = await replay('--to', 'uvmcopy:2', '--show', 'bt');
  expect(stdout).toMatch(/^entry 2 of uvmcopy: cycle [\d,]+ /);
  expect(stdout).toMatch(/#0 +0x[\da-f]+ +uvmcopy \(fixtures\/kernel\/cow\.c:\d+\)\n/);
  const [, line] = /cow\.c:(\d+)\)/.exec(stdout)!;
  const page = await replay('--to', `cow.c:${line}:2`, '--show', 'source');
  expect(page.stdout).toMatch(
    new RegExp(`^arrival 2 at cow\\.c:${line}: .*\n.*\n\nsource\n(?:.*\n)*  > +${line}  `),
  );
});

test('Ctrl-C ends the way to a moment', async () => {
  const onOutput = (text: string, press: () => void): void => {
    if (text.includes('replaying')) press();
  };
  const words = ['replay', recorded, '--to', 'function:panic'];
  const printed = await trace(words, { onOutput, terminal: true });
  expect(printed).toMatchObject({ exitCode: 130, stdout: '' });
  expect(printed.stderr).toMatch(/interrupted at cycle \d+/);
});

test('a moment that does not exist, or a trace, is refused', async () => {
  expect(await replay('--to', 'violation:7')).toMatchObject({ exitCode: 2, stdout: '' });
  expect((await trace(['replay', inside('none.trace')])).exitCode).toBe(65);
});

describe('a run that violates a rule', () => {
  const out = inside('panicked.trace');
  let printed: string;
  beforeAll(async () => {
    const disk = inside('empty.img');
    // A disk without init, so that the kernel panics.
    writeFileSync(disk, writeDiskImage([]));
    const words = ['run', '--memory', '16', '--harts', '1', '--quiet', '--disk', disk, '--out', out];
    printed = (await trace(words)).stdout;
  });

  test('names the command that shows the moment, and that shows it', async () => {
    expect(printed).toMatch(/\nnext: trace replay \S+panicked\.trace --to \d+\n$/);
    const page = await trace(['replay', out, '--to', 'violation:1']);
    expect(page.stdout).toMatch(/^violation 1 \(panic: .*\): cycle [\d,]+/);
    expect(page.stdout).toMatch(/#0 +0x[\da-f]+ +panic \(fixtures\/kernel\/printf\.c:\d+\)\n/);
    expect(page.exitCode).toBe(0);
  });

  test('has the calls under way at its panic', async () => {
    const sql = 'SELECT "function" FROM panic_call JOIN location ON address = call_site ORDER BY depth';
    const calls = await trace(['query', out, sql, '--format', 'csv']);
    expect(calls.stdout).toContain('first_return');
  });

  test('is told of as far as --disclose says', async () => {
    const told = async (disclose: string) =>
      trace(['replay', out, '--to', 'violation:1', '--disclose', disclose]);
    const why = (await told('why')).stdout;
    const [, rule] = /\n {2}it breaks the rule: (.*)\n {2}(?:look first at .*\n {2})?hint: /.exec(why)!;
    const where = await told('where');
    expect(where.stdout).toMatch(
      new RegExp(`^violation 1 \\(panic: .*\\n.*\\n {2}it breaks the rule: ${rule}\\n\\n`),
    );
    expect(await told('what')).toMatchObject({
      exitCode: 2,
      stdout: '',
      stderr: expect.stringContaining('--disclose what tells of no moment') as string,
    });
  });
});
