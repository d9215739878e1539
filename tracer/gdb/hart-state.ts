// What a hart is doing, for a person: which process it runs, in which mode.
import type { Machine } from '../../emulator/index.js';
import { processWords } from '../../text/index.js';
import { currentProcess, type LiveProcess } from '../moment/index.js';
import type { ProcessFacts } from '../probes/index.js';

/** A hart between two instructions. */
export interface HartState {
  /** Undefined between processes, and for a kernel without a process table that the probes know. */
  readonly process: LiveProcess | undefined;
  /** Process and mode in a few words, with guest text escaped. */
  readonly words: string;
}

const modes = new Map([
  [0n, 'user'],
  [1n, 'supervisor'],
  [3n, 'machine'],
]);

/** What the hart does at the machine's present position. */
export function hartState(machine: Machine, facts: ProcessFacts | undefined, hart: number): HartState {
  const state = machine.harts[hart];
  const process = facts && currentProcess(machine, facts, hart);
  const waits = state.read('waiting') === 0n ? '' : ', waits for an interrupt';
  const who = process ? processWords(process.pid, process.name) : 'no process';
  return { process, words: `${who}, ${modes.get(state.read('mode'))} mode${waits}` };
}
