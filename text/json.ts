// A result as one JSON document, and what makes JSON fit to print: nothing in it may act on a terminal.
import { hex } from './hexadecimal.js';

/** The control characters that JSON.stringify leaves as they are, though a terminal obeys them, as escapes. */
export function printableJson(json: string): string {
  return json.replace(/[\x7f-\x9f]/g, (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/**
 * A document, indented, ending in a newline. Addresses and other wide integers, which are bigints, become hexadecimal
 * strings, since JSON has no 64-bit numbers; negative ones are decimal.
 *
 * @param tells whether a key may be told; all may when absent
 */
export function jsonDocument(value: object, tells: (key: string) => boolean = () => true): string {
  const member = (key: string, content: unknown): unknown => {
    if (!tells(key)) return undefined;
    if (typeof content !== 'bigint') return content;
    return content < 0n ? content.toString() : hex(content);
  };
  return `${printableJson(JSON.stringify(value, member, 2))}\n`;
}
