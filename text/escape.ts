// Makes text of the guest fit to print: nothing in it may move the cursor, change colours or forge a line.

const named: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t', '\\': '\\\\' };

/**
 * The text with control characters (C0, DEL, C1), line and paragraph separators, bidirectional controls, lone
 * surrogates and invisible format characters written as escapes: `\n`, `\x1b`, `\u202e`. A backslash is doubled so
 * that the original can be told. Longer texts are cut to `limit` characters, with an ellipsis.
 */
export function escapeText(text: string, limit = Number.POSITIVE_INFINITY): string {
  const escaped = text.replace(/[\p{C}\p{Zl}\p{Zp}\\]/gu, (character) => {
    const code = character.codePointAt(0)!;
    if (named[character] !== undefined) return named[character];
    if (code < 0x100) return `\\x${code.toString(16).padStart(2, '0')}`;
    return code < 0x10000 ? `\\u${code.toString(16).padStart(4, '0')}` : `\\u{${code.toString(16)}}`;
  });
  const characters = [...escaped];
  return characters.length > limit ? `${characters.slice(0, limit - 1).join('')}…` : escaped;
}

/** Text of several lines for a terminal: line ends and tabs as they are, all else that could act on it escaped. */
export function printable(text: string): string {
  return text.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, (one) =>
    one === '\n' || one === '\t' ? one : escapeText(one),
  );
}
