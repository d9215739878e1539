// The instructions of a routine, each with where execution goes on behind it.
import { csrIndex, csrs } from '../hart/csrs.js';
import type { CodeInstruction, WindowCode } from './window-code.js';

/** An offset in the window, in the routine itself (context 0) or in a copy of a function that it calls. */
export type Place = number;

const stackPointer = 2;
const contextSpan = 2 ** 24;
/** Branches lead out of the window by at most a MiB, either way. */
const offsetBias = 2 ** 22;

/** The place of an offset in a context. */
export const placeOf = (context: number, offset: number): Place =>
  context * contextSpan + offset + offsetBias;
/** Bytes from the window's base. */
export const offsetOf = (place: Place): number => (place % contextSpan) - offsetBias;
/** Which copy, 0 for none. */
export const contextOf = (place: Place): number => Math.floor(place / contextSpan);

/** An instruction of a routine, at its place; of a function that is copied there are several. */
export interface Step extends CodeInstruction {
  readonly place: Place;
  /** Where execution goes on, behind a call when it has returned; undefined where it does not. */
  readonly next: Place | undefined;
  /** Where a branch or jump goes to in the same context; undefined for others. */
  readonly target: Place | undefined;
  /** A call of a function whose copy follows, or the return from it: execution just goes on. */
  readonly inlined: 'call' | 'return' | undefined;
  /** Of a call, the offset that it leads to, if that is known; that of a `jalr` is a guess to be checked. */
  readonly callee: number | undefined;
}

type Decoded = CodeInstruction['decoded'];

const leavesLine = (kind: Decoded['instruction']['effect']['kind']): boolean =>
  kind === 'jump' || kind === 'jump_register';

const traps: readonly string[] = ['ecall', 'ebreak'];
const trapReturns: readonly string[] = ['mret', 'sret'];

/** True of what always traps. */
export const isTrap = ({ instruction }: Decoded): boolean => traps.includes(instruction.name);
/** True of what returns from a trap. */
export const isTrapReturn = ({ instruction }: Decoded): boolean => trapReturns.includes(instruction.name);

/** True of what changes where code is found: the interpreter looks where that is, and comes back behind it. */
export function changesMappings({ instruction, imm }: Decoded): boolean {
  return instruction.effect.kind === 'csr' && csrs[csrIndex.get(imm & 0xfff) ?? -1]?.after === 'translation';
}

/** True of the instruction by which a function makes room on the stack: the first of nearly every one. */
export const opensFrame = ({ instruction, rd, rs1, imm }: Decoded): boolean =>
  instruction.name === 'addi' && rd === stackPointer && rs1 === stackPointer && imm < 0;

/** True when execution never goes on behind the instruction of itself. */
export function endsLine(decoded: Decoded): boolean {
  return leavesLine(decoded.instruction.effect.kind) || isTrap(decoded) || isTrapReturn(decoded);
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

/** Where a call goes, from the window's base: the pair of `auipc` and `jalr` is one that may go farther than `jal`. */
export function calleeOf(code: WindowCode, one: CodeInstruction): number | undefined {
  const { decoded, offset } = one;
  if (decoded.instruction.effect.kind !== 'jump_register') return targetOf(one);
  const before = code.at(offset - 4)?.decoded;
  if (before?.instruction.name !== 'auipc' || before.rd !== decoded.rs1) return undefined;
  return (offset - 4 + before.imm + decoded.imm) & -2;
}

/** What sleeps is the interpreter's; and so is what an observer's word may make be left at once. */
export function isCompilable({ decoded, probe }: CodeInstruction): boolean {
  const { effect } = decoded.instruction;
  if (probe?.onHit && (effect.kind === 'branch' || endsLine(decoded))) return false;
  return effect.kind !== 'system' || effect.operation !== 'wfi';
}
