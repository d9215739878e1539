// The registers of a hart as gdb wants them described and named (GDB manual, appendix G.4.14 "RISC-V Features").
import {
  csrs,
  csrValue,
  floatRegisterNames,
  integerRegisterNames,
  type CsrRow,
  type Machine,
} from '../../emulator/index.js';
import { hexOfWord } from './hexadecimal.js';

interface RegisterRow {
  readonly name: string;
  readonly bits: 32 | 64;
  /** Of gdb's predefined types, or one that the feature defines. */
  readonly type: string;
  read(machine: Machine, hart: number): bigint;
}

interface Feature {
  readonly name: string;
  /** XML of types that its registers have. */
  readonly types: string;
  readonly registers: readonly RegisterRow[];
}

const codePointers = new Set(['ra', 'pc']);
const dataPointers = new Set(['sp', 'gp', 'tp', 'fp']);

function integerRegister(name: string, number: number): RegisterRow {
  const type = codePointers.has(name) ? 'code_ptr' : dataPointers.has(name) ? 'data_ptr' : 'int';
  return { name, bits: 64, type, read: (machine, hart) => machine.harts[hart].register(number) };
}

const programCounter: RegisterRow = {
  name: 'pc',
  bits: 64,
  type: 'code_ptr',
  read: (machine, hart) => machine.harts[hart].read('pc'),
};

/** gdb knows s0 as fp. */
const gdbName = (name: string): string => (name === 's0' ? 'fp' : name);

const doubleType =
  '<union id="riscv_double"><field name="float" type="ieee_single"/>' +
  '<field name="double" type="ieee_double"/></union>';

function floatRegister(name: string, number: number): RegisterRow {
  const read = (machine: Machine, hart: number): bigint => machine.harts[hart].floatRegister(number);
  return { name, bits: 64, type: 'riscv_double', read };
}

function controlRegister(row: CsrRow): RegisterRow {
  const isFloat = row.guard === 'float';
  const read = (machine: Machine, hart: number): bigint =>
    csrValue(row, machine.harts[hart], machine.cycle());
  return { name: row.name, bits: isFloat ? 32 : 64, type: 'int', read };
}

/** Counters of events that no machine here counts, and what is there to read as zero, would fill the screen. */
const isPlain = (row: CsrRow): boolean => row.state !== undefined || row.source !== undefined;

const features: readonly Feature[] = [
  {
    name: 'org.gnu.gdb.riscv.cpu',
    types: '',
    registers: [
      ...integerRegisterNames.map((name, number) => integerRegister(gdbName(name), number)),
      programCounter,
    ],
  },
  {
    name: 'org.gnu.gdb.riscv.fpu',
    types: doubleType,
    registers: [
      ...floatRegisterNames.map(floatRegister),
      ...csrs.filter((row) => row.guard === 'float').map(controlRegister),
    ],
  },
  {
    name: 'org.gnu.gdb.riscv.csr',
    types: '',
    registers: csrs.filter((row) => row.guard !== 'float' && isPlain(row)).map(controlRegister),
  },
  {
    name: 'org.gnu.gdb.riscv.virtual',
    types: '',
    registers: [
      {
        name: 'priv',
        bits: 64,
        type: 'int',
        read: (machine, hart) => machine.harts[hart].read('mode'),
      },
    ],
  },
];

const registers = features.flatMap((feature) => feature.registers);
/** What the g packet holds; the client asks for the others one by one, when it needs them. */
const coreRegisters = features[0].registers;

/** What a client looks at after each stop: the place, and what finds the caller. */
const expedited = ['pc', 'sp', 'fp', 'ra'].map((name) =>
  registers.findIndex((register) => register.name === name),
);

/** The target description. */
export const targetDescription = [
  '<?xml version="1.0"?>',
  '<!DOCTYPE target SYSTEM "gdb-target.dtd">',
  '<target version="1.0">',
  '<architecture>riscv:rv64</architecture>',
  // Without this gdb takes the kernel for a Linux program, and steps it by breakpoints instead of asking us.
  '<osabi>none</osabi>',
  ...features.flatMap(({ name, types, registers: rows }) => [
    `<feature name="${name}">`,
    ...(types === '' ? [] : [types]),
    ...rows.map((row) => `<reg name="${row.name}" bitsize="${row.bits}" type="${row.type}"/>`),
    '</feature>',
  ]),
  '</target>\n',
].join('\n');

const hexOfRegister = (register: RegisterRow, machine: Machine, hart: number): string =>
  hexOfWord(register.read(machine, hart), register.bits / 8);

/** A register's value as the p packet wants it; undefined where there is none of that number. */
export function registerValue(machine: Machine, hart: number, number: number): string | undefined {
  const register = registers[number] as RegisterRow | undefined;
  return register && hexOfRegister(register, machine, hart);
}

/** The integer registers and pc, as the g packet wants them. */
export function coreRegisterValues(machine: Machine, hart: number): string {
  return coreRegisters.map((register) => hexOfRegister(register, machine, hart)).join('');
}

/** `NUMBER:VALUE;` of the registers that a stop reply brings along. */
export function expeditedRegisters(machine: Machine, hart: number): string {
  return expedited
    .map((number) => `${number.toString(16)}:${hexOfRegister(registers[number], machine, hart)};`)
    .join('');
}
