// Where a hart is in the source, and nothing else of the moment: quick enough to be asked at every step.
import type { CodeOf } from '../replay/index.js';
import type { DebugInfo, SourceLocation } from '../symbols/index.js';
import { linkedAddress } from './backtrace.js';
import type { MomentSource } from './moment.js';
import { currentProcess } from './process-table.js';

const userMode = 0n;

/** The code that a hart executes: the kernel's or a program's, and the address it is linked at there. */
export interface ExecutedCode {
  readonly debug: DebugInfo;
  readonly pc: bigint;
}

/** Whose code a hart is about to execute; undefined for a program that is not known. */
export function executedCode({ replay, programs }: MomentSource, hart: number): ExecutedCode | undefined {
  const { machine, kernel } = replay;
  const state = machine.harts[hart];
  const pc = state.read('pc');
  if (state.read('mode') !== userMode)
    return { debug: kernel.debug, pc: linkedAddress(machine, hart, kernel.debug, pc) };
  const { processes } = kernel.profile;
  const process = processes && currentProcess(machine, processes, hart);
  const program = process && programs.named(process.name);
  return program && { debug: program.debug, pc };
}

/** The code of a program on the disk, to look for places in; undefined for one that cannot be read. */
export function programCode(source: MomentSource, name: string): CodeOf | undefined {
  const program = source.programs.named(name);
  if (program === undefined) return undefined;
  const { debug } = program;
  return { who: name, debug, isExecutedBy: (hart) => executedCode(source, hart)?.debug === debug };
}

/** The line of it; undefined where nothing is known of the code. */
export function placeOf(source: MomentSource, hart: number): SourceLocation | undefined {
  const code = executedCode(source, hart);
  return code?.debug.locationOf(code.pc);
}
