// Generated code of the software TLBs: which of a hart's TLBs is in use, finding and filling entries. A TLB belongs to
// one value of satp and the bits of mstatus that translation depends on, so switching satp keeps all translations.
import { word } from '../hart/hart-code.js';
import { Mstatus } from '../hart/mstatus.js';
import { hartBytes, Mode, tlb, workOffset } from '../hart/state.js';
import { pageBytes, type MemoryMap, control } from '../memory-layout.js';
import type { FunctionBuilder } from '../wasm/function-builder.js';
import { i32, i64, memoryFill, type I32, type I64, type Local } from '../wasm/expression.js';

/** Address of the TLB that accesses of a mode use; it must have been chosen. */
export const tlbOf = (h: I32, mode: I32): I32 =>
  i32.load(i32.add(h, i32.shl(mode, i32.const(2))), workOffset.tlbOfMode);

/** Address of the entry for a virtual address in the TLB at `at`, before the kind's offset. */
export const tlbEntry = (at: I32, va: I64): I32 => {
  // Bits 12 and up, times the size of an entry.
  const index = i32.and(i32.shrU(i32.wrap(va), i32.const(8)), i32.const((tlb.entries - 1) * tlb.entryBytes));
  return i32.add(at, index);
};

/** Fills an entry; `value` is what the fast path adds or, for fetches, the decoded page. */
export function fillTlb(f: FunctionBuilder, h: I32, mode: I32, kind: number, va: I64, value: I32): void {
  const at = f.local('i32', tlbOf(h, mode));
  f.do(i32.store(at, i32.const(1), tlb.filled));
  const entry = f.local('i32', tlbEntry(at, va));
  f.do(i64.store(entry, i64.and(va, i64.const(-BigInt(pageBytes))), kind));
  f.do(i32.store(entry, value, kind + 8));
}

/** What the translations of a mode depend on: satp without its mode field, the mode, SUM and MXR. */
function keyOf(h: I32, mode: I32): I64 {
  const bit = (mask: bigint): I64 =>
    i64.extendU(i64.ne(i64.and(word(h, 'mstatus'), i64.const(mask)), i64.const(0n)));
  const bits = i64.or(i64.shl(bit(Mstatus.sum), i64.const(1n)), i64.shl(bit(Mstatus.mxr), i64.const(2n)));
  return i64.or(i64.shl(word(h, 'satp'), i64.const(4n)), i64.or(bits, i64.extendU(mode)));
}

/** Body of `chooseTlb(hart, mode)`: the one that has the key, or the one that was not chosen for longest, emptied. */
export function buildChooseTlb(f: FunctionBuilder): void {
  const h = f.parameter('i32', 0);
  const mode = f.parameter('i32', 1);
  const modeAt = i32.add(h, i32.shl(mode, i32.const(2)));
  const bare = i64.eqz(i64.shrU(word(h, 'satp'), i64.const(60n)));
  f.if(i32.or(i32.eq(mode, i32.const(Mode.machine)), bare), () => {
    f.do(i32.store(modeAt, i32.add(h, i32.const(tlb.offset)), workOffset.tlbOfMode));
    f.return();
  });
  const choices = f.local('i32', i32.add(i32.load(h, workOffset.tlbChoices), i32.const(1)));
  f.do(i32.store(h, choices, workOffset.tlbChoices));
  const chosen = f.local('i32', findTlb(f, h, f.local('i64', keyOf(h, mode)), choices));
  f.do(i32.store(i32.add(h, i32.shl(chosen, i32.const(2))), choices, workOffset.tlbChosen));
  const behindFirst = i32.add(h, i32.const(tlb.offset + tlb.bytes));
  const at = i32.add(behindFirst, i32.mul(chosen, i32.const(tlb.bytes)));
  f.do(i32.store(modeAt, at, workOffset.tlbOfMode));
}

/** Number of the TLB with the key, counted from the first behind that of physical addresses. */
function findTlb(f: FunctionBuilder, h: I32, key: I64, choices: I32): Local<'i32'> {
  const found = f.local('i32');
  const oldest = f.local('i32');
  const age = f.local('i32');
  const number = f.local('i32', i32.const(0));
  f.block((end) => {
    f.loop((again) => {
      const keyAt = i32.add(h, i32.shl(number, i32.const(3)));
      f.set(found, number);
      f.branchIf(i64.eq(i64.load(keyAt, workOffset.tlbKeys), key), end);
      const chosenAt = i32.add(h, i32.shl(number, i32.const(2)));
      const itsAge = f.local('i32', i32.sub(choices, i32.load(chosenAt, workOffset.tlbChosen)));
      f.if(i32.gtU(itsAge, age), () => {
        f.set(age, itsAge);
        f.set(oldest, number);
      });
      f.set(number, i32.add(number, i32.const(1)));
      f.branchIf(i32.ltU(number, i32.const(tlb.count - 1)), again);
    });
    f.set(found, oldest);
    const oldestAt = i32.add(
      i32.add(h, i32.const(tlb.offset + tlb.bytes)),
      i32.mul(found, i32.const(tlb.bytes)),
    );
    const at = f.local('i32', oldestAt);
    f.if(i32.load(at, tlb.filled), () => f.do(memoryFill(at, i32.const(0xff), i32.const(tlb.entriesBytes))));
    f.do(i32.store(at, i32.const(0), tlb.filled));
    f.do(i64.store(i32.add(h, i32.shl(found, i32.const(3))), key, workOffset.tlbKeys));
  });
  return found;
}

/** Forgets what all harts' TLBs have of the pages of one index; physical addresses stay what they are. */
export function forgetIndex(f: FunctionBuilder, layout: MemoryMap, index: I32): void {
  const first = tlb.offset + tlb.bytes;
  const h = f.local('i32', i32.const(layout.hartBase));
  const at = f.local('i32');
  f.loop((nextHart) => {
    f.set(at, i32.add(h, i32.const(first)));
    const end = f.local('i32', i32.add(at, i32.const((tlb.count - 1) * tlb.bytes)));
    f.loop((again) => {
      f.if(i32.load(at, tlb.filled), () => {
        const entry = f.local('i32', i32.add(at, i32.shl(index, i32.const(4))));
        for (const kind of [tlb.load, tlb.store, tlb.fetch, tlb.noticedStore])
          f.do(i64.store(entry, i64.const(-1n), kind));
      });
      f.set(at, i32.add(at, i32.const(tlb.bytes)));
      f.branchIf(i32.ltU(at, end), again);
    });
    f.set(h, i32.add(h, i32.const(hartBytes)));
    f.branchIf(i32.ltU(h, i32.load(i32.const(0), control.hartsEnd)), nextHart);
  });
}
