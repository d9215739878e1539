// `npm run bench:replay -- TRACE`: how long it takes to go to a cycle of a recorded run, and to step back as gdb does.
import { readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { UsageError } from '../../errors.js';
import { GdbServer, Target } from '../../tracer/gdb/index.js';
import { Replayer } from '../../tracer/replay/index.js';
import { GdbClient } from '../support/gdb-client.js';
import { Random } from '../support/random.js';

const usage = 'usage: npm run bench:replay -- TRACE [--positions N]';
const stepsAtEach = 10;

/** Milliseconds, one a try. */
class Times {
  private readonly all: number[] = [];

  async time<T>(act: () => T | Promise<T>): Promise<T> {
    const start = performance.now();
    const result = await act();
    this.all.push(performance.now() - start);
    return result;
  }

  row(name: string): string {
    const sorted = [...this.all].sort((one, other) => one - other);
    const at = (share: number): string =>
      sorted[Math.floor((sorted.length - 1) * share)].toFixed(1).padStart(10);
    return `${name.padEnd(34)}${String(sorted.length).padStart(6)}${at(0.5)}${at(0.9)}${at(1)}\n`;
  }
}

async function measure(trace: string, positions: number): Promise<string> {
  const times = {
    open: new Times(),
    seek: new Times(),
    first: new Times(),
    more: new Times(),
    other: new Times(),
  };
  const replay = await times.open.time(() => Replayer.open(trace));
  const server = await GdbServer.listen({ host: 'localhost', port: 0 }, new Target(replay, () => {}), []);
  const client = await GdbClient.connect(server.port);
  const stepBack = async (hart: number): Promise<void> => {
    await client.ask(`Hc${hart + 1}`);
    await client.ask('bs');
    await client.ask('g');
  };
  const random = new Random(1);
  for (let count = 0; count < positions; count++) {
    await times.seek.time(() => replay.seek(random.between(0, replay.end)));
    const hart = replay.currentHart ?? 0;
    await times.first.time(() => stepBack(hart));
    for (let step = 1; step < stepsAtEach; step++) await times.more.time(() => stepBack(hart));
    await times.other.time(() => stepBack((hart + 1) % replay.machine.harts.length));
  }
  client.close();
  server.close();
  return (
    `${'milliseconds'.padEnd(34)} times    median      90 %     worst\n` +
    times.open.row('opening the trace') +
    times.seek.row('going to a random cycle') +
    times.first.row('reverse-stepi there') +
    times.more.row('reverse-stepi after that') +
    times.other.row('reverse-stepi of another hart')
  );
}

function snapshotBytes(trace: string): number {
  const folder = path.join(trace, 'snapshots');
  return readdirSync(folder).reduce((sum, name) => sum + statSync(path.join(folder, name)).size, 0);
}

try {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { positions: { type: 'string', default: '50' } },
  });
  const positions = Number(values.positions);
  if (positionals.length !== 1 || !(positions >= 1)) throw new UsageError(usage);
  process.stdout.write(await measure(positionals[0], positions));
  process.stdout.write(`snapshots: ${(snapshotBytes(positionals[0]) / 2 ** 20).toFixed(1)} MiB\n`);
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = error.exitCode;
}
