// Generated code that appends one raw record to the event ring.
import { hartNumber, currentCycle, ramBytes } from '../hart/hart-code.js';
import { control, type MemoryMap } from '../memory-layout.js';
import type { FunctionBuilder } from '../wasm/function-builder.js';
import { i32, i64, type I32 } from '../wasm/expression.js';
import { recordBytes, recordField, ringReserve } from './records.js';

const at0 = i32.const(0);

/**
 * Body of `append`. The ring never overflows: past its limit the interpreter is asked to leave, and the reserve behind
 * the limit holds whatever the instruction in progress still appends.
 */
export function buildAppend(f: FunctionBuilder, layout: MemoryMap): void {
  const kindAndSize = f.parameter('i32', 0);
  const h = f.parameter('i32', 1);
  const next = f.local('i32', i32.load(at0, control.ringNext));
  f.do(i32.store(next, i32.or(i32.and(kindAndSize, i32.const(0xff)), hartByte(h, layout)), recordField.kind));
  f.do(i32.store8(next, i32.shrU(kindAndSize, i32.const(16)), recordField.size));
  f.do(i32.store(next, contextWord(f, h, layout), recordField.context));
  f.do(i64.store(next, currentCycle(), recordField.cycle));
  f.do(i64.store(next, f.parameter('i64', 2), recordField.pc));
  f.do(i64.store(next, f.parameter('i64', 3), recordField.a));
  f.do(i64.store(next, f.parameter('i64', 4), recordField.b));
  f.do(i64.store(next, f.parameter('i64', 5), recordField.c));
  f.do(i64.store(next, f.parameter('i64', 6), recordField.d));
  f.do(i64.store(next, f.parameter('i64', 7), recordField.e));
  f.set(next, i32.add(next, i32.const(recordBytes)));
  f.do(i32.store(at0, next, control.ringNext));
  const limit = layout.ring + layout.ringBytes - ringReserve * recordBytes;
  f.if(i32.geU(next, i32.const(limit)), () => f.do(i32.store(at0, i32.const(1), control.leave)));
}

function hartByte(h: I32, layout: MemoryMap): I32 {
  return i32.shl(hartNumber(h, layout), i32.const(8));
}

/** The 32-bit word the hart's context pointer leads to: for xv6, the pid of cpus[hart].proc. */
function contextWord(f: FunctionBuilder, h: I32, layout: MemoryMap): I32 {
  const context = f.local('i32');
  const base = f.local('i32', i32.load(at0, control.contextBase));
  f.if(base, () => {
    const stride = i32.load(at0, control.contextStride);
    const pointer = i32.load(i32.add(base, i32.mul(hartNumber(h, layout), stride)));
    const target = f.local('i32', i32.sub(pointer, i32.const(0x80000000)));
    const end = i32.sub(i32.wrap(ramBytes()), i32.const(4096));
    f.if(i32.ltU(target, end), () => {
      const field = i32.add(target, i32.load(at0, control.contextField));
      f.set(context, i32.load(i32.add(field, i32.const(layout.ram))));
    });
  });
  return context;
}
