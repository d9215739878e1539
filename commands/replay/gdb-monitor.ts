// gdb's monitor commands that ask the trace, beside the machine: positions, events, frames, violations.
import { UsageError } from '../../errors.js';
import { ProtocolError, type MonitorCommand } from '../../tracer/gdb/index.js';
import { describeMoment, type MomentSource } from '../../tracer/moment/index.js';
import { findPosition } from '../../tracer/replay/index.js';
import { printable } from '../../text/index.js';
import { sourceLines } from '../source-lines.js';
import { momentText } from './page.js';
import { parseParts } from './parts.js';
import type { NumberedViolation } from './violations.js';

/** What the commands ask beside the moment. */
export interface MonitorSources {
  readonly moments: MomentSource;
  readonly sourceRoots: readonly string[];
  /** Judges the run when first asked. */
  readonly violations: () => Promise<readonly NumberedViolation[]>;
}

const violationsShown = 20;

/** The user's mistakes are answers here, not the end of the command. */
async function answered(act: () => Promise<string>): Promise<string> {
  try {
    return await act();
  } catch (error) {
    throw error instanceof UsageError ? new ProtocolError(error.message) : error;
  }
}

async function seek(words: readonly string[], sources: MonitorSources): Promise<string> {
  const { trace, replay } = sources.moments;
  const { cycle: present, end } = replay;
  if (words.length === 0)
    throw new ProtocolError('monitor seek wants a position as --to takes it, such as violation:1 or -1000');
  const position = await findPosition(
    words.join(' '),
    { trace, end, violations: sources.violations },
    present,
  );
  replay.seek(position.cycle);
  const hint = 'gdb still shows the old place: type maintenance flush register-cache';
  return `${printable(position.what)}: cycle ${position.cycle}\n${hint}\n`;
}

/** Parts of the page that `trace replay` prints, of the replay's present moment. */
function show(sources: MonitorSources, list: string | undefined, frame?: bigint): string {
  const parts = parseParts(list);
  const moment = describeMoment(sources.moments, { frame, events: parts.events });
  return momentText(sources.moments, moment, parts, {
    what: 'here',
    sourceLine: sourceLines(sources.sourceRoots),
    colour: false,
  });
}

function frameText([address, ...rest]: readonly string[], sources: MonitorSources): string {
  if (address === undefined || rest.length > 0 || !/^0x[0-9a-f]{1,16}$/i.test(address))
    throw new ProtocolError('monitor frame wants a physical address, such as monitor frame 0x87f5a000');
  return show(sources, 'frame', BigInt(address));
}

async function violationsText({ violations }: MonitorSources): Promise<string> {
  const all = await violations();
  if (all.length === 0) return 'the run violates no rule that could be judged\n';
  const lines = all.slice(0, violationsShown).map(({ cycle, rule, message }, index) => {
    return `violation:${index + 1}  cycle ${cycle}  ${printable(rule)}: ${printable(message)}\n`;
  });
  const left = all.length - lines.length;
  return lines.join('') + (left > 0 ? `... and ${left} more\n` : '');
}

/** The commands, for the server. */
export function traceCommands(sources: MonitorSources): MonitorCommand[] {
  const command = (
    name: string,
    usage: string,
    summary: string,
    act: (words: readonly string[]) => string | Promise<string>,
  ): MonitorCommand => ({ name, usage, summary, run: (words) => answered(async () => act(words)) });
  return [
    command('seek', 'WHERE', 'go elsewhere, as --to does: a cycle, 50%, violation:1, -1000', (words) =>
      seek(words, sources),
    ),
    command('show', '[PARTS]', 'the page of this moment, or parts of it as --show takes them', ([list]) =>
      show(sources, list),
    ),
    command('events', '[N]', 'the last events before this moment', ([count = '12']) =>
      show(sources, `events:${count}`),
    ),
    command('frame', 'PA', 'who maps a frame, and its count', (words) => frameText(words, sources)),
    command('violations', '', 'the rules that the run breaks, and where', () => violationsText(sources)),
  ];
}
