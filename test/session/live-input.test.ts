// Typing at a run while it goes: a person's keys and a pipe's lines, and that the recording repeats what happened.
import { describe, expect, test } from 'vitest';
import { defaultConfiguration } from '../../emulator/index.js';
import { eventNames } from '../../tracer/schema/index.js';
import {
  PersonInput,
  PipedInput,
  runProgram,
  type RunInput,
  type RunResult,
} from '../../tracer/session/index.js';
import { Replayer, verify } from '../../tracer/replay/index.js';
import { builtinInput } from '../support/kernel-run.js';
import { temporaryDirectory } from '../support/temporary-directory.js';

const inside = temporaryDirectory();

async function session(
  name: string,
  typist: RunInput,
  onConsole: (text: string) => void = () => {},
): Promise<{ result: RunResult; printed: string; out: string }> {
  const out = inside(name);
  let printed = '';
  const result = await runProgram({
    input: builtinInput('cow'),
    typist,
    program: [],
    machine: { ...defaultConfiguration, memoryBytes: 16 << 20, harts: 2 },
    limits: { cycles: 20e9, traceBytes: 1e9, consoleBytes: 1e6, seconds: Infinity },
    kinds: eventNames,
    out,
    toolVersion: 'test',
    onConsole: (bytes) => {
      printed += Buffer.from(bytes).toString('latin1');
      onConsole(printed);
    },
  });
  return { result, printed, out };
}

describe('a person', () => {
  test('types when it pleases, leaves, and the recording repeats it', async () => {
    const person = new PersonInput();
    let typed = 0;
    const steps: [RegExp, string][] = [
      [/\$ $/, 'echo onx\x7fe\r'],
      [/\none\n\$ $/, 'cat\r'],
      [/cat\n$/, 'some words\r'],
    ];
    const { result, printed, out } = await session('person.trace', person, (text) => {
      const step = steps[typed];
      if (step?.[0].test(text.replaceAll('\r', ''))) {
        typed++;
        person.type(Buffer.from(step[1]));
      }
      if (text.includes('some words\nsome words')) person.leave();
    });
    expect([typed, result.end, result.manifest.complete]).toEqual([3, 'left', true]);
    expect(printed).toContain('onx\b \be');
    const { digests, divergence } = await verify(out);
    expect([digests > 0, divergence]).toEqual([true, undefined]);
    const replay = await Replayer.open(out);
    expect(replay.recording.inputs.map(({ byte }) => String.fromCharCode(byte)).join('')).toBe(
      'echo onx\x7fe\rcat\rsome words\r',
    );
  });

  test('can leave before anything was typed', async () => {
    const person = new PersonInput();
    const { result } = await session('left.trace', person, () => person.leave());
    expect(result.end).toBe('left');
  });
});

describe('a pipe', () => {
  test('types a line at each prompt and ends with the last', async () => {
    const { result, printed, out } = await session('pipe.trace', new PipedInput('echo one\necho two\n'));
    expect(result.end).toBe('left');
    expect(printed.replaceAll('\r', '')).toMatch(/\$ echo one\none\n\$ echo two\ntwo\n\$ $/);
    expect((await verify(out)).divergence).toBeUndefined();
  });

  test('types on where a program waits for more, and ends when nothing comes of it', async () => {
    const { result, printed } = await session('cat.trace', new PipedInput('cat\nfirst\nsecond\n'));
    expect(result.end).toBe('left');
    expect(printed.replaceAll('\r', '')).toMatch(/\$ cat\nfirst\nfirst\nsecond\nsecond\n$/);
  });
});
