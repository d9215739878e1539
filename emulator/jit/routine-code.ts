// Generated code of a routine: one function, its blocks in the order of their addresses inside one loop.
import { carryOut, operandsOf } from '../effects/carry-out.js';
import { csrKnown } from '../effects/csr.js';
import { csrIndex, csrs } from '../hart/csrs.js';
import { setWord } from '../hart/hart-code.js';
import { loopField } from '../idioms/loop-table.js';
import { control } from '../memory-layout.js';
import { mustReturn } from '../routine-convention.js';
import { call, i32, i64, type Local } from '../wasm/expression.js';
import type { FunctionBuilder, Label } from '../wasm/function-builder.js';
import {
  callComputed,
  callRoutine,
  requireMapped,
  returnedTo,
  type CallContext,
  type RoutineLinks,
} from './routine-calls.js';
import { RegisterCache, type RegisterSet } from './register-cache.js';
import {
  addressOf,
  csrWrites,
  executionOf,
  giveBack,
  leaveFor,
  leaveIfAsked,
  type RoutineContext,
} from './routine-execution.js';
import { fireProbe } from './routine-probe.js';
import { accessStack, StackAccesses, type StackContext } from './stack-code.js';
import type { Block } from './blocks.js';
import type { Routine } from './routines.js';
import { endsLine, isCall, offsetOf, type Place, type Step } from './steps.js';
import { system } from './routine-system.js';
import type { CodeInstruction } from './window-code.js';

/** What the routines of a module share. */
export type RoutineParts = Pick<
  RoutineContext,
  'functions' | 'algebra' | 'layout' | 'windowBase' | 'looksBeside'
> & {
  readonly links: RoutineLinks;
};

interface Context extends CallContext, StackContext {
  readonly blocks: readonly Block[];
  readonly indexOf: ReadonlyMap<Place, number>;
  /** Places that it leads to where nothing had been executed yet. */
  readonly gaps: ReadonlySet<Place>;
  /** Where the routine begins: bytes from the window's base. */
  readonly start: number;
  /** Code of block i starts at the end of `labels[i]`. */
  readonly labels: readonly Label[];
  /** Registers that are held wherever block i is entered; known once all branches forward to it have been met. */
  readonly heldAt: (RegisterSet | undefined)[];
  /** Entry to go to from the head of the loop. */
  readonly entry: Local<'i32'>;
  readonly head: Label;
}

/** Body of a routine; see routine-convention.ts for its parameters. */
export function buildRoutine(f: FunctionBuilder, parts: RoutineParts, routine: Routine): void {
  const { blocks, hasLoop, gaps, start } = routine;
  const h = f.parameter('i32', 0);
  const budget = f.parameter('i32', 1);
  const locals = declareLocals(f);
  const indexOf = new Map(blocks.map((block, index) => [block.place, index]));
  const heldAt = blocks.map((block) => (block.entry === undefined ? undefined : 0));
  const state = { registers: new RegisterCache(f, h), stack: new StackAccesses(), heldAt };
  const fixed = { ...parts, ...locals, ...state, f, h, budget, blocks, indexOf, gaps, start };
  const given = { entry: f.parameter('i32', 2), tlb: f.parameter('i32', 3), calls: f.parameter('i32', 4) };
  f.block((left) => {
    f.block((forced) => {
      f.block((exit) => {
        f.block((returned) => {
          const repeat = (body: (head: Label) => void): void => (hasLoop ? f.loop(body) : f.block(body));
          repeat((head) => {
            const labels = blocks.map(() => f.open()).reverse();
            const c: Context = { ...fixed, ...given, left, forced, exit, returned, head, labels };
            dispatch(c);
            blocks.forEach((_, index) => buildBlock(c, index));
          });
        });
        f.return(budget);
      });
      setWord(f, h, 'pc', locals.nextPc);
      f.return(budget);
    });
    setWord(f, h, 'pc', locals.nextPc);
  });
  f.return(i32.or(budget, i32.const(mustReturn)));
}

function declareLocals(f: FunctionBuilder) {
  return {
    va: f.local('i64'),
    value: f.local('i64'),
    other: f.local('i64'),
    at: f.local('i32'),
    slow: f.local('i32'),
    nextPc: f.local('i64'),
  };
}

/** To the block of the entry asked for; nearly always the routine's start. */
function dispatch({ f, blocks, labels, entry }: Context): void {
  const entries: Label[] = [];
  blocks.forEach((block, index) => {
    if (block.entry !== undefined) entries[block.entry] = labels[index];
  });
  const [start, ...others] = entries;
  if (others.length > 0) f.if(entry, () => f.branchTable(i32.sub(entry, i32.const(1)), others, start));
  f.branch(start);
}

function buildBlock(c: Context, index: number): void {
  const { f, budget } = c;
  const block = c.blocks[index];
  const count = block.instructions.length;
  f.close();
  // Where nothing leads there is nothing to hold.
  c.registers.held = c.heldAt[index] ?? 0;
  c.stack.begin(block);
  f.if(i32.ltU(budget, i32.const(count)), () => leaveFor(c, addressOf(c, block.offset), 0));
  f.set(budget, i32.sub(budget, i32.const(count)));
  for (let at = 0; at < count; at++) buildInstruction(c, index, at);
  const last = block.instructions[count - 1];
  if (last.inlined || !endsLine(last.decoded)) goTo(c, index, last, last.next!);
}

