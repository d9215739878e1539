// An instruction of a routine, as effects see it: x registers are locals, everything else is constant.
import type { EffectFunctions, Execution, Workspace } from '../effects/execution.js';
import { csrOperand } from '../hart/csr-code.js';
import { csrIndex } from '../hart/csrs.js';
import { outOfStep, setWord, trapped } from '../hart/hart-code.js';
import { registerIndex } from '../hart/state.js';
import type { Decoded } from '../isa/index.js';
import { codePage, control } from '../memory-layout.js';
import { i32, i64, type FunctionReference, type I32, type I64, type Local } from '../wasm/expression.js';
import type { Label } from '../wasm/function-builder.js';
import type { RegisterCache } from './register-cache.js';
import type { Block } from './blocks.js';
import type { CodeInstruction } from './window-code.js';

/** Functions of the core that routines call. */
export interface RoutineFunctions extends EffectFunctions {
  readonly append: FunctionReference<'void'>;
  readonly mret: FunctionReference<'void'>;
  readonly sret: FunctionReference<'void'>;
  readonly loop: FunctionReference<'i32'>;
  readonly wait: FunctionReference<'i32'>;
  readonly probe: FunctionReference<'i32'>;
}

/** What all instructions of a routine share. */
export interface RoutineContext extends Workspace {
  readonly functions: RoutineFunctions;
  readonly budget: Local<'i32'>;
  /** Virtual address of the window's first byte. */
  readonly windowBase: bigint;
  /** Where to go on after `exit` and `forced`. */
  readonly nextPc: Local<'i64'>;
  readonly registers: RegisterCache;
  /** Leaves for `nextPc`; a caller whose return address that is goes on. */
  readonly exit: Label;
  /** Leaves for `nextPc`, and callers leave too. */
  readonly forced: Label;
  /** Leaves for the pc in state, and callers leave too. */
  readonly left: Label;
}

/** Virtual address of an offset in the window. */
export const addressOf = (c: Pick<RoutineContext, 'windowBase'>, offset: number): I64 =>
  i64.const(BigInt.asIntN(64, c.windowBase + BigInt(offset)));

/** Leaves the routine for an address, giving back what the block took for instructions that were not executed. */
export function leaveFor(c: RoutineContext, pc: I64, unused: number, by: Label = c.exit): void {
  c.f.set(c.nextPc, pc);
  giveBack(c, unused);
  c.f.branch(by);
}

/** Takes the count of instructions of a block that were not executed off again. */
export function giveBack(c: RoutineContext, unused: number): void {
  if (unused > 0) c.f.set(c.budget, i32.add(c.budget, i32.const(unused)));
}

/** Whether a CSR instruction writes; one that does not has no side effect. */
export function csrWrites({ instruction: { effect }, rs1 }: Decoded): boolean {
  return (effect.kind === 'csr' && effect.operation === 'write') || rs1 !== 0;
}

function csrRow(decoded: Decoded): number {
  return csrIndex.get(decoded.imm & 0xfff)! | (csrWrites(decoded) ? csrOperand.writes : 0);
}

/** Leaves after the instruction at hand where a helper has asked for it. */
export function leaveIfAsked(c: RoutineContext, { decoded, offset }: CodeInstruction, unused: number): void {
  const asked = i32.or(outOfStep(c.h), i32.load(i32.const(0), control.leave));
  c.f.if(asked, () => leaveFor(c, addressOf(c, offset + decoded.length), unused, c.forced));
}

/** The instruction at `index` of a block; `next` is the end of its code. Its source registers are held from here on. */
export function executionOf(c: RoutineContext, block: Block, index: number, next: Label): Execution {
  const one = block.instructions[index];
  const { decoded, offset } = one;
  const files = decoded.instruction.registers;
  const unused = block.instructions.length - 1 - index;
  if (files.rs1 === 'x') c.registers.hold(decoded.rs1);
  if (files.rs2 === 'x') c.registers.hold(decoded.rs2);
  return Object.assign(Object.create(c) as RoutineContext, {
    rs1: () => readFile(c, files.rs1, decoded.rs1),
    rs2: () => readFile(c, files.rs2, decoded.rs2),
    rs3: () => readFile(c, files.rs3, decoded.rs3),
    immediate: () => i64.const(BigInt(decoded.imm)),
    csrRow: () => i32.const(csrRow(decoded)),
    csrOperand: () => i64.const(BigInt(decoded.rs1)),
    roundingField: () => i32.const(decoded.imm & 7),
    pc: () => addressOf(c, offset),
    slotAddress: () => slotOf(one),
    write: (value: I64) => writeFile(c, files.rd, decoded.rd, value),
    publish: () => publish(c, offset, unused),
    continueAtTrap: () => c.f.if(trapped(c.h), () => goToTrap(c, unused)),
    goToTrap: () => goToTrap(c, unused),
    next: () => c.f.branch(next),
    nextSlowly: () => {
      leaveIfAsked(c, one, unused);
      c.f.branch(next);
    },
  });
}

function readFile(c: RoutineContext, file: 'x' | 'f' | undefined, number: number): I64 {
  if (file === 'f') return i64.load(c.h, (registerIndex.f + number) * 8);
  return file === undefined ? i64.const(0n) : c.registers.read(number);
}

function writeFile(c: RoutineContext, file: 'x' | 'f' | undefined, number: number, value: I64): void {
  if (file === 'f') c.f.do(i64.store(c.h, value, (registerIndex.f + number) * 8));
  else c.registers.write(number, value);
}

/** Address of the decoded slot of an instruction. */
export function slotOf({ page, offset }: CodeInstruction): I32 {
  return i32.const(page.address + (offset - page.offset) * (codePage.slotBytes / 2));
}

/** Puts into state what helpers need to know about now; x registers are there always. */
export function publish(c: RoutineContext, offset: number, unused: number): void {
  setWord(c.f, c.h, 'pc', addressOf(c, offset));
  c.f.do(i32.store(i32.const(0), i32.add(c.budget, i32.const(unused)), control.budget));
}

function goToTrap(c: RoutineContext, unused: number): void {
  giveBack(c, unused);
  c.f.branch(c.left);
}
