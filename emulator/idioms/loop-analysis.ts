// Recognises loops that fill or copy memory, by what they do: straight-line code that steps pointers, moves one element
// a turn and branches back until two registers are equal. Compilers emit them for memset and memmove.
import type { Decoded } from '../isa/index.js';

/** A loop whose iterations can be done at once. Register numbers are 1..31; offsets and steps are bytes. */
export interface MemoryLoop {
  /** Bytes of code from the head to the branch. */
  readonly headDistance: number;
  /** Bytes of the branch's encoding. */
  readonly branchBytes: 2 | 4;
  /** Instructions of an iteration, the branch included. */
  readonly instructions: number;
  /** What each iteration adds to (rs1 - rs2) of the branch; not 0. */
  readonly conditionStep: number;
  /** Bytes of an element: 1, 2, 4 or 8. Both pointers step by it. */
  readonly elementBytes: number;
  /** An iteration that begins now stores to register + offset. */
  readonly store: { readonly base: number; readonly offset: number };
  /** Filling: the register stored. Copying: where the element is loaded from, into which register, and how. */
  readonly source:
    | { readonly kind: 'fill'; readonly value: number }
    | {
        readonly kind: 'copy';
        readonly base: number;
        readonly offset: number;
        readonly into: number;
        readonly signed: boolean;
      };
  /** Registers that an iteration steps, and by how much. */
  readonly steps: ReadonlyMap<number, number>;
}

/** Longest body that is looked at, in instructions. */
export const loopInstructionsMaximum = 8;
export const loopStepsMaximum = 4;

interface Access {
  readonly base: number;
  /** Offset from the base register's value at the start of the iteration. */
  readonly offset: number;
  readonly register: number;
  readonly bytes: number;
  readonly signed: boolean;
}

/** The body without its branch, taken apart; undefined when something in it is none of the three kinds. */
function summarize(
  body: readonly Decoded[],
): { steps: Map<number, number>; load?: Access; store: Access } | undefined {
  const steps = new Map<number, number>();
  let load: Access | undefined;
  let store: Access | undefined;
  for (const { instruction, rd, rs1, rs2, imm } of body) {
    const { effect } = instruction;
    const offset = imm + (steps.get(rs1) ?? 0);
    if (instruction.name === 'addi' && rd === rs1 && rd !== 0) steps.set(rd, (steps.get(rd) ?? 0) + imm);
    else if (effect.kind === 'load' && !load && !store && rd !== 0)
      load = { base: rs1, offset, register: rd, bytes: effect.bytes, signed: effect.signed };
    else if (effect.kind === 'store' && !store)
      store = { base: rs1, offset, register: rs2, bytes: effect.bytes, signed: false };
    else return undefined;
  }
  return store && { steps, store, ...(load && { load }) };
}

/**
 * The loop that `branch` closes, its body decoded from the head on; undefined when it is no such loop.
 * @param headDistance bytes of code from the head to the branch
 */
export function analyseLoop(
  body: readonly Decoded[],
  branch: Decoded,
  headDistance: number,
): MemoryLoop | undefined {
  const summary = branch.instruction.name === 'bne' ? summarize(body) : undefined;
  if (!summary) return undefined;
  const { steps, load, store } = summary;
  const stepOf = (register: number): number => steps.get(register) ?? 0;
  const conditionStep = stepOf(branch.rs1) - stepOf(branch.rs2);
  if (conditionStep === 0 || steps.size > loopStepsMaximum || stepOf(store.base) !== store.bytes)
    return undefined;
  const common = {
    headDistance,
    branchBytes: branch.length,
    instructions: body.length + 1,
    conditionStep,
    elementBytes: store.bytes,
    store: { base: store.base, offset: store.offset },
    steps,
  };
  if (!load) {
    if (steps.has(store.register)) return undefined;
    return { ...common, source: { kind: 'fill', value: store.register } };
  }
  const { base, offset, register: into, signed } = load;
  const reads = [branch.rs1, branch.rs2, base, store.base];
  const isCopy = store.register === into && load.bytes === store.bytes && stepOf(base) === load.bytes;
  if (!isCopy || steps.has(into) || reads.includes(into)) return undefined;
  return { ...common, source: { kind: 'copy', base, offset, into, signed } };
}
