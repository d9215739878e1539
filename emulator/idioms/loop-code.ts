// Generated code that does whole iterations of a recognised loop at once: memory.fill or memory.copy within one page,
// with the registers and the count exactly as if every iteration had been executed.
import { tlb } from '../hart/state.js';
import { tlbEntry } from '../mmu/tlb-code.js';
import type { FunctionBuilder, Label } from '../wasm/function-builder.js';
import { i32, i64, memoryCopy, memoryFill, type I32, type I64, type Local } from '../wasm/expression.js';
import { loopStepsMaximum } from './loop-analysis.js';
import { loopField } from './loop-table.js';

interface Parts {
  readonly f: FunctionBuilder;
  readonly h: Local<'i32'>;
  readonly row: Local<'i32'>;
  readonly tlbAt: Local<'i32'>;
  /** Iterations to do, lowered by every limit met. */
  readonly count: Local<'i64'>;
  readonly elementBytes: Local<'i64'>;
  /** Leaves with 0: the loop goes on instruction by instruction. */
  readonly refuse: Label;
}

const field = (row: I32, name: keyof typeof loopField): I32 => i32.load(row, loopField[name]);
const registerAt = (h: I32, number: I32): I32 => i32.add(h, i32.shl(number, i32.const(3)));
const read = (h: I32, number: I32): I64 => i64.load(registerAt(h, number));

/**
 * Body of `loop(hart, row, budget, tlb, difference)`: `difference` is rs2 - rs1 of the branch, just taken. Returns how
 * many iterations were done, at most budget / instructions.
 */
export function buildLoop(f: FunctionBuilder): void {
  const h = f.parameter('i32', 0);
  const row = f.parameter('i32', 1);
  const difference = f.parameter('i64', 4);
  const count = f.local('i64');
  f.block((refuse) => {
    const elementBytes = f.local('i64', i64.extendU(field(row, 'elementBytes')));
    const parts: Parts = { f, h, row, tlbAt: f.parameter('i32', 3), count, elementBytes, refuse };
    limitByCondition(parts, difference);
    const affordable = i32.divU(f.parameter('i32', 2), field(row, 'instructions'));
    limit(parts, i64.extendU(affordable));
    const target = locate(parts, 'storeBase', 'storeOffset', tlb.store);
    f.if(
      field(row, 'isCopy'),
      () => copy(parts, target),
      () => fill(parts, target),
    );
    stepRegisters(parts);
    f.return(i32.wrap(count));
  });
  f.return(i32.const(0));
}

/** The branch falls through after difference / step iterations; a loop that misses equality is left alone. */
function limitByCondition({ f, row, count, refuse }: Parts, difference: I64): void {
  const step = f.local('i64', i64.extendS(field(row, 'conditionStep')));
  f.branchIf(i64.ne(i64.remS(difference, step), i64.const(0n)), refuse);
  f.set(count, i64.divS(difference, step));
  f.branchIf(i64.ltS(count, i64.const(1n)), refuse);
}

/** Lowers the count; nothing left to do refuses. */
function limit({ f, count, refuse }: Parts, most: I64): void {
  const bound = f.local('i64', most);
  f.if(i64.ltU(bound, count), () => f.set(count, bound));
  f.branchIf(i64.eqz(count), refuse);
}

/** Linear address of the next element, which must be aligned and in the TLB; lowers the count to the page's end. */
function locate(
  parts: Parts,
  base: 'storeBase' | 'loadBase',
  offset: 'storeOffset' | 'loadOffset',
  kind: number,
): Local<'i32'> {
  const { f, h, row, tlbAt, elementBytes, refuse } = parts;
  const va = f.local('i64', i64.add(read(h, field(row, base)), i64.extendS(field(row, offset))));
  const misaligned = i64.and(va, i64.sub(elementBytes, i64.const(1n)));
  f.branchIf(i64.ne(misaligned, i64.const(0n)), refuse);
  const entry = f.local('i32', tlbEntry(tlbAt, va));
  f.branchIf(i64.ne(i64.load(entry, kind), i64.and(va, i64.const(-4096n))), refuse);
  const room = i64.sub(i64.const(4096n), i64.and(va, i64.const(4095n)));
  limit(parts, i64.divU(room, elementBytes));
  return f.local('i32', i32.add(i32.wrap(va), i32.load(entry, kind + 8)));
}

const byteCount = ({ count, elementBytes }: Parts): I32 => i32.wrap(i64.mul(count, elementBytes));

/** Bytes need no more than memory.fill; so do wider elements whose bytes are all equal. */
function fill(parts: Parts, target: I32): void {
  const { f, h, row, elementBytes, refuse } = parts;
  const value = f.local('i64', read(h, field(row, 'value')));
  const repeated = i64.mul(i64.and(value, i64.const(0xffn)), i64.const(0x0101010101010101n));
  const unused = i64.sub(i64.const(64n), i64.shl(elementBytes, i64.const(3n)));
  const differs = i64.shl(i64.xor(value, repeated), unused);
  f.branchIf(i64.ne(differs, i64.const(0n)), refuse);
  f.do(memoryFill(target, i32.wrap(value), byteCount(parts)));
}

/** A target that lies less than the whole length behind the source would be read after it is written: stop there. */
function copy(parts: Parts, target: I32): void {
  const { f, h, row, count, elementBytes } = parts;
  const source = locate(parts, 'loadBase', 'loadOffset', tlb.load);
  const ahead = i64.extendU(i32.sub(target, source));
  f.if(i32.gtU(target, source), () => limit(parts, i64.divU(ahead, elementBytes)));
  const last = i32.add(source, i32.wrap(i64.mul(i64.sub(count, i64.const(1n)), elementBytes)));
  const element = f.local('i64', loadElement(f, row, elementBytes, last));
  f.do(memoryCopy(target, source, byteCount(parts)));
  f.do(i64.store(registerAt(h, field(row, 'value')), element));
}

function loadElement(f: FunctionBuilder, row: I32, elementBytes: I64, at: I32): I64 {
  const element = f.local('i64');
  const shift = f.local('i64', i64.sub(i64.const(64n), i64.shl(elementBytes, i64.const(3n))));
  const bytes = field(row, 'elementBytes');
  f.if(i32.eq(bytes, i32.const(1)), () => f.set(element, i64.load8U(at)));
  f.if(i32.eq(bytes, i32.const(2)), () => f.set(element, i64.load16U(at)));
  f.if(i32.eq(bytes, i32.const(4)), () => f.set(element, i64.load32U(at)));
  f.if(i32.eq(bytes, i32.const(8)), () => f.set(element, i64.load(at)));
  f.if(field(row, 'loadSigned'), () => f.set(element, i64.shrS(i64.shl(element, shift), shift)));
  return element;
}

function stepRegisters({ f, h, row, count }: Parts): void {
  for (let index = 0; index < loopStepsMaximum; index++) {
    const at = loopField.steps + 8 * index;
    f.if(i32.ltU(i32.const(index), field(row, 'stepCount')), () => {
      const address = f.local('i32', registerAt(h, i32.load(row, at)));
      const change = i64.mul(i64.extendS(i32.load(row, at + 4)), count);
      f.do(i64.store(address, i64.add(i64.load(address), change)));
    });
  }
}
