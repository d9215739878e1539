// Sessions of gdb with a replay of frames, each with what must hold of its output: for the fast tests once, and for the
// slow ones over and over.
import { expect } from 'vitest';
import type { DebuggedRun } from './debugged-run.js';
import { gdbSession, printedValues } from './gdb-multiarch.js';

/** What a person does with gdb, and what they must see. */
export interface Scenario {
  readonly name: string;
  readonly commands: string;
  check(output: string, run: DebuggedRun): void;
}

const stops = (output: string): string[] =>
  [...output.matchAll(/^(?:Thread \d+ .* hit (.*)|(No more reverse-execution history\.))$/gm)].map(
    ([, hit, end]) => (hit ?? end).replace(/ \(.*$/, ''),
  );

const repeated = (command: string, count: number): string => `${command}\n`.repeat(count);
const printsCycle = (command: string, count: number): string => repeated(`${command}\nprint $cycle`, count);

export const scenarios: readonly Scenario[] = [
  {
    name: 'stops at uvmcopy, whose callers are fork and a system call',
    commands: 'break uvmcopy\ncontinue\nbacktrace\ninfo threads\nprint/x parent\ninfo registers priv',
    check(output, { replay }) {
      expect(output).toMatch(/hit Breakpoint 1, (0x\w+ in )?uvmcopy \(parent=0x8/);
      expect(output).toMatch(/#1 .* fork \(\)[^]*#2 .* sys_fork \([^]*#3 .* syscall \(\)/);
      expect(output.match(/^[* ] \d +Thread \d "hart \d" \(/gm)).toHaveLength(replay.machine.harts.length);
      expect(printedValues(output)[0]).toBeGreaterThan(0x80000000n);
      expect(output).toMatch(/prv:1 \[Supervisor\]/);
    },
  },
  {
    name: 'steps back and forth over the same instructions',
    commands: `break uvmcopy\ncontinue\ndelete\nprint $cycle\n${printsCycle('stepi', 8)}${printsCycle(
      'reverse-stepi',
      8,
    )}${printsCycle('stepi', 8)}`,
    check(output) {
      const cycles = printedValues(output);
      const [start, ...rest] = cycles;
      const forth = rest.slice(0, 8);
      expect(forth).toEqual(forth.map((_, index) => start + BigInt(index + 1)));
      expect(rest.slice(8, 16)).toEqual([...forth.slice(0, -1).reverse(), start]);
      expect(rest.slice(16)).toEqual(forth);
    },
  },
  {
    name: 'steps over calls by lines, forwards and backwards',
    commands: `break uvmcopy\ncontinue\ndelete\n${repeated('next', 5)}${repeated('reverse-next', 4)}info frame`,
    check(output) {
      const lines = [...output.matchAll(/^(\d+)\t/gm)].map(([, line]) => Number(line)).slice(-9);
      expect(new Set(lines.slice(0, 5)).size).toBe(5);
      expect(lines.slice(5)).toEqual(lines.slice(0, 4).reverse());
      expect(output).toMatch(/ in uvmcopy \(.*cow\.c:/);
    },
  },
  {
    name: 'leaves functions by their end and by their beginning',
    commands:
      'break mappages\ncontinue\ndelete\nprint $cycle\nnext\nreverse-finish\nprint $cycle\nstepi\nfinish\nprint $cycle',
    check(output) {
      const [entry, caller, after] = printedValues(output);
      expect(caller).toBeLessThan(entry);
      expect(after).toBeGreaterThan(entry);
      expect(output).toMatch(/Value returned is \$\d+ = 0/);
    },
  },
  {
    name: 'finds who wrote a page-table entry last',
    commands: [
      ...['break page_make_writable', 'continue', 'delete'],
      ...['tbreak user_page', 'continue', 'finish', 'set $entry = (unsigned long *)$', 'finish'],
      ...['print $cycle', 'watch *$entry', 'reverse-continue', 'print $cycle', 'x/i $pc'],
    ].join('\n'),
    check(output) {
      const [behind, at] = printedValues(output);
      expect(at).toBeLessThan(behind);
      expect(output).toMatch(/hit Hardware watchpoint \d+: \*\$entry\s+Old value = \d+\s+New value = \d+/);
      expect(output).toMatch(/=> 0x\w+ <mappages\+\d+>:\s+sd\s/);
    },
  },
  {
    name: 'stops in programs, whichever process runs them',
    commands: `hbreak *0x0\n${repeated('continue\nmonitor when', 2)}${repeated('reverse-continue', 2)}`,
    check(output) {
      const hits = output.match(/hit Breakpoint 1, 0x0+ in \?\? \(\)/g);
      expect(hits).toHaveLength(3);
      expect(output).toContain('user mode, has the turn');
      expect(stops(output).at(-1)).toMatch(/^No more/);
    },
  },
  {
    name: 'meets every breakpoint again on the way back',
    commands: `break uvmcopy\n${repeated('continue\nprint $cycle', 3)}${repeated('reverse-continue\nprint $cycle', 2)}`,
    check(output) {
      const [first, second, third, ...back] = printedValues(output);
      expect(first < second && second < third).toBe(true);
      expect(back).toEqual([second, first]);
    },
  },
];

/** Runs a scenario from the beginning of the run, and checks it. */
export async function play(scenario: Scenario, run: DebuggedRun, file: string): Promise<void> {
  run.replay.seek(0);
  const output = await gdbSession(file, run.server.port, scenario.commands);
  try {
    scenario.check(output, run);
  } catch (error) {
    throw new Error(`${scenario.name}; gdb said:\n${output}`, { cause: error });
  }
}
