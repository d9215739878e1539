// The sessions that documents quote: blocks of text in which a line that begins with `$ npx trace` is what was typed,
// and the lines behind it what was printed, with `…` for lines that are left out.

/** A command with what the document says that it prints. */
export interface Transcript {
  /** What was typed behind `$ npx trace`, which may go over several lines. */
  readonly command: string;
  /** Of the document: the first line of what is printed, and the one behind the last. */
  readonly from: number;
  readonly to: number;
}

const prompt = '$ npx trace ';

/** The transcripts of a document, in order. */
export function transcriptsOf(lines: readonly string[]): Transcript[] {
  const found: Transcript[] = [];
  for (const [start, end] of textBlocks(lines)) {
    const typed = range(start, end).filter((index) => lines[index].startsWith(prompt));
    typed.forEach((index, position) => {
      const from = endOfCommand(lines, index);
      const command = lines.slice(index, from).join('\n').slice(prompt.length);
      found.push({ command, from, to: typed[position + 1] ?? end });
    });
  }
  return found;
}

/** What a person typed at gdb in a document, and for each command the lines it printed, as those of a transcript. */
export function gdbTranscriptsOf(lines: readonly string[]): Transcript[] {
  return textBlocks(lines).flatMap(([start, end]) => {
    const typed = range(start, end).filter((index) => lines[index].startsWith('(gdb) '));
    return typed.map((index, position) => ({
      command: lines[index].slice('(gdb) '.length),
      from: index + 1,
      to: typed[position + 1] ?? end,
    }));
  });
}

/** The words of a command as a shell takes them, as far as documents need one: spaces, and quotes around some. */
export function wordsOf(command: string): string[] {
  return [...command.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, bare]) => quoted ?? bare);
}

/**
 * The quoted lines as they should be: as they are where they are what was printed, but for times, else what was printed
 * in the place that is most like them.
 */
export function corrected(quoted: readonly string[], printed: readonly string[]): string[] {
  const pieces = piecesOf(quoted);
  let from = 0;
  return pieces.flatMap((piece, index) => {
    if (piece.length === 1 && isGap(piece[0])) return piece;
    const first = index === 0 ? 0 : undefined;
    const last = index === pieces.length - 1 ? printed.length - piece.length : undefined;
    const whole = first !== undefined && last !== undefined;
    const place = whole ? 0 : (first ?? last ?? likest(piece, printed, from));
    const instead = whole ? printed : printed.slice(place, place + piece.length);
    from = place + piece.length;
    return instead.map((line, at) => (isAlike(piece[at], line) ? piece[at] : line.trimEnd()));
  });
}

function isGap(line: string): boolean {
  return line.trim() === '…';
}

/** Stretches of lines that follow one another, and the gaps between them. */
function piecesOf(lines: readonly string[]): string[][] {
  const pieces: string[][] = [];
  for (const line of lines) {
    const before = pieces.at(-1);
    if (before === undefined || isGap(line) || isGap(before[0])) pieces.push([line]);
    else before.push(line);
  }
  return pieces;
}

/** Where the piece stands among these lines, or the first place where the most of its lines do. */
function likest(piece: readonly string[], lines: readonly string[], from: number): number {
  const alike = (place: number): number =>
    piece.filter((line, index) => isAlike(line, lines[place + index])).length;
  return range(from, Math.max(from + 1, lines.length - piece.length + 1)).reduce((best, place) =>
    alike(place) > alike(best) ? place : best,
  );
}

/** Times are those of one run on one machine; spaces at a line's end are not seen, nor what ` …` stands for. */
function isAlike(quoted: string | undefined, printed: string | undefined): boolean {
  if (quoted === undefined || printed === undefined) return false;
  const known = (line: string): string => line.replace(/\(\d+\.\d s\)/, '(time)').trimEnd();
  if (quoted.endsWith(' …')) return printed.startsWith(quoted.slice(0, -1));
  return known(quoted) === known(printed);
}

/** Blocks marked as text: the first line inside, and that of the closing mark. */
function textBlocks(lines: readonly string[]): [start: number, end: number][] {
  return lines.flatMap((line, index): [number, number][] =>
    line === '```text' ? [[index + 1, lines.indexOf('```', index)]] : [],
  );
}

/** The line behind a command, which goes on while a quote is open. */
function endOfCommand(lines: readonly string[], start: number): number {
  let end = start + 1;
  while (lines.slice(start, end).join('').split('"').length % 2 === 0) end++;
  return end;
}

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from }, (_, index) => from + index);
}