function buildInstruction(c: Context, blockIndex: number, at: number): void {
  const { f } = c;
  const block = c.blocks[blockIndex];
  const one = block.instructions[at];
  const { instruction } = one.decoded;
  const { effect } = instruction;
  const unused = block.instructions.length - 1 - at;
  if (one.probe) fireProbe(c, one, unused);
  const access = c.stack.accesses.get(one);
  if (access) return accessStack(c, one, access, unused);
  f.block((next) => {
    const x = executionOf(c, block, at, next);
    switch (effect.kind) {
      case 'branch':
        if (one.loop !== 0) iterateAtOnce(c, one);
        return f.if(effect.taken(c.algebra, operandsOf(x)), () => {
          giveBack(c, unused);
          if (one.wait !== 0) waitAtOnce(c, one.wait);
          goTo(c, blockIndex, one, one.target!);
        });
      case 'jump':
      case 'jump_register':
        return one.inlined ? inlined(c, block, at) : jump(c, blockIndex);
      case 'system':
        return system(c, x, one, unused);
      case 'csr':
        return csrKnown(x, csrs[csrIndex.get(one.decoded.imm & 0xfff)!], effect, csrWrites(one.decoded));
      default:
        return carryOut(x, instruction);
    }
  });
  if (one.probe?.onHit) leaveIfAsked(c, one, unused);
}

/** Sets `nextPc` to where a jump through a register goes. */
function setJumpTarget({ f, nextPc, registers }: Context, { rs1, imm }: Step['decoded']): void {
  f.set(nextPc, i64.and(i64.add(registers.read(rs1), i64.const(BigInt(imm))), i64.const(-2n)));
}

/** Leaves for `nextPc` unless it is an offset: a look that costs nothing where the value is known. */
function leaveUnlessAt(c: Context, offset: number, unused: number): void {
  c.f.if(i64.ne(c.nextPc, addressOf(c, offset)), () => {
    giveBack(c, unused);
    c.f.branch(c.exit);
  });
}

/** A call whose function's copy follows, or the return from it, which can only go elsewhere if that changed ra. */
function inlined(c: Context, block: Block, at: number): void {
  const one = block.instructions[at];
  const { decoded, offset, page } = one;
  const isComputed = decoded.instruction.effect.kind === 'jump_register';
  const unused = block.instructions.length - 1 - at;
  const next = offsetOf(one.next!);
  if (isComputed) setJumpTarget(c, decoded);
  if (one.inlined === 'call') c.registers.write(decoded.rd, addressOf(c, offset + decoded.length));
  if (isComputed) leaveUnlessAt(c, next, unused);
  const goesTo = c.links.pageOf(next)!;
  if (one.inlined === 'call' && goesTo !== page && unused > 0) requireMapped(c, goesTo, next, unused);
}

/** The block's last instruction, a jump: to a place in the routine, a call, or back to the caller. */
function jump(c: Context, blockIndex: number): void {
  const { f, registers } = c;
  const block = c.blocks[blockIndex];
  const one = block.instructions[block.instructions.length - 1];
  const { decoded, callee } = one;
  const isComputed = decoded.instruction.effect.kind === 'jump_register';
  if (isComputed) setJumpTarget(c, decoded);
  if (!isCall(decoded)) return isComputed ? f.branch(c.exit) : goTo(c, blockIndex, one, one.target!);
  const link = addressOf(c, one.offset + decoded.length);
  registers.write(decoded.rd, link);
  if (callee === undefined) callComputed(c);
  else {
    if (isComputed) leaveUnlessAt(c, callee, 0);
    callRoutine(c, one.page, callee);
  }
  registers.held = 0;
  f.branchIf(i64.ne(returnedTo(c), link), c.returned);
  if (c.indexOf.has(one.next!)) goTo(c, blockIndex, one, one.next!);
  else f.branch(c.returned);
}

/** From a step to a place: forward to the end of a block, back through the loop's head, or out of the routine. */
function goTo(c: Context, from: number, { page, inlined }: Step, place: Place): void {
  const { f, heldAt, registers } = c;
  const index = c.indexOf.get(place);
  if (index === undefined) {
    if (c.gaps.has(place)) countGap(c);
    callRoutine(c, page, offsetOf(place));
    return f.branch(c.returned);
  }
  const target = c.blocks[index];
  // The page that a copied function returns to is the one it was called from.
  if (target.page !== page && inlined !== 'return') requireMapped(c, target.page, target.offset);
  heldAt[index] = (heldAt[index] ?? -1) & registers.held;
  if (index > from) return f.branch(c.labels[index]);
  f.set(c.entry, i32.const(target.entry!));
  f.branch(c.head);
}

/** Code that was not compiled since it had not been executed is executed after all. */
function countGap(c: Context): void {
  const none = i32.const(0);
  c.f.do(i32.store(none, i32.add(i32.load(none, control.gaps), i32.const(1)), control.gaps));
  c.f.do(i64.store(none, addressOf(c, c.start), control.gapOf));
}

/** The branch of a recognised waiting loop is about to go back. */
function waitAtOnce({ f, budget, functions, h, tlb }: Context, row: number): void {
  f.set(budget, i32.sub(budget, call(functions.wait, h, i32.const(row), budget, tlb)));
}

/** The backward branch of a recognised memory loop: as many iterations as can be, with what they count. */
function iterateAtOnce(c: Context, { decoded, loop }: CodeInstruction): void {
  const { f, budget } = c;
  const row = i32.const(loop);
  f.set(c.value, i64.sub(c.registers.read(decoded.rs2), c.registers.read(decoded.rs1)));
  f.if(i64.ne(c.value, i64.const(0n)), () => {
    f.set(c.slow, call(c.functions.loop, c.h, row, budget, c.tlb, c.value));
    f.set(budget, i32.sub(budget, i32.mul(c.slow, i32.load(row, loopField.instructions))));
  });
  // Iterations change registers in state.
  c.registers.held = 0;
  c.registers.hold(decoded.rs1, decoded.rs2);
}
