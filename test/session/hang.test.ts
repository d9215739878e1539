// A trap handler that faults itself: where the run ends must depend on neither what is traced nor who executes it.
import { expect, test } from 'vitest';
import { defaultConfiguration, engines, type Engine } from '../../emulator/index.js';
import { eventNames, type EventName } from '../../tracer/schema/index.js';
import { runProgram } from '../../tracer/session/index.js';
import { temporaryDirectory } from '../support/temporary-directory.js';
import { diskWith, tinyKernel } from '../support/tiny-kernel.js';

const inside = temporaryDirectory();

async function hang(engine: Engine, kinds: readonly EventName[], harts: number) {
  const { end, cycle, digest } = await runProgram({
    input: {
      kernel: tinyKernel('faults in its handler'),
      kernelPath: 'tiny',
      disk: diskWith('nothing'),
    },
    engine,
    program: [],
    machine: { ...defaultConfiguration, memoryBytes: 16 << 20, harts },
    limits: { cycles: 50e6, traceBytes: 1e9, consoleBytes: 1e6, seconds: Infinity },
    kinds,
    out: inside(`${engine}-${kinds.length}-${harts}.trace`),
    toolVersion: 'test',
  });
  return { end, cycle, digest };
}

test.each([1, 3])('on %i harts ends at one cycle', async (harts) => {
  const first = await hang('auto', eventNames, harts);
  expect(first.end).toBe('hang');
  for (const engine of engines) expect(await hang(engine, ['trap'], harts)).toEqual(first);
});
