// A small assembler for tests: the mnemonics of the instruction table in standard operand order, labels, and the usual
// pseudo-instructions. Written `name: mnemonic operands # comment`, one a line.
import { csrs } from '../../emulator/hart/csrs.js';
import { encode, instructionIndex, instructions, type EncodeOperands } from '../../emulator/isa/index.js';
import type { Format } from '../../emulator/isa/instruction.js';
import { floatRegisterNames, integerRegisterNames } from '../../emulator/isa/register-names.js';

export interface Program {
  readonly base: number;
  readonly bytes: Uint8Array;
  /** Address of each label. */
  readonly labels: ReadonlyMap<string, number>;
}

/** The number of a register by its ABI name or as x0..x31. */
export function registerNumber(name: string): number {
  for (const names of [integerRegisterNames, floatRegisterNames]) {
    const number = names.indexOf(name);
    if (number >= 0) return number;
  }
  const match = /^[xf](\d+)$/.exec(name);
  if (!match) throw new Error(`no register is called ${name}`);
  return Number(match[1]);
}

const csrNumbers = new Map(csrs.map(({ name, number }) => [name, number]));

/** Pseudo-instructions, as text of what they stand for. */
const pseudo: Readonly<Record<string, (...operands: string[]) => string[]>> = {
  nop: () => ['addi zero, zero, 0'],
  mv: (rd, rs) => [`addi ${rd}, ${rs}, 0`],
  j: (target) => [`jal zero, ${target}`],
  call: (target) => [`jal ra, ${target}`],
  jr: (rs) => [`jalr zero, 0(${rs})`],
  ret: () => ['jalr zero, 0(ra)'],
  beqz: (rs, target) => [`beq ${rs}, zero, ${target}`],
  bnez: (rs, target) => [`bne ${rs}, zero, ${target}`],
  csrr: (rd, csr) => [`csrrs ${rd}, ${csr}, zero`],
  csrw: (csr, rs) => [`csrrw zero, ${csr}, ${rs}`],
  csrs: (csr, rs) => [`csrrs zero, ${csr}, ${rs}`],
  csrc: (csr, rs) => [`csrrc zero, ${csr}, ${rs}`],
  li: (rd, value) => loadImmediate(rd, BigInt(value)),
  la: (rd, label) => [`auipc ${rd}, %high(${label})`, `addi ${rd}, ${rd}, %low(${label})`],
};

/** lui, then shifts and additions: any 64-bit constant. */
function loadImmediate(rd: string, value: bigint): string[] {
  const signed = BigInt.asIntN(64, value);
  const low = BigInt.asIntN(12, signed);
  if (low === signed) return [`addi ${rd}, zero, ${low}`];
  const add = low === 0n ? [] : [`addi ${rd}, ${rd}, ${low}`];
  if (BigInt.asIntN(32, signed) === signed && signed - low < 1n << 31n)
    return [`lui ${rd}, ${((signed - low) >> 12n) & 0xfffffn}`, ...add];
  return [...loadImmediate(rd, (signed - low) >> 12n), `slli ${rd}, ${rd}, 12`, ...add];
}

/** The operands of an instruction by position, as numbers. */
interface OperandReader {
  readonly count: number;
  readonly pc: number;
  register(position: number): number;
  value(position: number): number;
  csr(position: number): number;
  memory(position: number): { rs1: number; imm: number };
}

const dynamicRounding = 7;

const registersOnly = (o: OperandReader): EncodeOperands => ({
  rd: o.register(0),
  rs1: o.register(1),
  ...(o.count > 2 && { rs2: o.register(2) }),
  ...(o.count > 3 && { rs3: o.register(3) }),
});
const rounded = (o: OperandReader): EncodeOperands => ({ ...registersOnly(o), imm: dynamicRounding });
const withImmediate = (o: OperandReader): EncodeOperands => ({
  rd: o.register(0),
  rs1: o.register(1),
  imm: o.value(2),
});
const nothing = (): EncodeOperands => ({});

const operandsByFormat: Readonly<Record<Format, (o: OperandReader) => EncodeOperands>> = {
  R: registersOnly,
  I: withImmediate,
  S: (o) => ({ rs2: o.register(0), ...o.memory(1) }),
  B: (o) => ({ rs1: o.register(0), rs2: o.register(1), imm: o.value(2) - o.pc }),
  U: (o) => ({ rd: o.register(0), imm: (o.value(1) << 12) | 0 }),
  J: (o) => ({ rd: o.register(0), imm: o.value(1) - o.pc }),
  shift: withImmediate,
  shiftw: withImmediate,
  load: (o) => ({ rd: o.register(0), ...o.memory(1) }),
  csr: (o) => ({ rd: o.register(0), imm: o.csr(1), rs1: o.register(2) }),
  csri: (o) => ({ rd: o.register(0), imm: o.csr(1), rs1: o.value(2) }),
  amo: (o) => ({
    rd: o.register(0),
    rs1: o.memory(o.count - 1).rs1,
    ...(o.count === 3 && { rs2: o.register(1) }),
  }),
  r4: rounded,
  rm: rounded,
  rm1: rounded,
  r1: registersOnly,
  fence: nothing,
  sfence: (o) => (o.count === 2 ? { rs1: o.register(0), rs2: o.register(1) } : {}),
  none: nothing,
};

