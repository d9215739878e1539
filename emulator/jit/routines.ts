// What is compiled as one function: the code that is reached from a start without following calls, in straight runs.
import { pageBytes } from '../memory-layout.js';
import type { CodeInstruction, WindowCode, WindowPage } from './window-code.js';

/** Instructions that are executed one after the other, but for branches out of their midst. */
export interface Block {
  readonly page: WindowPage;
  /** Bytes from the window's base. */
  readonly offset: number;
  readonly instructions: readonly CodeInstruction[];
  /** Number by which the block can be entered from outside or by a branch back; undefined when neither happens. */
  readonly entry: number | undefined;
}

/** Code that becomes one function. */
export interface Routine {
  readonly start: number;
  /** In the order of their addresses. */
  readonly blocks: readonly Block[];
  /** Starts of the routines it calls. */
  readonly callees: readonly number[];
  readonly instructionCount: number;
}

/** A block runs only when the budget covers all of it. */
const blockInstructionsMaximum = 48;

/** The optimising compiler takes more than twice as long for twice as much. */
const routineInstructionsMaximum = 600;

/** What sleeps is the interpreter's; and so is what an observer's word may make be left at once. */
function isCompilable({ decoded, probe }: CodeInstruction): boolean {
  const { effect } = decoded.instruction;
  if (probe?.onHit && (effect.kind === 'branch' || endsLine(decoded))) return false;
  return effect.kind !== 'system' || effect.operation !== 'wfi';
}

type Decoded = CodeInstruction['decoded'];

const leavesLine = (kind: Decoded['instruction']['effect']['kind']): boolean =>
  kind === 'jump' || kind === 'jump_register';

const traps: readonly string[] = ['ecall', 'ebreak'];
const trapReturns: readonly string[] = ['mret', 'sret'];

/** True when execution never goes on behind the instruction of itself. */
export function endsLine({ instruction: { name, effect } }: Decoded): boolean {
  return leavesLine(effect.kind) || traps.includes(name) || trapReturns.includes(name);
}

/** A jump that links comes back behind itself, as far as one can tell. */
export function isCall({ instruction, rd }: Decoded): boolean {
  return leavesLine(instruction.effect.kind) && rd !== 0;
}

/** Where a branch or jump goes, from the window's base; undefined for other instructions. */
export function targetOf({ decoded, offset }: CodeInstruction): number | undefined {
  const { kind } = decoded.instruction.effect;
  return kind === 'branch' || kind === 'jump' ? offset + decoded.imm : undefined;
}

/** What is found out about the code that a start leads to. */
interface Reached {
  readonly instructions: Map<number, CodeInstruction>;
  /** Where blocks begin; and those of them where the routine can be entered. */
  readonly leaders: Set<number>;
  readonly entries: Set<number>;
  readonly callees: Set<number>;
}

/** The routine that begins at an offset; undefined when nothing there can be compiled. */
export function routineAt(code: WindowCode, start: number): Routine | undefined {
  const reached = reach(code, start);
  if (!reached.instructions.has(start)) return undefined;
  return {
    start,
    blocks: blocksOf(reached, start),
    callees: [...reached.callees],
    instructionCount: reached.instructions.size,
  };
}

/** Nearest first, so that what does not fit is what is farthest away. */
function reach(code: WindowCode, start: number): Reached {
  const reached: Reached = {
    instructions: new Map(),
    leaders: new Set([start]),
    entries: new Set([start]),
    callees: new Set(),
  };
  const functions = new Set(code.callTargets);
  functions.delete(start);
  const pending = [start];
  for (let index = 0; index < pending.length; index++) {
    if (reached.instructions.size >= routineInstructionsMaximum) break;
    follow(code, reached, functions, pending, pending[index]);
  }
  return reached;
}

/** Straight on from an offset; what branches off is left for later. */
function follow(
  code: WindowCode,
  reached: Reached,
  functions: ReadonlySet<number>,
  pending: number[],
  from: number,
): void {
  const { instructions, leaders, entries, callees } = reached;
  const leadTo = (offset: number, isEntry: boolean): void => {
    leaders.add(offset);
    if (isEntry) entries.add(offset);
    pending.push(offset);
  };
  for (let offset = from; !instructions.has(offset);) {
    const one = code.at(offset);
    if (!one) {
      // An instruction across the page's end is the interpreter's, which comes back behind it.
      if ((offset & (pageBytes - 1)) === pageBytes - 2 && code.at(offset + 4)) leadTo(offset + 4, true);
      return;
    }
    const next = offset + one.decoded.length;
    if (!isCompilable(one)) return void (code.at(next) && leadTo(next, true));
    instructions.set(offset, one);
    if (trapReturns.includes(one.decoded.instruction.name)) return;
    if (traps.includes(one.decoded.instruction.name)) return void (code.at(next) && leadTo(next, true));
    const target = targetOf(one);
    if (isCall(one.decoded)) {
      if (target !== undefined) callees.add(target);
      return leadTo(next, true);
    }
    if (one.decoded.instruction.effect.kind === 'jump_register') return;
    if (target !== undefined && functions.has(target)) callees.add(target);
    else if (target !== undefined) leadTo(target, target <= offset);
    if (one.decoded.instruction.effect.kind === 'jump') return;
    offset = next;
  }
}

function blocksOf({ instructions, leaders, entries }: Reached, start: number): Block[] {
  const others = [...entries].filter((entry) => entry !== start && instructions.has(entry));
  const numbers = new Map([start, ...others].map((at, number) => [at, number]));
  const blocks: Block[] = [];
  let run: CodeInstruction[] = [];
  let follows = -1;
  for (const one of [...instructions.values()].sort((a, b) => a.offset - b.offset)) {
    const { offset, page, decoded } = one;
    // What an observer is told may change what a block has looked at before.
    const breaks = offset !== follows || leaders.has(offset) || offset === page.offset || one.probe?.onHit;
    if (breaks || run.length === blockInstructionsMaximum) {
      run = [];
      blocks.push({ page, offset, instructions: run, entry: numbers.get(offset) });
    }
    run.push(one);
    follows = endsLine(decoded) ? -1 : offset + decoded.length;
  }
  return blocks;
}
