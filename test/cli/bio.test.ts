// trace bio on a recorded run.
import { beforeAll, describe, expect, test } from 'vitest';
import { trace } from '../support/command-line.js';
import { undocumentedKeys } from '../support/json-keys.js';
import { temporaryDirectory } from '../support/temporary-directory.js';

const inside = temporaryDirectory();
const recorded = inside('frames.trace');

beforeAll(async () => {
  const words = ['run', '--memory', '16', '--harts', '1', '--quiet', '--out', recorded, 'frames', '1'];
  expect((await trace(words)).exitCode).toBe(0);
});

/** A frame that was copied by a store fault, the copy, and where. */
async function copiedFrame(): Promise<{ frame: string; copy: string; pid: string; va: string }> {
  const sql = `SELECT printf('0x%x', frame) AS frame, printf('0x%x', other) AS copy, pid, printf('0x%x', va) AS va
    FROM frame_history WHERE what = 'fault' AND other <> frame AND outcome = 'resolved' ORDER BY cycle LIMIT 1`;
  const { stdout } = await trace(['query', recorded, '--format', 'csv', sql]);
  const [frame, copy, pid, va] = stdout.split('\r\n')[1].split(',');
  return { frame, copy, pid, va };
}

describe('the life of a frame', () => {
  test('reads like a story, with who, where and which line, within 100 columns', async () => {
    const { frame, copy, pid, va } = await copiedFrame();
    const { exitCode, stdout, stderr } = await trace(['bio', recorded, frame]);
    expect([exitCode, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(new RegExp(`^frame ${frame}: taken`));
    expect(stdout).toContain(`store fault at ${va}: copied to frame ${copy}`);
    expect(stdout).toMatch(new RegExp(`process ${pid} \\(\\w+\\) on hart 0, handling a page fault`));
    expect(stdout).toMatch(/taken from the free list {2,}kalloc \(kalloc\.c:\d+\) from /);
    expect(stdout).toMatch(/count 1 -> 2 /);
    for (const line of stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(100);
    expect((await trace(['bio', recorded, copy])).stdout).toContain(`holds a copy of frame ${frame}`);
  });

  test('can be had by any address in it, and as JSON', async () => {
    const { frame } = await copiedFrame();
    const { stdout } = await trace(['bio', recorded, `0x${(BigInt(frame) + 8n).toString(16)}`, '--json']);
    const { version, frames } = JSON.parse(stdout);
    expect(undocumentedKeys(JSON.parse(stdout), 'trace bio')).toEqual([]);
    expect([version, frames.length, frames[0].frame]).toEqual([1, 1, frame]);
    const events = frames[0].lives.flatMap((life: { episodes: { events: unknown[] }[] }) =>
      life.episodes.flatMap((episode) => episode.events),
    );
    expect(events).toContainEqual(expect.objectContaining({ what: 'fault', access: 'store', frame }));
  });

  test('of a page tells of every frame that was mapped there', async () => {
    const { frame, copy, pid, va } = await copiedFrame();
    const { stdout } = await trace(['bio', recorded, '--pte', `${pid}:${va}`]);
    expect(stdout).toMatch(new RegExp(`^page 0x[\\da-f]+000 of process ${pid} `));
    expect(stdout).toContain(`\nframe ${frame}: `);
    expect(stdout).toContain(`\nframe ${copy}: `);
    const { stdout: json } = await trace(['bio', recorded, '--pte', `${pid}:${va}`, '--json']);
    expect(undocumentedKeys(JSON.parse(json), 'trace bio')).toEqual([]);
    const { page, frames } = JSON.parse(json);
    expect(page.pid).toBe(Number(pid));
    expect(frames.map((one: { frame: string }) => one.frame)).toEqual(expect.arrayContaining([frame, copy]));
  });
});

describe('what cannot be told', () => {
  test.each([
    [[], 'give a frame, such as 0x87f6a000, or a page'],
    [['0x80201000', '--pte', '3:0'], 'give a frame, such as 0x87f6a000, or a page'],
    [['here'], "'here' is no address of a frame"],
    [['0x1000'], "the trace knows nothing of frame 0x1000; the kernel's free list has held 0x80"],
    [['--pte', '3'], "'3' is no page of a process; give --pte PID:VA"],
    [['--pte', '3:0x100000'], 'page 0x100000 of process 3 was never mapped; the nearest that was is 0x'],
    [['--pte', '99:0x0'], 'the trace knows no page of a process 99; its processes are 1 to '],
  ])('%j', async (words, message) => {
    const { exitCode, stderr } = await trace(['bio', recorded, ...words]);
    expect([exitCode, stderr]).toEqual([2, expect.stringContaining(message)]);
  });

  test('is said of a trace without the events that tell of frames', async () => {
    const out = inside('few.trace');
    await trace(['run', '--memory', '16', '--quiet', '--events', 'process,kfree', '--out', out, 'echo', 'x']);
    const { exitCode, stderr } = await trace(['bio', out, '0x80201000']);
    expect([exitCode, stderr]).toEqual([
      2,
      expect.stringContaining('has no pte_write, page_table, frame_alloc'),
    ]);
  });
});