/** Suffixes of atomics by their two bits. */
const orderings = ['', '.rl', '.aq', '.aqrl'];

class Assembly {
  readonly labels = new Map<string, number>();
  readonly bytes: number[] = [];
  private readonly fixups: (() => void)[] = [];

  constructor(private readonly base: number) {}

  private get here(): number {
    return this.base + this.bytes.length;
  }

  line(text: string): void {
    let rest = text.replace(/#.*/, '').trim();
    for (let label = /^(\w+):\s*/.exec(rest); label; label = /^(\w+):\s*/.exec(rest)) {
      this.labels.set(label[1], this.here);
      rest = rest.slice(label[0].length);
    }
    if (rest === '') return;
    const [mnemonic] = rest.split(/\s+/, 1);
    const operands = rest
      .slice(mnemonic.length)
      .split(',')
      .map((operand) => operand.trim())
      .filter((operand) => operand !== '');
    if (mnemonic.startsWith('.')) this.directive(mnemonic, operands);
    else if (pseudo[mnemonic]) for (const each of pseudo[mnemonic](...operands)) this.line(each);
    else this.instruction(mnemonic, operands);
  }

  finish(): void {
    for (const fixup of this.fixups) fixup();
  }

  private directive(name: string, operands: readonly string[]): void {
    const sizes: Readonly<Record<string, number>> = { '.short': 2, '.word': 4, '.dword': 8 };
    if (name === '.org') {
      while (this.bytes.length < Number(operands[0])) this.bytes.push(0);
    } else if (sizes[name]) {
      for (const operand of operands) this.put(BigInt(operand), sizes[name]);
    } else throw new Error(`no directive is called ${name}`);
  }

  private put(value: bigint, size: number): void {
    for (let index = 0; index < size; index++)
      this.bytes.push(Number((BigInt.asUintN(64, value) >> BigInt(8 * index)) & 0xffn));
  }

  private instruction(text: string, operands: readonly string[]): void {
    const [, name, ordering = ''] = /^(.*?)(\.aqrl|\.aq|\.rl)?$/.exec(text)!;
    const at = this.bytes.length;
    this.put(0n, 4);
    this.fixups.push(() => {
      const imm = orderings.indexOf(ordering);
      const word = encode(name, { imm, ...this.operandsOf(name, operands, this.base + at) });
      for (let index = 0; index < 4; index++) this.bytes[at + index] = (word >>> (8 * index)) & 0xff;
    });
  }

  private operandsOf(name: string, texts: readonly string[], pc: number): EncodeOperands {
    const index = instructionIndex.get(name);
    if (index === undefined) throw new Error(`no instruction is called ${name}`);
    return operandsByFormat[instructions[index].format]({
      count: texts.length,
      register: (position) => registerNumber(texts[position]),
      value: (position) => this.value(texts[position], pc),
      csr: (position) => csrNumbers.get(texts[position]) ?? Number(texts[position]),
      memory: (position) => {
        const [, offset, base] = /^(.*)\((\w+)\)$/.exec(texts[position])!;
        return { rs1: registerNumber(base), imm: Number(offset || '0') };
      },
      pc,
    });
  }

  /** A number, a label, or half of a label's distance; of an `addi`, from the `auipc` before it. */
  private value(text: string, pc: number): number {
    const half = /^%(high|low)\((\w+)\)$/.exec(text);
    if (half) {
      const distance = this.labels.get(half[2])! - (half[1] === 'high' ? pc : pc - 4);
      const upper = (distance + 0x800) >> 12;
      return half[1] === 'high' ? upper : distance - (upper << 12);
    }
    const value = this.labels.get(text) ?? Number(text);
    if (Number.isNaN(value)) throw new Error(`no label is called ${text}`);
    return value;
  }
}

/** Assembles source that starts at `base`. Throws for what it does not know. */
export function assemble(source: string, base: number): Program {
  const assembly = new Assembly(base);
  for (const line of source.split('\n')) assembly.line(line);
  assembly.finish();
  return { base, bytes: Uint8Array.from(assembly.bytes), labels: assembly.labels };
}
