// What the guest prints, shown on a terminal.
import { describe, expect, test } from 'vitest';
import { ConsoleEcho } from '../../commands/console-echo.js';

function echoed(...pieces: (string | number[])[]): string {
  let text = '';
  const echo = new ConsoleEcho({ write: (data) => (text += data.toString()) });
  for (const piece of pieces)
    echo.print(typeof piece === 'string' ? Buffer.from(piece) : Uint8Array.from(piece));
  echo.end();
  return text;
}

describe('the echo', () => {
  test.each([
    ['lines and tabs as they are', ['a\tb\n'], 'a\tb\n'],
    ['a line that has no end, ended', ['$ '], '$ \n'],
    ['nothing for nothing', [], ''],
    ['carriage return and line feed as a line', ['a\r', '\nb\r\n'], 'a\nb\n'],
    ['a carriage return alone as an escape', ['a\r', 'b\n'], 'a\\rb\n'],
    ['control characters as escapes', ['\x1b[31m\x07\x9b\n'], '\\x1b[31m\\x07\\x9b\n'],
    ['a backslash as it is', ['a\\n\n'], 'a\\n\n'],
    ['characters cut in two pieces', [[0xc3], [0xa9, 0x0a]], 'é\n'],
    ['a character cut off at the end as a replacement', [[0xc3]], '\ufffd\n'],
    ['a carriage return at the end as an escape', ['a\r'], 'a\\r\n'],
    ['bytes that are no text as replacements', [[0xff, 0x0a]], '\ufffd\n'],
    ['text that runs backwards as escapes', ['\u202e\n'], '\\u202e\n'],
  ])('shows %s', (_, pieces, expected) => expect(echoed(...pieces)).toBe(expected));

  test('knows whether it is at the start of a line', () => {
    const echo = new ConsoleEcho({ write: () => true });
    expect(echo.atLineStart).toBe(true);
    echo.print(Buffer.from('a'));
    expect(echo.atLineStart).toBe(false);
    echo.print(Buffer.from('\n'));
    expect(echo.atLineStart).toBe(true);
  });
});
