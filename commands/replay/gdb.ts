// trace replay --gdb: waits for gdb at a port, until somebody has had enough.
import { ExitCode, UsageError } from '../../errors.js';
import { GdbServer, parseGdbAddress, Target, type GdbAddress } from '../../tracer/gdb/index.js';
import { printable } from '../../text/index.js';
import type { ReplayFlags } from '../replay.js';
import type { Surroundings } from '../surroundings.js';
import { traceCommands, type MonitorSources } from './gdb-monitor.js';

/** Serves gdb, and returns the exit code. */
type Sessions = (sources: MonitorSources, surroundings: Surroundings) => Promise<number>;

/** What --gdb asks for, checked before anything is replayed. */
export function gdbSessions({ gdb = '', show, json }: ReplayFlags): Sessions {
  const address = parseGdbAddress(gdb);
  if (show !== undefined || json)
    throw new UsageError('--gdb prints no page: leave out --show and --json; gdb has monitor show');
  return (sources, surroundings) => serve(address, sources, surroundings);
}

/** Serves gdb at the replay's present position; returns when a client has killed the replay, or at Ctrl-C. */
async function serve(
  address: GdbAddress,
  sources: MonitorSources,
  { stdout, stderr, onInterrupt }: Surroundings,
): Promise<number> {
  const { replay } = sources.moments;
  const target = new Target(replay, () =>
    stderr.write('trace: gdb wanted to change memory or a register; a recording cannot be changed\n'),
  );
  const server = await GdbServer.listen(address, target, traceCommands(sources));
  const restore = onInterrupt(() => server.close());
  const host = address.host.includes(':') ? `[${address.host}]` : address.host;
  const lines = [
    `cycle ${replay.cycle} of ${replay.end}: waiting for gdb; Ctrl-C ends it. In gdb-multiarch:`,
    `  target remote ${host}:${server.port}`,
    ...sources.sourceRoots.map((root) => `  directory ${root}`),
  ];
  stdout.write(printable(`${lines.join('\n')}\n`));
  try {
    await server.closed;
  } finally {
    restore();
  }
  return ExitCode.ok;
}
