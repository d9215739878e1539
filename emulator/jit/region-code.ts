// Generated code of a region: one function, its blocks in order of addresses inside one loop, x registers in locals.
import { carryOut, operandsOf } from '../effects/carry-out.js';
import { csrRead } from '../effects/csr.js';
import { csrIndex, csrs } from '../hart/csrs.js';
import { mode, setWord } from '../hart/hart-code.js';
import { tlb } from '../hart/state.js';
import { codePage, pageBytes } from '../memory-layout.js';
import { tlbEntry, tlbOf } from '../mmu/translate-code.js';
import type { FunctionBuilder, Label } from '../wasm/function-builder.js';
import { i32, i64, type I64, type Local } from '../wasm/expression.js';
import { targetOf, type Block, type RegionPage } from './blocks.js';
import { csrWrites, executionOf, giveBack, leaveFor, type RegionContext } from './region-execution.js';

/** Each register in a local costs at every way in and out, and the optimising compiler at every block. */
const localRegistersMaximum = 14;

export type RegionParts = Pick<RegionContext, 'functions' | 'algebra' | 'layout'>;

interface Region extends RegionContext {
  readonly number: number;
  readonly blocks: readonly Block[];
  readonly pages: readonly RegionPage[];
  readonly indexOf: ReadonlyMap<number, number>;
  /** Code of block i starts at the end of `labels[i]`. */
  readonly labels: readonly Label[];
  /** Block to go to from the head of the loop. */
  readonly entry: Local<'i32'>;
  readonly head: Label;
  /** Fetch kind of the TLB of the mode the region runs in. */
  readonly fetchTlb: Local<'i32'>;
}

/** Body of region `number`; see region-interface.ts for its parameters. */
export function buildRegion(
  f: FunctionBuilder,
  parts: RegionParts,
  number: number,
  pages: readonly RegionPage[],
  blocks: readonly Block[],
): void {
  const h = f.parameter('i32', 0);
  const used = registersOf(blocks);
  const registers = used.map((use, index) => (use ? f.local('i64', i64.load(h, index * 8)) : undefined));
  const locals = declareLocals(f);
  f.set(locals.fetchTlb, i32.add(tlbOf(h, mode(h)), i32.const(tlb.fetch)));
  const budget = f.parameter('i32', 1);
  f.block((leave) => {
    f.block((exit) => {
      f.loop((head) => {
        const labels = blocks.map(() => f.open()).reverse();
        const entry = f.parameter('i32', 2);
        const entries = labels.filter((_, index) => blocks[index].entry !== undefined);
        f.branchTable(entry, entries, labels[0]);
        const indexOf = new Map(blocks.map((block, index) => [block.offset, index]));
        const shared = { ...parts, ...locals, f, h, budget, registers, exit, leave, number, pages, blocks };
        const base = f.parameter('i64', 3);
        const region = { ...shared, base, tlb: f.parameter('i32', 4), indexOf, labels, entry, head };
        blocks.forEach((_, index) => buildBlock(region, index));
      });
    });
    setWord(f, h, 'pc', locals.pc);
  });
  used.forEach((use, index) => {
    if (use === 'written') f.do(i64.store(h, registers[index]!, index * 8));
  });
  f.return(budget);
}

function declareLocals(f: FunctionBuilder) {
  return {
    va: f.local('i64'),
    value: f.local('i64'),
    other: f.local('i64'),
    at: f.local('i32'),
    slow: f.local('i32'),
    pc: f.local('i64'),
    fetchTlb: f.local('i32'),
  };
}

/** The x registers that the region names most often, and which of them it writes: the others stay in memory. */
function registersOf(blocks: readonly Block[]): (false | 'read' | 'written')[] {
  const uses = new Array<number>(32).fill(0);
  const written = new Array<boolean>(32).fill(false);
  for (const { instructions } of blocks) {
    for (const { decoded } of instructions) {
      const { rd, rs1, rs2 } = decoded.instruction.registers;
      if (rs1 === 'x') uses[decoded.rs1]++;
      if (rs2 === 'x') uses[decoded.rs2]++;
      if (rd === 'x') uses[decoded.rd]++;
      if (rd === 'x') written[decoded.rd] = true;
    }
  }
  uses[0] = 0;
  const order = uses.map((_, register) => register).sort((a, b) => uses[b] - uses[a] || a - b);
  const kept = new Set(order.slice(0, localRegistersMaximum).filter((register) => uses[register] > 0));
  return uses.map((_, register) => kept.has(register) && (written[register] ? 'written' : 'read'));
}

