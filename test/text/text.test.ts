// Text for people: nothing the guest wrote can act on a terminal, and lines stay within theirs.
import { describe, expect, test } from 'vitest';
import {
  choiceInstead,
  didYouMean,
  escapeText,
  hex,
  jsonDocument,
  printable,
  processWords,
  wantsColour,
  wrapText,
} from '../../text/index.js';

describe('escapeText', () => {
  const cases: [string, string][] = [
    ['plain text', 'plain text'],
    ['a\tb\n', 'a\\tb\\n'],
    ['\x1b[31m', '\\x1b[31m'],
    ['\u009b', '\\x9b'],
    ['\u202etxt', '\\u202etxt'],
    ['back\\slash', 'back\\\\slash'],
    ['\u2028', '\\u2028'],
    ['\ud800', '\\ud800'],
    ['Grüße', 'Grüße'],
  ];
  for (const [text, escaped] of cases) {
    test(JSON.stringify(text), () => expect(escapeText(text)).toBe(escaped));
  }

  test('cuts long texts', () => expect(escapeText('abcdef', 4)).toBe('abc…'));
});

test('wrap breaks at spaces, and words that are longer than a line', () => {
  expect(wrapText('one two three', 9, ' ')).toEqual([' one two', ' three']);
  expect(wrapText('one two three', 8, ' ')).toEqual([' one two', ' three']);
  expect(wrapText('one two three', 7, ' ')).toEqual([' one', ' two', ' three']);
  expect(wrapText('abcdefghij kl', 6, '', ' ')).toEqual(['abcdef', ' ghij', ' kl']);
});

test('text of several lines keeps its lines and tabs, and nothing else that acts', () => {
  expect(printable('one\n\ttwo\r\x1b[2J\u2028')).toBe('one\n\ttwo\\r\\x1b[2J\\u2028');
});

test('colour is for terminals without NO_COLOR', () => {
  expect(wantsColour({ isTTY: true }, {})).toBe(true);
  expect(wantsColour({ isTTY: true }, { NO_COLOR: '1' })).toBe(false);
  expect(wantsColour({ isTTY: true }, { TERM: 'dumb' })).toBe(false);
  expect(wantsColour({}, {})).toBe(false);
});

describe('a JSON document', () => {
  test('has wide integers as text, in hexadecimal unless they are negative', () => {
    expect(jsonDocument({ va: 0x8000_0000n, result: -1n, count: 3 })).toBe(
      '{\n  "va": "0x80000000",\n  "result": "-1",\n  "count": 3\n}\n',
    );
  });

  test('cannot act on the terminal, and reads back as it was', () => {
    const text = '\x1b[2J \x7f \x9b2J';
    const printed = jsonDocument({ text });
    expect(printed).not.toMatch(/[\x00-\x09\x0b-\x1f\x7f-\x9f]/);
    expect(JSON.parse(printed)).toEqual({ text });
  });

  test('leaves out the keys that it may not tell, at any depth', () => {
    const told = jsonDocument({ a: 1, b: [{ a: 2, c: 3 }] }, (key) => key !== 'a');
    expect(JSON.parse(told)).toEqual({ b: [{ c: 3 }] });
  });
});

test('a process goes by its number, and by its name where it has one', () => {
  expect([processWords(3), processWords(3, ''), processWords('1.2', 'sh\x1b')]).toEqual([
    'process 3',
    'process 3',
    'process 1.2 (sh\\x1b)',
  ]);
});

test('addresses have as many digits as they need', () => {
  expect([hex(0x1000), hex(0xffff_ffff_ffff_f000n)]).toEqual(['0x1000', '0xfffffffffffff000']);
});

test.each([
  ['cowtset', 'cowtest'],
  ['rnu', 'run'],
  ['ru', 'run'],
  ['cowtestt', 'cowtest'],
  ['usertests', undefined],
  ['xyz', undefined],
])('%s was meant to be %s', (word, meant) => {
  const words = ['cowtest', 'run', 'frames'];
  expect(didYouMean(word, words)).toBe(meant === undefined ? '' : `; did you mean '${meant}'?`);
  expect(choiceInstead(word, words, 'there are')).toBe(
    didYouMean(word, words) || '; there are cowtest, run, frames',
  );
});
