// Puts machine code together: instructions by mnemonic, labels, and 64-bit constants from a pool.
import { decode, encode, type EncodeOperands } from '../../emulator/isa/index.js';

/** A place in the program, known once `place` was called with it. */
export interface Label {
  address: number;
}

const fullControl = new Set(['beq', 'bne', 'blt', 'bge', 'bltu', 'bgeu', 'jal']);

/** Compressed jumps and branches by base instruction, register and distance; the table has no encoder for them. */
const compressedControl = new Map<string, number>();
for (let halfword = 0; halfword < 0x10000; halfword++) {
  if ((halfword & 3) === 3) continue;
  const decoded = decode(halfword);
  if (decoded === undefined || !fullControl.has(decoded.instruction.name)) continue;
  compressedControl.set(`${decoded.instruction.name} ${decoded.rs1} ${decoded.imm}`, halfword);
}

interface Fixup {
  readonly at: number;
  readonly label: Label;
  readonly resolve: (distance: number) => number;
  readonly bytes: 2 | 4;
}

export class Assembler {
  readonly #bytes: number[] = [];
  readonly #fixups: Fixup[] = [];
  readonly #constants: bigint[] = [];

  /** `base` is the address of the first instruction, `poolBase` that of the constants, in reach of auipc. */
  constructor(
    private readonly base: number,
    private readonly poolBase: number,
  ) {}

  /** Address of the next instruction. */
  get here(): number {
    return this.base + this.#bytes.length;
  }

  emit(name: string, operands: EncodeOperands = {}): void {
    this.raw(encode(name, operands), 4);
  }

  /** Puts the low 2 or 4 bytes of `word`. */
  raw(word: number, bytes: 2 | 4): void {
    for (let i = 0; i < bytes; i++) this.#bytes.push((word >>> (8 * i)) & 0xff);
  }

  label(): Label {
    return { address: NaN };
  }

  place(label: Label): void {
    label.address = this.here;
  }

  /** A branch or jal to a label. */
  jump(name: string, operands: EncodeOperands, label: Label): void {
    this.#fix(label, 4, (distance) => encode(name, { ...operands, imm: distance }));
  }

  /** c.j (`jal`), c.beqz (`beq`) or c.bnez (`bne`) to a label. */
  compressedJump(name: 'jal' | 'beq' | 'bne', rs1: number, label: Label): void {
    this.#fix(label, 2, (distance) => {
      const halfword = compressedControl.get(`${name} ${rs1} ${distance}`);
      if (halfword === undefined) throw new Error(`no compressed ${name} of x${rs1} by ${distance}`);
      return halfword;
    });
  }

  /** I-type or load whose immediate is the distance from `from` to the label. */
  relative(name: string, operands: EncodeOperands, from: number, label: Label, extra = 0): void {
    this.#fix(label, 4, () => encode(name, { ...operands, imm: label.address - from + extra }));
  }

  /** rd = address, which is within 2 GiB. */
  loadAddress(rd: number, address: number): void {
    const distance = address - this.here;
    const upper = (distance + 0x800) & ~0xfff;
    this.emit('auipc', { rd, imm: upper });
    this.emit('addi', { rd, rs1: rd, imm: distance - upper });
  }

  /** rd = value, through the pool. */
  loadConstant(rd: number, value: bigint): void {
    const address = this.poolBase + 8 * this.#constants.length;
    this.#constants.push(BigInt.asUintN(64, value));
    this.loadAddress(rd, address);
    this.emit('ld', { rd, rs1: rd });
  }

  /** The finished code. Every label that was jumped to must have been placed. */
  code(): Uint8Array {
    for (const { at, label, resolve, bytes } of this.#fixups) {
      const word = resolve(label.address - (this.base + at));
      for (let i = 0; i < bytes; i++) this.#bytes[at + i] = (word >>> (8 * i)) & 0xff;
    }
    return Uint8Array.from(this.#bytes);
  }

  constants(): readonly bigint[] {
    return this.#constants;
  }

  #fix(label: Label, bytes: 2 | 4, resolve: (distance: number) => number): void {
    this.#fixups.push({ at: this.#bytes.length, label, resolve, bytes });
    this.raw(0, bytes);
  }
}
