// trace shell, driven through a pipe; and what a terminal's keys and screen do.
import { describe, expect, test } from 'vitest';
import { KeyReader } from '../../commands/shell/keys.js';
import { Screen } from '../../commands/shell/screen.js';
import { trace } from '../support/command-line.js';
import { temporaryDirectory } from '../support/temporary-directory.js';

const inside = temporaryDirectory();

describe('trace shell', () => {
  test('types what a pipe brings, and leaves a trace that is judged and replays', async () => {
    const out = inside('shell.trace');
    const words = ['shell', '--memory', '16', '--harts', '1', '--out', out];
    const { exitCode, stdout } = await trace(words, { stdin: 'echo one\nls\n' });
    expect(exitCode).toBe(0);
    expect(stdout).toContain('$ echo one\none\n$ ls\n');
    expect(stdout).toMatch(/the console was left, after [\d,]+ cycles; digest [\da-f]{32}\n/);
    const verified = await trace(['verify', out]);
    expect([verified.exitCode, verified.stdout]).toEqual([0, expect.stringContaining('all equal')]);
    expect((await trace(['check', out])).stdout).toContain('PASSED');
    const { stdout: page } = await trace(['replay', out, '--to', 'console:one', '--show', 'bt']);
    expect(page).toMatch(/^the console shows "one": cycle /);
  });

  test('takes a kernel like the other commands', async () => {
    const { exitCode, stderr } = await trace(['shell', '--kernel', inside('none')], { stdin: '' });
    expect([exitCode, stderr]).toEqual([2, expect.stringContaining('none')]);
  });
});

describe('keys', () => {
  const read = (...pieces: string[]) => {
    const reader = new KeyReader();
    return pieces.map((piece) => {
      const { bytes, leave } = reader.read(Buffer.from(piece, 'latin1'));
      return [Buffer.from(bytes).toString('latin1'), leave];
    });
  };

  test('reach the guest, but for those that leave', () => {
    expect(read('ls\r', '\x03\x04')).toEqual([['ls\r', false], ['\x03\x04', false]]); // prettier-ignore
    expect(read('ab\x1dcd')).toEqual([['ab', true]]);
    expect(read('a\x01xb')).toEqual([['a', true]]);
    expect(read('a\x01', 'X')).toEqual([['a', false], ['', true]]); // prettier-ignore
    expect(read('\x01\x01b\x01c')).toEqual([['\x01b', false]]);
  });
});

describe('the screen', () => {
  test('lets the guest edit its line and nothing else of the terminal', () => {
    const written: string[] = [];
    const screen = new Screen({ write: (data) => written.push(String(data)) });
    screen.print(Buffer.from('ab\b \bc\r\n\x1b[2Jd\t\x07'));
    expect(written.join('')).toBe('ab\b \bc\r\n\\x1b[2Jd\t\\x07');
  });
});
