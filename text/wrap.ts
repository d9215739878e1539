// Breaks text into lines of a given width at spaces.

/** Columns of everything that is printed for people: half of a wide terminal, the whole of a usual one. */
export const pageWidth = 100;

/**
 * Lines of at most `width` characters, the first indented by `indent`, the others by `hanging`. A word that is
 * longer than a line is broken.
 */
export function wrapText(text: string, width: number, indent: string, hanging = indent): string[] {
  const lines: string[] = [];
  let line = indent;
  let empty = true;
  const flush = (): void => {
    lines.push(line);
    line = hanging;
    empty = true;
  };
  for (let word of text.split(' ')) {
    if (!empty && line.length + 1 + word.length > width) flush();
    while (line.length + word.length > width && empty) {
      const room = width - line.length;
      line += word.slice(0, room);
      word = word.slice(room);
      flush();
    }
    line += empty ? word : ` ${word}`;
    empty = false;
  }
  if (!empty) lines.push(line);
  return lines;
}
