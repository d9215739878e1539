// Text for a terminal: lines and tabs as they are, everything else that could act on it as an escape.
import { escapeText } from '../analyzer/escape.js';

export function printable(text: string): string {
  return text.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, (one) =>
    one === '\n' || one === '\t' ? one : escapeText(one),
  );
}
