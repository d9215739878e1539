// The word somebody probably meant.

/** The candidate with the fewest edits from `word`, when they are few for its length. */
function closestWord(word: string, candidates: readonly string[]): string | undefined {
  const ranked = candidates
    .map((candidate) => ({ candidate, edits: editDistance(word, candidate) }))
    .sort((a, b) => a.edits - b.edits);
  const best = ranked[0];
  return best !== undefined && best.edits <= Math.max(1, Math.floor(word.length / 3))
    ? best.candidate
    : undefined;
}

/** What an error says behind a word that does not exist: `; did you mean 'that'?`, or nothing when none is near. */
export function didYouMean(word: string, candidates: readonly string[]): string {
  const close = closestWord(word, candidates);
  return close === undefined ? '' : `; did you mean '${close}'?`;
}

/** The same, and where nothing is near what there is: `; the kinds are this, that`, with `what` before the list. */
export function choiceInstead(word: string, candidates: readonly string[], what: string): string {
  return didYouMean(word, candidates) || `; ${what} ${candidates.join(', ')}`;
}

/** Insertions, deletions, replacements and swaps of neighbours that turn one word into the other. */
function editDistance(from: string, to: string): number {
  const rows = [Array.from({ length: to.length + 1 }, (_, index) => index)];
  for (let row = 1; row <= from.length; row++) {
    const above = rows[row - 1];
    const current = [row];
    for (let column = 1; column <= to.length; column++) {
      const replaced = above[column - 1] + (from[row - 1] === to[column - 1] ? 0 : 1);
      const swaps = row > 1 && from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1];
      const swapped = swaps ? rows[row - 2][column - 2] + 1 : Infinity;
      current.push(Math.min(replaced, swapped, above[column] + 1, current[column - 1] + 1));
    }
    rows.push(current);
  }
  return rows[from.length][to.length];
}
