// Generated code that compares the page of a user store's page fault with itself: what it held when the program was
// stopped must be there when the program stores again, whichever frame it is in by then. Observers only: while records
// of traps are wanted, the page is copied at the fault and compared at the return to the same instruction.
import type { HelperFunctions } from '../hart/hart-code.js';
import { word } from '../hart/hart-code.js';
import { hartBytes } from '../hart/state.js';
import { Cause } from '../hart/trap-code.js';
import { control, faultSlot as slot, pageBytes, type MemoryMap } from '../memory-layout.js';
import { inRam, linear } from '../mmu/access-parts.js';
import type { FunctionBuilder } from '../wasm/function-builder.js';
import { call, i32, i64, memoryCopy, type I32, type I64, type Local } from '../wasm/expression.js';
import { PageOutcome } from './records.js';

const at0 = i32.const(0);
const openFaults = (): I32 => i32.load(at0, control.openFaults);
const pageOf = (va: I64): I64 => i64.and(va, i64.const(-BigInt(pageBytes)));

/** Body of `faultBegins(hart, cause, va)`: a trap out of user mode, whose satp is in force. */
export function buildFaultBegins(f: FunctionBuilder, helpers: HelperFunctions, layout: MemoryMap): void {
  const h = f.parameter('i32', 0);
  // A fault that never ended: its process was killed, and another has got the page table.
  f.if(openFaults(), () => void takeSlot(f, layout, word(h, 'satp')));
  f.if(i64.ne(f.parameter('i64', 1), i64.const(BigInt(Cause.storePageFault))), () => f.return());
  f.if(i32.geU(openFaults(), i32.const(slot.count)), () => f.return());
  const page = f.local('i64', pageOf(f.parameter('i64', 2)));
  // The kernel's own pages, as the one that it saves registers in, are not for the program to store to.
  const physical = f.local('i64', call(helpers.peekUser, h, page));
  f.if(i32.eqz(inRam(physical)), () => f.return());
  const free = findSlot(f, layout, i64.const(0n));
  f.do(i64.store(free, word(h, 'satp'), slot.satp));
  f.do(i64.store(free, word(h, 'pc'), slot.pc));
  f.do(i64.store(free, page, slot.page));
  f.do(memoryCopy(i32.add(free, i32.const(slot.content)), linear(physical, layout), i32.const(pageBytes)));
  f.do(i32.store(at0, i32.add(openFaults(), i32.const(1)), control.openFaults));
}

/** Body of `faultEnds(hart, pc)`: a return to user mode at a pc; a `PageOutcome`. */
export function buildFaultEnds(f: FunctionBuilder, helpers: HelperFunctions, layout: MemoryMap): void {
  const h = f.parameter('i32', 0);
  f.if(i32.eqz(openFaults()), () => f.return(i32.const(PageOutcome.unknown)));
  const at = takeSlot(f, layout, word(h, 'satp'));
  f.if(i32.eqz(at), () => f.return(i32.const(PageOutcome.unknown)));
  const isElsewhere = i64.ne(i64.load(at, slot.pc), f.parameter('i64', 1));
  f.if(isElsewhere, () => f.return(i32.const(PageOutcome.unknown)));
  const physical = f.local('i64', call(helpers.peek, h, i64.load(at, slot.page)));
  f.if(i32.eqz(inRam(physical)), () => f.return(i32.const(PageOutcome.unknown)));
  const page = f.local('i32', linear(physical, layout));
  f.set(at, i32.add(at, i32.const(slot.content)));
  const end = f.local('i32', i32.add(page, i32.const(pageBytes)));
  f.loop((again) => {
    const differs = [0, 8, 16, 24].map((word) => i64.xor(i64.load(page, word), i64.load(at, word)));
    const any = differs.reduce((one, other) => i64.or(one, other));
    f.if(i64.ne(any, i64.const(0n)), () => f.return(changed(f, layout, h)));
    f.set(at, i32.add(at, i32.const(32)));
    f.set(page, i32.add(page, i32.const(32)));
    f.branchIf(i32.ltU(page, end), again);
  });
  f.return(i32.const(PageOutcome.kept));
}

/** A program that runs on several harts at once may have stored to its page meanwhile. */
function changed(f: FunctionBuilder, layout: MemoryMap, h: I32): I32 {
  const users = f.local('i32');
  const each = f.local('i32', i32.const(layout.hartBase));
  f.loop((again) => {
    f.set(users, i32.add(users, i64.eq(word(each, 'satp'), word(h, 'satp'))));
    f.set(each, i32.add(each, i32.const(hartBytes)));
    f.branchIf(i32.ltU(each, i32.load(at0, control.hartsEnd)), again);
  });
  const isShared = i32.gtU(users, i32.const(1));
  return i32.select(isShared, i32.const(PageOutcome.unknown), i32.const(PageOutcome.changed));
}

/** The slot of a page table, which is free from then on, its content still there; 0 when there is none. */
function takeSlot(f: FunctionBuilder, layout: MemoryMap, satp: I64): Local<'i32'> {
  const at = findSlot(f, layout, satp);
  f.if(at, () => {
    f.do(i64.store(at, i64.const(0n), slot.satp));
    f.do(i32.store(at0, i32.sub(openFaults(), i32.const(1)), control.openFaults));
  });
  return at;
}

/** The first slot with a satp, 0 when none has it. */
function findSlot(f: FunctionBuilder, layout: MemoryMap, satp: I64): Local<'i32'> {
  const at = f.local('i32', i32.const(layout.faults));
  const end = i32.const(layout.faults + slot.count * slot.bytes);
  f.block((found) => {
    f.loop((again) => {
      f.branchIf(i64.eq(i64.load(at, slot.satp), satp), found);
      f.set(at, i32.add(at, i32.const(slot.bytes)));
      f.branchIf(i32.ltU(at, end), again);
    });
    f.set(at, at0);
  });
  return at;
}
