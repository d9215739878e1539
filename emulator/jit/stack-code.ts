// Generated code of accesses that a block makes to the same stack frame: after one look into the TLB they are plain
// loads and stores. What could take the page away in between makes the routine be left.
import { loads, stores } from '../effects/memory.js';
import { tlb } from '../hart/state.js';
import { tlbEntry } from '../mmu/tlb-code.js';
import { i32, i64, type Local } from '../wasm/expression.js';
import { addressOf, leaveFor, type RoutineContext } from './routine-execution.js';
import type { Block } from './blocks.js';
import { findStackAccesses, type FrameAccess, type StackFrame } from './stack-frames.js';
import type { CodeInstruction } from './window-code.js';

/** The accesses of the block at hand, and the frames that were looked up in it so far. */
export class StackAccesses {
  accesses: ReadonlyMap<CodeInstruction, FrameAccess> = new Map();
  /** Linear addresses of their low ends. */
  readonly located = new Map<StackFrame, Local<'i32'>>();

  begin(block: Block): void {
    this.accesses = findStackAccesses(block.instructions);
    this.located.clear();
  }
}

/** What the code of stack accesses works with. */
export interface StackContext extends RoutineContext {
  readonly stack: StackAccesses;
}

/** A load or store that belongs to a frame; `unused` instructions of its block follow. */
export function accessStack(
  c: StackContext,
  one: CodeInstruction,
  access: FrameAccess,
  unused: number,
): void {
  const { decoded } = one;
  const { effect } = decoded.instruction;
  c.registers.hold(decoded.rs1);
  const at = c.stack.located.get(access.frame) ?? locate(c, one, access, unused);
  if (effect.kind === 'store') {
    c.registers.hold(decoded.rs2);
    c.f.do(stores[effect.bytes](at, c.registers.read(decoded.rs2), access.offset));
  } else if (effect.kind === 'load') {
    const load = loads[effect.bytes][effect.signed ? 'signed' : 'unsigned'];
    c.registers.write(decoded.rd, load(at, access.offset));
  }
}

/** Looks the frame up; leaves it to the interpreter when it is not all in one page that the TLB has. */
function locate(c: StackContext, one: CodeInstruction, access: FrameAccess, unused: number): Local<'i32'> {
  const { f, va, at, other } = c;
  const { low, high, stores: hasStores } = access.frame;
  const kind = hasStores ? tlb.store : tlb.load;
  const distance = BigInt(one.decoded.imm - access.offset);
  f.set(va, i64.add(c.registers.read(one.decoded.rs1), i64.const(distance)));
  f.set(at, tlbEntry(c.tlb, va));
  f.set(other, i64.load(at, kind));
  const misses = i64.ne(other, i64.and(va, i64.const(-4096n | 7n)));
  const last = i64.add(va, i64.const(BigInt(high - low - 8)));
  const crosses = i64.ne(other, i64.and(last, i64.const(-4096n)));
  f.if(i32.or(misses, crosses), () => leaveFor(c, addressOf(c, one.offset), unused + 1));
  const located = f.local('i32', i32.add(i32.wrap(va), i32.load(at, kind + 8)));
  c.stack.located.set(access.frame, located);
  return located;
}
