// A trace directory as the analyzer reads it: facts of the manifest, rows, and what is cut off.
import { mkdtempSync, rmSync, truncateSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { checkTrace } from '../../analyzer/check.js';
import { traceSource } from '../../analyzer/trace-source.js';
import { openEventSink } from '../../tracer/arrow/index.js';
import { mkdirSync } from 'node:fs';
import type { OpenedTrace } from '../../tracer/directory/index.js';
import { eventFile, eventNames, type EventName, type EventOf } from '../../tracer/schema/index.js';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cowtrace-'));
  mkdirSync(join(folder, 'events'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Writes double frees of one frame, `count` of them, and every other kind empty. */
async function writeEvents(count: number): Promise<void> {
  const sink = await openEventSink(folder, eventNames);
  const file = sink.writer('frame_free')!;
  for (let index = 0; index < count; index++) {
    const row: EventOf<'frame_free'> = {
      seq: BigInt(index),
      cycle: BigInt(index * 10),
      hart: 0,
      pid: 1,
      span: 1,
      pc: 0x80001000n,
      frame: 0x87fff000n,
      free_frames: 5,
      already_free: 1,
      locks: 0,
      call_site: 0n,
    };
    file.append(row);
    if (index % 100 === 99) file.flush();
  }
  sink.close();
}

function opened(rows: number, mayHaveGaps = false): OpenedTrace {
  const files = { 'events/frame_free.arrows': { bytes: 0, sha256: '', rows } };
  const manifest = {
    program: 'cowtest',
    arguments: ['-q'],
    stopReason: 'prompt',
    toolVersion: '1',
    machine: { harts: 3, memoryBytes: 2 ** 27 },
    digests: { kernel: 'ab' },
    lostEvents: 0,
    files,
  } as unknown as NonNullable<OpenedTrace['manifest']>;
  const eventPath = (kind: EventName): string => join(folder, eventFile(kind));
  const incompleteBecause = mayHaveGaps ? 'it was cut off' : undefined;
  return { path: folder, manifest, incompleteBecause, mayHaveGaps, kinds: new Set(eventNames), eventPath };
}

describe('a trace directory', () => {
  test('is judged from its files, with the facts of its manifest', async () => {
    await writeEvents(250);
    const source = traceSource(opened(250));
    expect(source.facts).toMatchObject({
      program: 'cowtest',
      arguments: '-q',
      end_reason: 'prompt',
      machine_harts: 3,
    });
    const result = await checkTrace(source, { only: ['no_double_free'] });
    expect(result.invariants[0]).toMatchObject({ status: 'violated', violationCount: 250 });
    expect(source.incomplete).toBeUndefined();
  });

  test('is incomplete when a file ends early, and judged as far as it goes', async () => {
    await writeEvents(250);
    const path = join(folder, eventFile('frame_free'));
    truncateSync(path, statSync(path).size - 2000);
    const source = traceSource(opened(250));
    const { invariants } = await checkTrace(source, { only: ['no_double_free'] });
    expect(invariants[0].judged).toBeGreaterThan(0);
    expect(source.incomplete).toMatch(/^the frame_free events are cut off after \d+ rows$/);
  });

  test('is incomplete when there are fewer rows than the manifest says', async () => {
    await writeEvents(10);
    const source = traceSource(opened(11));
    const result = await checkTrace(source, {
      only: ['the_kernel_does_not_panic', 'no_mapped_frame_on_free_list'],
    });
    expect(source.incomplete).toBe('10 of 11 frame_free events can be read');
    expect(result).toMatchObject({ verdict: 'inconclusive', exitCode: 3 });
  });
});
