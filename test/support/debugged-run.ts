// A recorded run with a gdb server on it, for tests of what a client sees.
import { afterAll, beforeAll } from 'vitest';
import { GdbServer, Target, type MonitorCommand } from '../../tracer/gdb/index.js';
import { Replayer } from '../../tracer/replay/index.js';
import { GdbClient } from './gdb-client.js';
import { record } from './recorded-run.js';

export interface DebuggedRun {
  readonly replay: Replayer;
  readonly server: GdbServer;
  /** How often a client has tried to change something. */
  refusals(): number;
  /** A new session; the one before is over then. */
  connect(acknowledges?: boolean): Promise<GdbClient>;
}

/** Records the program frames, which forks and copies; no events but what the console shows. */
export async function recordFrames(out: string): Promise<void> {
  await record({ out, program: ['frames'], kinds: ['console'] });
}

/** Has a recorded run of `frames`, at `out`, served while a file's tests run; `ready` is given it before the first. */
export function serveFrames(out: string, ready: (run: DebuggedRun) => void): void {
  let run: DebuggedRun | undefined;
  beforeAll(async () => {
    await recordFrames(out);
    run = await debugged(out);
    ready(run);
  });
  afterAll(() => run?.server.close());
}

/** Serves a trace on any free port. */
export async function debugged(trace: string, monitor: readonly MonitorCommand[] = []): Promise<DebuggedRun> {
  const replay = await Replayer.open(trace);
  let refusals = 0;
  const target = new Target(replay, () => refusals++);
  const server = await GdbServer.listen({ host: 'localhost', port: 0 }, target, monitor);
  let client: GdbClient | undefined;
  const connect = async (acknowledges = false): Promise<GdbClient> => {
    client?.close();
    return (client = await GdbClient.connect(server.port, acknowledges));
  };
  return { replay, server, refusals: () => refusals, connect };
}

/** The address of a function of the run's kernel. */
export function functionAddress({ replay }: DebuggedRun, name: string): bigint {
  const found = replay.kernel.debug.function(name);
  if (!found) throw new Error(`the kernel has no function ${name}`);
  return found.low;
}

/** A session at the first entry of a function, with no breakpoint left. */
export async function sessionAt(run: DebuggedRun, name: string): Promise<GdbClient> {
  const client = await run.connect();
  const address = functionAddress(run, name).toString(16);
  run.replay.seek(0);
  await client.ask(`Z0,${address},2`);
  await client.ask('vCont;c');
  await client.ask(`z0,${address},2`);
  return client;
}

/** The pc that a stop reply brings along. */
export function pcOf(reply: string | undefined): bigint {
  const [, digits] = /;20:([0-9a-f]{16});/.exec(reply ?? '') ?? [];
  if (digits === undefined) throw new Error(`${reply} is no stop reply with a pc`);
  return Buffer.from(digits, 'hex').readBigUInt64LE();
}
