// An instruction of a region, as effects see it: x registers are locals of the region, everything else is constant.
import type { Execution, Workspace } from '../effects/execution.js';
import { outOfStep, setWord, trapped } from '../hart/hart-code.js';
import { csrOperand } from '../hart/csr-code.js';
import { csrIndex } from '../hart/csrs.js';
import { registerIndex } from '../hart/state.js';
import type { Decoded } from '../isa/index.js';
import { codePage, control, pageBytes } from '../memory-layout.js';
import type { Label } from '../wasm/function-builder.js';
import { i32, i64, type I64, type Local } from '../wasm/expression.js';
import type { Block, RegionInstruction } from './blocks.js';

/** What all instructions of a region share. */
export interface RegionContext extends Workspace {
  readonly budget: Local<'i32'>;
  /** Virtual address of the region's base. */
  readonly base: Local<'i64'>;
  /** Where to go on after `exit`. */
  readonly pc: Local<'i64'>;
  /** By number; those that stay in memory are absent. */
  readonly registers: readonly (Local<'i64'> | undefined)[];
  /** Leaves for `pc`. */
  readonly exit: Label;
  /** Leaves for the pc in state. */
  readonly leave: Label;
}

/** Helpers that report stores read the return address and the frame pointer from state. */
const registersOfCallSite = [1, 8];

const addressOf = (c: RegionContext, offset: number): I64 => i64.add(c.base, i64.const(BigInt(offset)));

/** Leaves the region for an address, giving back what the block took for instructions that were not executed. */
export function leaveFor(c: RegionContext, pc: I64, unused: number): void {
  c.f.set(c.pc, pc);
  giveBack(c, unused);
  c.f.branch(c.exit);
}

/** Takes the count of instructions of a block that were not executed off again. */
export function giveBack(c: RegionContext, unused: number): void {
  if (unused > 0) c.f.set(c.budget, i32.add(c.budget, i32.const(unused)));
}

function readFile(c: RegionContext, file: 'x' | 'f' | undefined, number: number): I64 {
  if (file === 'f') return i64.load(c.h, (registerIndex.f + number) * 8);
  if (file === undefined || number === 0) return i64.const(0n);
  return c.registers[number] ?? i64.load(c.h, number * 8);
}

function writeFile(c: RegionContext, file: 'x' | 'f' | undefined, number: number, value: I64): void {
  if (file === 'f') c.f.do(i64.store(c.h, value, (registerIndex.f + number) * 8));
  else if (number === 0) c.f.drop(value);
  else if (c.registers[number]) c.f.set(c.registers[number], value);
  else c.f.do(i64.store(c.h, value, number * 8));
}

/** Whether a CSR instruction writes; one that does not has no side effect. */
export function csrWrites({ instruction: { effect }, rs1 }: Decoded): boolean {
  return (effect.kind === 'csr' && effect.operation === 'write') || rs1 !== 0;
}

function csrRow(decoded: Decoded): number {
  return csrIndex.get(decoded.imm & 0xfff)! | (csrWrites(decoded) ? csrOperand.writes : 0);
}

/** The instruction at `index` of a block; `next` is the end of its code. */
export function executionOf(c: RegionContext, block: Block, index: number, next: Label): Execution {
  const { decoded, offset } = block.instructions[index];
  const files = decoded.instruction.registers;
  const unused = block.instructions.length - 1 - index;
  return Object.assign(Object.create(c) as RegionContext, {
    rs1: () => readFile(c, files.rs1, decoded.rs1),
    rs2: () => readFile(c, files.rs2, decoded.rs2),
    rs3: () => readFile(c, files.rs3, decoded.rs3),
    immediate: () => i64.const(BigInt(decoded.imm)),
    csrRow: () => i32.const(csrRow(decoded)),
    csrOperand: () => i64.const(BigInt(decoded.rs1)),
    roundingField: () => i32.const(decoded.imm & 7),
    pc: () => addressOf(c, offset),
    slotAddress: () => i32.const(slotOf(block, block.instructions[index])),
    write: (value: I64) => writeFile(c, files.rd, decoded.rd, value),
    publish: () => publish(c, offset, unused),
    continueAtTrap: () => c.f.if(trapped(c.h), () => goToTrap(c, unused)),
    goToTrap: () => goToTrap(c, unused),
    next: () => c.f.branch(next),
    nextSlowly: () => {
      const asked = i32.or(outOfStep(c.h), i32.load(i32.const(0), control.leave));
      c.f.if(asked, () => leaveFor(c, addressOf(c, offset + decoded.length), unused));
      c.f.branch(next);
    },
  });
}

function slotOf({ page }: Block, { offset }: RegionInstruction): number {
  return page.address + (offset % pageBytes) * (codePage.slotBytes / 2);
}

function publish(c: RegionContext, offset: number, unused: number): void {
  setWord(c.f, c.h, 'pc', addressOf(c, offset));
  c.f.do(i32.store(i32.const(0), i32.add(c.budget, i32.const(unused)), control.budget));
  for (const number of registersOfCallSite) {
    const register = c.registers[number];
    if (register) c.f.do(i64.store(c.h, register, number * 8));
  }
}

function goToTrap(c: RegionContext, unused: number): void {
  giveBack(c, unused);
  c.f.branch(c.leave);
}
