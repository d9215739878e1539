// A result as one JSON document: addresses and other wide integers as hexadecimal strings, since JSON has no 64-bit
// numbers, and nothing in it that could act on a terminal.

/** Indented, ending in a newline. */
export function jsonDocument(value: object): string {
  const text = JSON.stringify(
    value,
    (_, member: unknown) => {
      return typeof member === 'bigint' ? (member < 0n ? `${member}` : `0x${member.toString(16)}`) : member;
    },
    2,
  );
  // JSON.stringify leaves the second control block as it is, and a terminal obeys it.
  return `${text.replace(/[\x7f-\x9f]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`)}\n`;
}
