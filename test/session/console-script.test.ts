// What counts as a prompt, and what is typed at it.
import { describe, expect, test } from 'vitest';
import { ConsoleScript } from '../../tracer/session/console-script.js';

/** Prints the texts one after the other; what was typed and how often it prompted again by then. */
function run(line: string, ...texts: readonly string[]) {
  const seen = { typed: '', again: 0 };
  const script = new ConsoleScript(line, {
    printed: () => {},
    typed: (byte) => (seen.typed += String.fromCharCode(byte)),
    prompted: (again) => (seen.again += again ? 1 : 0),
  });
  for (const text of texts) {
    for (const byte of Buffer.from(text)) script.transmitted(byte);
    while (script.receive(0) !== undefined);
  }
  return seen;
}

describe('the prompt', () => {
  test('is typed at once, and is the end when it comes again', () => {
    expect(run('echo hi', 'init: starting sh\n$ ')).toEqual({ typed: 'echo hi\n', again: 0 });
    expect(run('echo hi', '$ ', 'echo hi\nhi\n', '$ ')).toEqual({ typed: 'echo hi\n', again: 1 });
  });

  test('may have a name, a place and colours before it', () => {
    const own = '\x1b[1;38;5;208mroot@xv6\x1b[0m:\x1b[1;34m/root\x1b[0m# ';
    expect(run('ls', `booting\n${own}`, 'ls\n', own)).toEqual({ typed: 'ls\n', again: 1 });
  });

  test('is from then on the same text and no other', () => {
    expect(run('ls', '$ ', 'ls\nprice> \nroot# \n 5 $ \n')).toEqual({ typed: 'ls\n', again: 0 });
  });

  test.each(['xv6 kernel is booting\n', 'hart 1 starting\n', '5$ ', ' $ ', 'cost in $ ', '$x'])(
    'is not %j',
    (text) => {
      expect(run('ls', text)).toEqual({ typed: '', again: 0 });
    },
  );

  test('with nothing to type is the end', () => {
    expect(run('', '$ ')).toEqual({ typed: '', again: 1 });
  });
});
