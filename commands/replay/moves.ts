// Commands of the prompt that go somewhere.
import { UsageError } from '../../errors.js';
import { ProtocolError, type MonitorCommand, type Target } from '../../tracer/gdb/index.js';
import {
  codePlaceOf,
  goToLastArrival,
  goToNextArrival,
  parsePosition,
  type OnWay,
} from '../../tracer/replay/index.js';
import { formatCount, escapeText } from '../../text/index.js';
import { goTo, type MonitorSources } from './gdb-monitor.js';
import { placesOf } from './places.js';
import type { Steps } from './steps.js';

const stepsMaximum = 10_000;

/** What going somewhere takes. */
export interface Travel {
  readonly sources: MonitorSources;
  readonly target: Target;
  readonly onWay: OnWay;
}

/** Commands that go to a moment; they print what the new place does not show. */
export function goCommands(travel: Travel): MonitorCommand[] {
  let last: string | undefined;
  const towards = async (words: readonly string[], direction: Direction): Promise<string> => {
    const wanted = words.join(' ') || last;
    if (wanted === undefined)
      throw new ProtocolError('go on to what? give a function, a line such as cow.c:21, or violation');
    last = wanted;
    return goTowards(wanted, direction, travel);
  };
  return [
    {
      name: 'go',
      usage: 'WHERE',
      summary: 'anywhere, as --to does: a cycle, 50%, violation:1, kalloc:3, -1000',
      run: (words) => go(words.join(' '), travel),
    },
    {
      name: 'continue',
      usage: 'WHAT',
      summary: 'on to the next time: a function, FILE:LINE, or violation',
      run: (words) => towards(words, 'on'),
    },
    {
      name: 'back',
      usage: 'WHAT',
      summary: 'back to the last time of that',
      run: (words) => towards(words, 'back'),
    },
  ];
}

/** Commands that go a little. */
export function stepCommands(steps: Steps, { sources, onWay }: Travel): MonitorCommand[] {
  const times = (name: string, summary: string, act: () => Promise<void> | void): MonitorCommand => {
    const run = async ([count = '1']: readonly string[]): Promise<string> => {
      if (!/^\d+$/.test(count) || Number(count) < 1 || Number(count) > stepsMaximum)
        throw new ProtocolError(`'${escapeText(count, 40)}' is no number of steps from 1 to ${stepsMaximum}`);
      for (let done = 0; done < Number(count); done++) {
        await act();
        await onWay(sources.moments.replay.cycle);
      }
      return '';
    };
    return { name, usage: '[N]', summary, run };
  };
  const finish = async (): Promise<string> => {
    if (await steps.finish()) return '';
    throw new ProtocolError('who has called this function is not known');
  };
  return [
    times('step', 'on to the next line of source, into calls', () => steps.line()),
    times('next', 'the same, over calls', () => steps.nextLine()),
    { name: 'finish', usage: '', summary: 'on to where this function has returned', run: finish },
    times('stepi', 'one instruction on', () => steps.instruction('forward')),
    times('rs', 'reverse-step: back to the line before', () => steps.lineBack()),
    times('rsi', 'reverse-stepi: one instruction back', () => steps.instruction('backward')),
  ];
}

type Direction = 'on' | 'back';

async function go(text: string, { sources, target, onWay }: Travel): Promise<string> {
  if (text === '')
    throw new ProtocolError('go where? give a position, such as violation:1, kalloc:3 or -1000');
  const { what, notes = [] } = await goTo(text, sources, target, onWay);
  return [what, ...notes].map((line) => `${escapeText(line)}\n`).join('');
}

async function goTowards(
  text: string,
  direction: Direction,
  { sources, target, onWay }: Travel,
): Promise<string> {
  const { replay } = sources.moments;
  if (text === 'violation') return nextViolation(direction, sources);
  const { moment, offset } = parsePosition(text);
  const place = offset === 0 ? codePlaceOf(moment, placesOf(sources.moments, sources.judged)) : undefined;
  if (!place)
    throw new UsageError(
      `'${text}' is no function, line or violation to come to; go ${text} goes to a position`,
    );
  target.setStopsAside();
  const search = direction === 'on' ? goToNextArrival : goToLastArrival;
  if ((await search(replay, place, onWay)) !== undefined) return '';
  throw new UsageError(
    direction === 'on'
      ? `the run does not come to ${place.name} again`
      : `the run has not come to ${place.name} before`,
  );
}

async function nextViolation(direction: Direction, { moments, judged }: MonitorSources): Promise<string> {
  const { replay } = moments;
  const all = await judged.moments();
  const index =
    direction === 'on'
      ? all.findIndex(({ cycle }) => cycle > replay.cycle)
      : all.findLastIndex(({ cycle }) => cycle < replay.cycle);
  const found = all[index];
  if (found === undefined)
    throw new UsageError(
      `there is no violation ${direction === 'on' ? 'behind' : 'before'} cycle ${formatCount(replay.cycle)}`,
    );
  replay.seek(found.cycle);
  const lines = [`violation ${index + 1} (${found.message ?? ''})`, ...(found.notes ?? [])];
  return lines.map((line) => `${escapeText(line)}\n`).join('');
}
