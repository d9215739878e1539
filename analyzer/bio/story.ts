// A biography as text for people: one story of episodes, at most 100 columns, guest text escaped.
import { escapeText, formatCount, hex, pageWidth, paint, processWords, wrapText } from '../../text/index.js';
import type { Biography, Episode, FrameAction, FrameEvent, Life, PageBiography, Place } from './biography.js';
import { entryWords } from './entry-words.js';

/** What a story may be told. */
export interface StoryOptions {
  readonly colour?: boolean;
  /** Lives told of a frame, the last ones (default 10). */
  readonly livesShown?: number;
}

/** Column of the place beside an event. */
const placeColumn = 44;

/** The life of a frame. */
export function frameStory({ frame, lives }: Biography, options: StoryOptions = {}): string {
  const shown = lives.slice(-(options.livesShown ?? 10));
  const taken = lives.filter(({ number }) => number > 0).length;
  const left = lives.length - shown.length;
  return text([
    ...title(`frame ${hex(frame)}: ${taken === 0 ? 'never taken' : `taken ${times(taken)}`}`, options),
    ...(left > 0 ? [`(${left} earlier ${left === 1 ? 'life is' : 'lives are'} not shown; see --lives)`] : []),
    ...shown.flatMap((life) => ['', ...lifeLines(life, options)]),
  ]);
}

/** What became of a page, then the lives of its frames. */
export function pageStory(page: PageBiography, options: StoryOptions = {}): string {
  const { pid, process, va, episodes, frames } = page;
  const own = text([
    ...title(`page ${hex(va)} of ${processWords(pid, process)}`, options),
    '',
    ...episodes.flatMap((episode) => episodeLines(episode, options, true)),
  ]);
  return [own, ...frames.map((frame) => frameStory(frame, options))].join('\n');
}

function text(lines: readonly string[]): string {
  return lines.map((line) => `${line}\n`).join('');
}

function title(words: string, options: StoryOptions): string[] {
  return wrapText(words, pageWidth, '').map((line) => paint(line, 'bold', options.colour ?? false));
}

function lifeLines(life: Life, options: StoryOptions): string[] {
  const { number, takenCycle, freedCycle, episodes } = life;
  const until =
    freedCycle === undefined ? 'still out when the trace ends' : `freed at cycle ${formatCount(freedCycle)}`;
  const head =
    takenCycle === undefined
      ? 'before it was first taken'
      : `life ${number}: taken at cycle ${formatCount(takenCycle)}, ${until}`;
  return [...title(head, options), ...episodes.flatMap((episode) => episodeLines(episode, options, false))];
}

function episodeLines(episode: Episode, options: StoryOptions, namesFrames: boolean): string[] {
  const { cycle, hart, pid, process, cause, events } = episode;
  const who = pid === 0 ? 'no process (boot or scheduler)' : processWords(pid, process);
  const why = pid === 0 || cause === '' ? '' : `, ${causeWords(cause)}`;
  const head = `  ${formatCount(cycle).padStart(15)}  ${who} on hart ${hart}${why}`;
  return [
    ...wrapText(head.trimEnd(), pageWidth, '', ' '.repeat(19)).map((line) =>
      paint(line, 'dim', options.colour ?? false),
    ),
    ...events.flatMap((event) => eventLines(event, namesFrames)),
  ];
}

/** What happened on the left, where on the right; below each other where both do not fit. */
function eventLines(event: FrameEvent, namesFrames: boolean): string[] {
  const of = namesFrames && event.frame !== undefined ? ` (frame ${hex(event.frame)})` : '';
  const what = `    ${words[event.what](event)}${of}`;
  const where = placeWords(event);
  if (where === '') return wrapText(what.trimStart(), pageWidth, '    ', '      ');
  if (what.length < placeColumn - 1 && placeColumn + where.length <= pageWidth)
    return [what.padEnd(placeColumn) + where];
  return [
    ...wrapText(what.trimStart(), pageWidth, '    ', '      '),
    ...wrapText(where, pageWidth, ' '.repeat(placeColumn)),
  ];
}

const words: Readonly<Record<FrameAction, (event: FrameEvent) => string>> = {
  taken: () => 'taken from the free list',
  freed: ({ other }) =>
    other === undefined ? 'put on the free list' : 'put on the free list AGAIN: a double free',
  kalloc: () => 'handed out, without leaving the free list',
  kfree: () => 'passed to the free function',
  count: ({ before, after }) => `count ${before} -> ${after}`,
  mapped: (event) => `mapped at ${mapping(event)}: ${entryWords(event.after!)}`,
  unmapped: (event) => `no longer mapped at ${mapping(event)}`,
  permissions: (event) =>
    `at ${mapping(event)}: ${entryWords(event.before ?? 0n)} -> ${entryWords(event.after!)}`,
  fault: faultWords,
  copy: ({ other }) => `holds a copy of frame ${hex(other!)} from here on`,
  table: ({ va, before }) => `becomes a page table, level ${before}, for ${hex(va!)} and up`,
  table_retired: () => 'is no page table any more',
  stray_fault: ({ access, va, outcome }) =>
    `${access} fault at ${hex(va!)}, where nothing is mapped: ${outcome}`,
};

function faultWords({ access, va, outcome, other, frame }: FrameEvent): string {
  const came =
    outcome !== 'resolved'
      ? outcome
      : other === frame
        ? 'resolved in place'
        : `copied to frame ${hex(other!)}`;
  return `${access} fault at ${hex(va!)}: ${came}`;
}

function mapping({ va, about, aboutName }: FrameEvent): string {
  return `${hex(va!)} of ${about === undefined ? 'an unknown process' : processWords(about, aboutName)}`;
}

function causeWords(cause: string): string {
  if (cause === 'page_fault') return 'handling a page fault';
  if (cause === 'interrupt' || cause === 'exception') return `handling an ${cause}`;
  return `in ${escapeText(cause, 30)}`;
}

function placeWords({ place, caller }: FrameEvent): string {
  const first = place === undefined ? '' : oneFrame(place);
  if (caller === undefined) return first;
  return first === '' ? `in a function called by ${oneFrame(caller)}` : `${first} from ${oneFrame(caller)}`;
}

/** The innermost function alone: what it was inlined into is in the JSON. */
function oneFrame({ function: name, file, line }: Place): string {
  const short = file.replace(/^.*\//, '');
  const where = short === '' ? '' : ` (${escapeText(short, 30)}${line > 0 ? `:${line}` : ''})`;
  return escapeText(name.replace(/ <.*$/, ''), 40) + where;
}

function times(number: number): string {
  return number === 1 ? 'once' : number === 2 ? 'twice' : `${formatCount(number)} times`;
}
