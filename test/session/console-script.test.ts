// What counts as a prompt, and what is typed at it.
import { describe, expect, test } from 'vitest';
import { ConsoleScript, silenceCycles } from '../../tracer/session/console-script.js';

/** Prints the texts one after the other; what was typed and how often it prompted again by then. */
function run(line: string, ...texts: readonly string[]) {
  const seen = { typed: '', again: 0 };
  const script = new ConsoleScript(line, {
    printed: () => {},
    typed: (byte) => (seen.typed += String.fromCharCode(byte)),
    prompted: (again) => (seen.again += again ? 1 : 0),
  });
  for (const text of texts) {
    for (const byte of Buffer.from(text)) script.transmitted(byte, 0);
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
    const behind = '\x1b[32m$\x1b[0m ';
    expect(run('ls', behind, 'ls\n', behind)).toEqual({ typed: 'ls\n', again: 1 });
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

describe('behind something else on its line', () => {
  /** A console after a text, told of silences; how often it prompted, the first time not counted. */
  function silent(text: string, ...silences: readonly (readonly [cycle: number, isIdle: boolean])[]): number {
    let again = 0;
    const script = new ConsoleScript('ls', {
      printed: () => {},
      typed: () => {},
      prompted: (isAgain) => (again += isAgain ? 1 : 0),
    });
    for (const byte of Buffer.from(text)) script.transmitted(byte, 100);
    for (const [cycle, isIdle] of silences) script.waited(cycle, isIdle);
    return again;
  }
  const long = 100 + silenceCycles;

  test('it is the prompt when the guest then waits', () => {
    expect(silent('$ ls\nno newline$ ', [long, true], [2 * long, true])).toBe(1);
  });

  test('it is none while something runs, when more is printed, or too soon', () => {
    expect(silent('$ ls\nno newline$ ', [long, false], [long + 1, true])).toBe(0);
    expect(silent('$ ls\nno newline$ ', [long, false], [long + silenceCycles, true])).toBe(1);
    expect(silent('$ ls\nit costs $ 5', [long, true])).toBe(0);
    expect(silent('$ ls\nno newline$ ', [long - 1, true])).toBe(0);
  });

  test('the first prompt is found so, too', () => {
    expect(silent('init: 2 forked$ ', [long, true], [long, true])).toBe(0);
    const seen: boolean[] = [];
    const script = new ConsoleScript('ls', {
      printed: () => {},
      typed: () => {},
      prompted: (again) => seen.push(again),
    });
    for (const byte of Buffer.from('init: 2 forked$ ')) script.transmitted(byte, 100);
    expect(script.nextInput(100)).toBe(long);
    script.waited(long, true);
    expect(seen).toEqual([false]);
    expect(script.receive(long)).toBe('l'.charCodeAt(0));
  });
});
