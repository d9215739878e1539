// What registers and stack slots hold while a function's code is read in order: addresses that the code itself makes,
// the words at them, and what those point to. Everything else is unknown, also behind a jump.
import type { decode } from '../../../emulator/index.js';

type Decoded = NonNullable<ReturnType<typeof decode>>;

/** An address, the word at one (a pointer, say), or the first word of what that points to. */
export interface Held {
  readonly is: 'address' | 'word' | 'link';
  readonly address: number;
  /** An unknown index was added to the address: it is that of the array's start. */
  readonly isIndexed: boolean;
  /** Something was added to the word: it points to elsewhere in what it pointed to. */
  readonly isMoved: boolean;
}

const register = { zero: 0, ra: 1, sp: 2, s0: 8 } as const;
/** ra, t0-t2, a0-a7, t3-t6: a call may change them. */
const callerSaved: readonly number[] = [1, 5, 6, 7, 10, 11, 12, 13, 14, 15, 16, 17, 28, 29, 30, 31];
/** Stack slots are kept beside the registers, by number: what is stored and loaded again is the same. */
const firstSlot = 32;

export class HeldValues {
  private readonly values = new Map<number, Held>();

  of(number: number): Held | undefined {
    return this.values.get(number);
  }

  /** What a load reads; undefined when the code does not tell. */
  loaded({ rs1, imm, instruction }: Decoded): Held | undefined {
    if (instruction.name !== 'ld') return undefined;
    const slot = this.slot(rs1, imm);
    if (slot !== undefined) return this.values.get(slot);
    const base = this.values.get(rs1);
    if (base?.is === 'address') return { ...base, is: 'word', address: base.address + imm };
    const isLink = base?.is === 'word' && !base.isMoved && imm === 0;
    return isLink ? { ...base, is: 'link' } : undefined;
  }

  /** Takes an instruction into account. */
  step(decoded: Decoded, pc: number): void {
    const { instruction, rd, rs1, rs2, imm } = decoded;
    const { kind } = instruction.effect;
    if (kind === 'store') return this.stored(decoded);
    if (kind === 'branch' || kind === 'system') return;
    if (kind === 'jump' || kind === 'jump_register') return this.jumped(rd);
    if (kind === 'load') return this.set(rd, this.loaded(decoded));
    switch (instruction.name) {
      case 'auipc':
        return this.set(rd, constant(pc + (imm | 0)));
      case 'lui':
        return this.set(rd, constant(imm >>> 0));
      case 'addi':
        return this.set(rd, moved(this.of(rs1), imm));
      case 'add':
        if (rs1 === register.zero || rs2 === register.zero) return this.set(rd, this.of(rs1 || rs2));
        return this.set(rd, sum(this.of(rs1), this.of(rs2)));
      default:
        return this.set(rd, undefined);
    }
  }

  private stored({ rs1, rs2, imm, instruction }: Decoded): void {
    const slot = this.slot(rs1, imm);
    if (slot !== undefined) this.set(slot, instruction.name === 'sd' ? this.of(rs2) : undefined);
  }

  /** Behind a jump comes other code, behind a call what it has left alone. */
  private jumped(link: number): void {
    if (link !== register.zero) for (const number of callerSaved) this.values.delete(number);
    else for (const number of [...this.values.keys()]) if (number < firstSlot) this.values.delete(number);
  }

  /** The number of a word of the function's own stack frame; undefined for other places. */
  private slot(base: number, offset: number): number | undefined {
    // Without frame pointers s0 is a register like any other.
    const isFrame = base === register.sp || (base === register.s0 && !this.of(base));
    return isFrame ? firstSlot + (offset + 4096) * 2 + (base === register.sp ? 0 : 1) : undefined;
  }

  private set(number: number, value: Held | undefined): void {
    if (value && number !== register.zero) this.values.set(number, value);
    else this.values.delete(number);
  }
}

function constant(address: number): Held {
  return { is: 'address', address, isIndexed: false, isMoved: false };
}

function moved(value: Held | undefined, distance: number): Held | undefined {
  if (value?.is === 'address') return { ...value, address: value.address + distance };
  if (distance === 0) return value;
  return value?.is === 'word' ? { ...value, isMoved: true } : undefined;
}

/** A known address or pointer plus something unknown. */
function sum(a: Held | undefined, b: Held | undefined): Held | undefined {
  const known = a ?? b;
  if ((a && b) || !known || known.is === 'link') return undefined;
  return known.is === 'address' ? { ...known, isIndexed: true } : { ...known, isMoved: true };
}
