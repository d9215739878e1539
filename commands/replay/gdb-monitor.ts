// gdb's monitor commands that ask the trace, beside the machine: positions, events, frames, violations.
import { UsageError } from '../../errors.js';
import {
  ProtocolError,
  type MonitorCommand,
  type MonitorContext,
  type Target,
} from '../../tracer/gdb/index.js';
import { currentProcess, describeMoment, processesOf, type MomentSource } from '../../tracer/moment/index.js';
import { findPosition, type OnWay, type Position } from '../../tracer/replay/index.js';
import { escapeText, hex, printable, processWords } from '../../text/index.js';
import { sourceLines } from '../source-lines.js';
import { momentText } from './page.js';
import { parseParts } from './parts.js';
import { placesOf } from './places.js';
import type { JudgedRun } from './violations.js';

/** What the commands ask beside the moment. */
export interface MonitorSources {
  readonly moments: MomentSource;
  readonly sourceRoots: readonly string[];
  readonly judged: JudgedRun;
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

/** Takes the replay to a position, as --to takes it. Throws UsageError for none. */
export async function goTo(
  text: string,
  sources: MonitorSources,
  target: Target,
  onWay?: OnWay,
): Promise<Position> {
  target.setStopsAside();
  const { replay } = sources.moments;
  const places = { ...placesOf(sources.moments, sources.judged), ...(onWay && { onWay }) };
  const position = await findPosition(text, places, replay.cycle);
  replay.seek(position.cycle);
  return position;
}

async function seek(
  words: readonly string[],
  sources: MonitorSources,
  { target }: MonitorContext,
): Promise<string> {
  if (words.length === 0)
    throw new ProtocolError('seek wants a position as --to takes it, such as violation:1 or -1000');
  const position = await goTo(words.join(' '), sources, target);
  const hint = 'gdb still shows the old place: type maintenance flush register-cache';
  const lines = [`${position.what}: cycle ${position.cycle}`, ...(position.notes ?? []), hint];
  return lines.map((line) => `${escapeText(line)}\n`).join('');
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
    throw new ProtocolError('frame wants a physical address, such as frame 0x87f5a000');
  return show(sources, 'frame', BigInt(address));
}

/** A line a process: who it is, what it does, and where its page table is. */
function processText(pid: string | undefined, { moments }: MonitorSources): string {
  const { machine, kernel } = moments.replay;
  const facts = kernel.profile.processes;
  if (!facts)
    throw new ProtocolError('the kernel has no table of processes that is known; see trace inspect');
  const all = processesOf(machine, facts);
  const wanted = pid === undefined ? all : all.filter((one) => String(one.pid) === pid);
  if (wanted.length === 0)
    throw new ProtocolError(
      pid === undefined ? 'there is no process yet' : `there is no process ${escapeText(pid, 20)} now`,
    );
  const running = new Map(
    machine.harts.map(({ number }) => [currentProcess(machine, facts, number)?.pid, ` on hart ${number}`]),
  );
  return wanted
    .map(({ pid: number, name, state, root, parent }) => {
      const child = parent === undefined ? '' : `, child of ${parent}`;
      const table = root === 0 ? '' : `, page table ${hex(root)}`;
      return `${processWords(number, name)}: ${state}${running.get(number) ?? ''}${child}${table}\n`;
    })
    .join('');
}

async function violationsText({ judged }: MonitorSources): Promise<string> {
  const all = await judged.list();
  if (all.length === 0) return 'the run violates no rule that could be judged\n';
  const lines = all.slice(0, violationsShown).map(({ cycle, rule, message, pid }, index) => {
    const told =
      judged.disclose === 'what' ? `${rule}: process ${pid}` : `cycle ${cycle}  ${rule}: ${message}`;
    return `violation:${index + 1}  ${printable(told)}\n`;
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
    act: (words: readonly string[], context: MonitorContext) => string | Promise<string>,
  ): MonitorCommand => ({
    name,
    usage,
    summary,
    run: (words, context) => answered(async () => act(words, context)),
  });
  return [
    command(
      'seek',
      'WHERE',
      'go elsewhere, as --to does: a cycle, 50%, violation:1, kalloc:3',
      (words, context) => seek(words, sources, context),
    ),
    command('show', '[PARTS]', 'the page of this moment, or parts of it as --show takes them', ([list]) =>
      show(sources, list),
    ),
    command('where', '', 'the stacks of kernel and program, through traps', () => show(sources, 'bt')),
    command('source', '', 'the lines around this one', () => show(sources, 'source')),
    command('regs', '', 'registers', () => show(sources, 'regs')),
    command('pagetable', '', 'what the present process has mapped', () => show(sources, 'pagetable')),
    command('process', '[PID]', 'the processes, or one of them', ([pid]) => processText(pid, sources)),
    command('events', '[N]', 'the last events before this moment', ([count = '12']) =>
      show(sources, `events:${count}`),
    ),
    command('frame', 'PA', 'who maps a frame, and its count', (words) => frameText(words, sources)),
    command('violations', '', 'the rules that the run breaks, and where', () => violationsText(sources)),
  ];
}
