// The next command to type must do what it says when it is pasted, whatever a trace is called.
import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { shellWord } from '../../commands/suggestion.js';

test.each(['plain.trace', 'a b', "it's", '$(touch x)', '`x`', 'a"b\\', '*', ''])(
  '%j is one word to a shell',
  (word) => {
    expect(execFileSync('sh', ['-c', `printf %s ${shellWord(word)}`]).toString()).toBe(word);
  },
);

test('what needs no quotes has none', () => {
  expect(shellWord('traces/cowtest.trace')).toBe('traces/cowtest.trace');
});
