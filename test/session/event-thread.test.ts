// Events made in a thread of their own: the same files as without one, and every end that a run may come to.
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest';
import { UsageError } from '../../errors.js';
import { RecordKind } from '../../emulator/index.js';
import { attachProbes, findProfile, noQuestions } from '../../tracer/probes/index.js';
import { eventNames, type EventName } from '../../tracer/schema/index.js';
import { EventTranslation, openTaskSink, type EventTask } from '../../tracer/session/event-pipeline.js';
import { EventThread } from '../../tracer/session/event-thread.js';
import { commandsAhead } from '../../tracer/session/record-channel.js';
import { DebugInfo, parseElf } from '../../tracer/symbols/index.js';
import { CowRun } from '../support/cow-run.js';
import { differingParts } from '../support/differing-arrays.js';
import { builtinInput } from '../support/kernel-run.js';
import { bareProfile, encode, type RecordInput } from '../support/raw-records.js';
import { compileModule } from './compiled.js';

const { folder: compiled, entry } = compileModule('tracer/session/event-worker.ts');
const consumer = compileModule('analyzer/while-recording.ts');
afterAll(() => [compiled, consumer.folder].forEach((one) => rmSync(one, { recursive: true })));

let folder = '';
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'thread-'))));
afterEach(() => rmSync(folder, { recursive: true }));

const { kernel, kernelPath } = builtinInput('cow');
const debug = DebugInfo.parse(parseElf(kernel, kernelPath));
const profile = findProfile(debug);

/** A task that writes into a directory of its own. */
function taskFor(name: string, kinds: readonly EventName[], change: Partial<EventTask> = {}): EventTask {
  const place = join(folder, name);
  mkdirSync(join(place, 'events'), { recursive: true });
  const { referenceCounts, freeList, processes } = profile;
  const found = { referenceCounts, freeList: freeList!, processes: processes! };
  return { folder: place, kinds, profile: found, questions: noQuestions, kernel, kernelPath, ...change };
}

const marker = (index: number): RecordInput => ({ kind: RecordKind.marker, a: index, b: 7, context: 3 });
const bare = { profile: bareProfile };

describe('a thread that makes events', () => {
  test('makes the same files of a run as no thread, byte by byte', async () => {
    const run = new CowRun('frames');
    const change = { consumer: consumer.entry.href };
    const [ownTask, otherTask] = ['inline', 'thread'].map((name) => taskFor(name, eventNames, change));
    const inline = new EventTranslation(await openTaskSink(ownTask), ownTask, debug);
    const thread = new EventThread(entry).begin(otherTask);
    attachProbes(run.machine, profile, new Set(eventNames), () => {});
    run.machine.ring.setConsumer((view, from, to) => {
      inline.records(view, from, to);
      thread.records(view, from, to);
    });
    const known: number[] = [];
    while (run.prompts < 2) {
      run.runPiece();
      for (const events of [inline, thread]) events.flush();
      expect(thread.bytes).toBe(inline.bytes);
      known.push(thread.bytes);
    }
    const ends = [inline, thread].map((events) => {
      events.finish(run.machine.cycle());
      return events.close();
    });
    expect(ends[1]).toEqual(ends[0]);
    expect(differingParts(thread.consumed, inline.consumed)).toEqual([]);
    expect(ends[0].reduce((rows, each) => rows + each.rows, 0)).toBeGreaterThan(20_000);
    expect(known.at(-1)).toBeGreaterThan(known[2]);
    for (const file of readdirSync(join(ownTask.folder, 'events'))) {
      const [own, other] = [ownTask, otherTask].map((task) =>
        readFileSync(join(task.folder, 'events', file)),
      );
      expect(other.equals(own), file).toBe(true);
    }
  });

  test('takes more records at once than there is room for', () => {
    const events = new EventThread(entry).begin(taskFor('many', ['marker'], bare));
    const view = encode(Array.from({ length: 50_000 }, (_, index) => marker(index % 2000)));
    for (let times = 0; times < 8; times++) events.records(view, 0, view.byteLength);
    events.finish(1e9);
    expect(events.close()).toMatchObject([{ kind: 'marker', rows: 400_000, lostRows: 0 }]);
  });

  test('reports a full disk as an outcome, and counts what it lost', () => {
    const task = taskFor('full', ['marker', 'console'], bare);
    symlinkSync('/dev/full', join(task.folder, 'events', 'marker.arrows'));
    const events = new EventThread(entry).begin(task);
    const view = encode([marker(1), marker(2)]);
    events.records(view, 0, view.byteLength);
    // The last one waits for the first.
    for (let times = 0; times <= commandsAhead; times++) events.flush();
    expect(events.failure).toMatchObject({ reason: 'disk_full' });
    expect(events.close()).toMatchObject([
      { rows: 0, lostRows: 2 },
      { rows: 0, lostRows: 0 },
    ]);
  });

  test('says what of the user’s it cannot use', () => {
    const task = { ...taskFor('gone', ['marker'], bare), folder: join(folder, 'no') };
    const events = new EventThread(entry).begin(task);
    expect(() => events.close()).toThrow(UsageError);
    expect(() => events.failure).toThrow(/cannot create the file .*marker.arrows: the directory above it/);
  });

  test('ends the run with its own error, never in silence', () => {
    const events = new EventThread(entry).begin(taskFor('broken', ['marker'], bare));
    const view = encode([marker(1), { kind: 99, cycle: 1234 }]);
    events.records(view, 0, view.byteLength);
    expect(() => events.close()).toThrow(/raw record of unknown kind 99 at cycle 1234/);
  });
});