function buildBlock(r: Region, index: number): void {
  const { f, budget } = r;
  const block = r.blocks[index];
  const count = block.instructions.length;
  f.close();
  f.if(i32.ltU(budget, i32.const(count)), () => leaveFor(r, addressOf(r, block.offset), 0));
  f.set(budget, i32.sub(budget, i32.const(count)));
  for (let at = 0; at < count; at++) buildInstruction(r, index, at);
  const last = block.instructions[count - 1];
  const { kind } = last.decoded.instruction.effect;
  if (kind !== 'jump' && kind !== 'jump_register') goTo(r, index, last.offset + last.decoded.length);
}

const addressOf = (r: Region, offset: number): I64 => i64.add(r.base, i64.const(BigInt(offset)));

function buildInstruction(r: Region, blockIndex: number, at: number): void {
  const { f } = r;
  const block = r.blocks[blockIndex];
  const one = block.instructions[at];
  const { instruction, length } = one.decoded;
  const { effect } = instruction;
  const link = addressOf(r, one.offset + length);
  f.block((next) => {
    const x = executionOf(r, block, at, next);
    switch (effect.kind) {
      case 'branch':
        return f.if(effect.taken(r.algebra, operandsOf(x)), () => {
          giveBack(r, block.instructions.length - 1 - at);
          goTo(r, blockIndex, targetOf(one)!);
        });
      case 'jump':
        x.write(link);
        return goTo(r, blockIndex, targetOf(one)!);
      case 'jump_register':
        f.set(r.pc, i64.and(i64.add(x.rs1(), x.immediate()), i64.const(-2n)));
        x.write(link);
        return goToComputed(r);
      case 'system':
        return x.next();
      case 'csr':
        if (csrWrites(one.decoded)) return carryOut(x, instruction);
        return csrRead(x, csrs[csrIndex.get(one.decoded.imm & 0xfff)!], effect);
      default:
        return carryOut(x, instruction);
    }
  });
}

/** To an offset known now: forward to the end of a block, back through the loop's head, or out of the region. */
function goTo(r: Region, from: number, offset: number): void {
  const { f } = r;
  const index = r.indexOf.get(offset);
  if (index === undefined) return leaveFor(r, addressOf(r, offset), 0);
  const target = r.blocks[index];
  if (target.page !== r.blocks[from].page) requireMapped(r, target);
  if (index > from) return f.branch(r.labels[index]);
  f.set(r.entry, i32.const(target.entry!));
  f.branch(r.head);
}

/** Another page is entered only while a fetch from it would find the code that was compiled. */
function requireMapped(r: Region, target: Block): void {
  const { f, at } = r;
  const tag = addressOf(r, target.page.offset);
  f.set(at, tlbEntry(r.fetchTlb, tag));
  const other = i32.or(i64.ne(i64.load(at), tag), i32.ne(i32.load(at, 8), i32.const(target.page.address)));
  f.if(other, () => leaveFor(r, addressOf(r, target.offset), 0));
}

/** To the address in `pc`, if it is an entry of this region at the place where the region now runs. */
function goToComputed(r: Region): void {
  const { f, at, slow, pc, va } = r;
  f.set(va, i64.and(pc, i64.const(BigInt(-pageBytes))));
  f.set(at, tlbEntry(r.fetchTlb, pc));
  f.branchIf(i64.ne(i64.load(at), va), r.exit);
  f.set(at, i32.load(at, 8));
  const offset = i64.extendU(i32.load(at, codePage.regionOffset));
  const field = i32.shl(i32.and(i32.wrap(pc), i32.const(0xffe)), i32.const(1));
  f.set(slow, i32.load(i32.add(at, field), codePage.entries));
  f.branchIf(i32.ne(i32.shrU(slow, i32.const(16)), i32.const(r.number)), r.exit);
  f.branchIf(i64.ne(i64.sub(va, offset), r.base), r.exit);
  f.set(r.entry, i32.and(slow, i32.const(0xffff)));
  f.branch(r.head);
}
