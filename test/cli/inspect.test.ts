// trace inspect: what is found in a kernel, without running it.
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { builtinKernel } from '../../fixtures/index.js';
import { trace } from '../support/command-line.js';
import { undocumentedKeys } from '../support/json-keys.js';
import { temporaryDirectory } from '../support/temporary-directory.js';
import { tinyKernel } from '../support/tiny-kernel.js';

const inside = temporaryDirectory();

describe('the built-in kernel', () => {
  test('has everything', async () => {
    const { exitCode, stdout } = await trace(['inspect']);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^kernel {7}the built-in cow kernel\n/);
    expect(stdout).toMatch(
      /found {8}allocator {8}certain {2}kalloc at 0x[0-9a-f]+: by its name, and it takes/,
    );
    expect(stdout).toMatch(
      /fault handler {4}likely {3}usertrap at 0x[0-9a-f]+: it reads stval and calls kalloc/,
    );
    expect(stdout).toMatch(/programs {5}cat, cowtest, echo/);
    expect(stdout).not.toContain('no events');
    expect(stdout.split('\n').filter((line) => line.length > 100)).toEqual([]);
  });

  test('that copies has no counts', async () => {
    const { stdout } = await trace(['inspect', '--variant', 'eager', '--json']);
    const found = JSON.parse(stdout) as { eventsLost: string[]; missing: string[]; firstFreeFrame: string };
    expect(undocumentedKeys(found, 'trace inspect')).toEqual([]);
    expect(found.eventsLost).toEqual(['refcount_change']);
    expect(found.missing).toEqual([expect.stringContaining('no reference-count array found')]);
    expect(found.firstFreeFrame).toMatch(/^0x8[\da-f]{4}000$/);
    expect(found).toMatchObject({ version: 1, entry: '0x80000000' });
  });
});

describe('--profile', () => {
  test('says otherwise, and --json gives what to begin with', async () => {
    const { stdout } = await trace(['inspect', '--json']);
    const { profile } = JSON.parse(stdout) as {
      profile: { freeList: unknown; functions: { panic: string } };
    };
    expect([profile.freeList, profile.functions.panic]).toEqual([{ heads: ['kmem+24'] }, 'panic']);
    writeFileSync(inside('profile.json'), JSON.stringify({ ...profile, freeList: { heads: ['kmem+16'] } }));
    const said = await trace(['inspect', '--profile', inside('profile.json')]);
    expect(said.stdout).toMatch(/free list {8}certain {2}kmem\+16 at 0x[0-9a-f]+: the profile file says so/);
  });

  test('holds for a run, and for what is asked of its trace', async () => {
    writeFileSync(inside('none.json'), '{ "freeList": null }');
    const boot = ['run', '--profile', inside('none.json'), '--harts', '1', '--memory', '16', '--quiet'];
    await trace([...boot, '--out', inside('boot.trace')]);
    const asked = await trace([
      ...['replay', inside('boot.trace'), '--events', 'frame_alloc,kalloc'],
      ...['--out', inside('asked.trace')],
    ]);
    expect(asked.exitCode).toBe(0);
    expect(existsSync(inside('asked.trace/profile.json'))).toBe(true);
    for (const run of ['boot', 'asked'])
      expect(readdirSync(inside(`${run}.trace/events`)), run).toEqual(
        expect.not.arrayContaining(['frame_alloc.arrows']),
      );
    expect(readdirSync(inside('asked.trace/events'))).toContain('kalloc.arrows');
  });

  test.each([
    ['nowhere.json', 'nowhere.json cannot be read'],
    ['wrong.json', 'wrong.json has the unknown key "kmem"'],
  ])('%s is refused', async (name, message) => {
    writeFileSync(inside('wrong.json'), '{ "kmem": 1 }');
    const { exitCode, stderr } = await trace(['inspect', '--profile', inside(name)]);
    expect([exitCode, stderr]).toEqual([2, expect.stringContaining(message)]);
  });
});

describe('a kernel in a file', () => {
  test('needs no disk', async () => {
    mkdirSync(inside('kernel'));
    writeFileSync(inside('kernel/alone.elf'), builtinKernel('cow').kernel);
    const { exitCode, stdout } = await trace(['inspect', inside('kernel/alone.elf')]);
    expect(exitCode).toBe(0);
    expect(stdout.replaceAll(/\s+/g, ' ')).toContain('disk there is no fs.img beside');
  });

  test('without symbols is said to lose most events', async () => {
    writeFileSync(inside('tiny.elf'), tinyKernel('loops in silence'));
    const { exitCode, stdout } = await trace(['inspect', inside('tiny.elf')]);
    expect(exitCode).toBe(0);
    expect(stdout).toContain('no function kalloc: no kalloc events');
    expect(stdout).toMatch(/no events {4}page_fault, frame_alloc, frame_free, kalloc/);
  });

  test.each([
    [[inside('none')], 'there is no kernel '],
    [[inside('kernel/alone.elf'), '--variant', 'cow'], '--variant chooses among the built-in kernels'],
  ])('%j is refused', async (words, message) => {
    const { exitCode, stderr } = await trace(['inspect', ...words]);
    expect([exitCode, stderr]).toEqual([2, expect.stringContaining(message)]);
  });
});
