// A row of the call frame table and the instructions that compute it (DWARF 5, 6.4.2).
import { hex } from '../../../text/index.js';
import { type ByteReader, MalformedData } from '../byte-reader.js';
import type { CommonEntry, FrameSection } from './common-entry.js';
import { readFramePointer } from './common-entry.js';

/**
 * How a register of the caller is recovered. `offset`: the word at CFA + value; `valueOffset`: CFA + value
 * itself.
 */
export type RegisterRule =
  | { readonly kind: 'undefined' | 'same' | 'expression' }
  | { readonly kind: 'offset' | 'valueOffset' | 'register'; readonly value: number };

/** The canonical frame address is the value of sp before the call. */
export interface FrameRow {
  /** CFA = register + offset; undefined when given by an expression. */
  readonly cfa: { readonly register: number; readonly offset: number } | undefined;
  readonly rules: ReadonlyMap<number, RegisterRule>;
  readonly returnAddressRegister: number;
}

/** Where an instruction sequence stands. Rows apply from their location on; execution ends beyond `stop`. */
export interface FrameCursor {
  location: number;
  readonly stop: number;
  readonly common: CommonEntry;
  readonly section: FrameSection;
  /** The row that the restore instructions go back to. */
  readonly initial: FrameRow | undefined;
}

interface MutableRow {
  cfa: { register: number; offset: number } | undefined;
  rules: Map<number, RegisterRule>;
}

interface Machine {
  row: MutableRow;
  readonly saved: MutableRow[];
  readonly cursor: FrameCursor;
}

const savedRowsMax = 64;

/** The row before any instruction: no rule is known. */
export function initialRow(returnAddressRegister: number): FrameRow {
  return { cfa: undefined, rules: new Map(), returnAddressRegister };
}

type Instruction = (machine: Machine, reader: ByteReader) => void;

function setOffset(register: number, value: number): Instruction {
  return ({ row }) => row.rules.set(register, { kind: 'offset', value });
}

function restore({ row, cursor }: Machine, register: number): void {
  const initial = cursor.initial?.rules.get(register);
  if (initial === undefined) row.rules.delete(register);
  else row.rules.set(register, initial);
}

function advance({ cursor }: Machine, delta: number): void {
  cursor.location += delta * cursor.common.codeAlignment;
}

function withCfa(machine: Machine, change: (cfa: { register: number; offset: number }) => void): void {
  const cfa = machine.row.cfa ?? { register: 0, offset: 0 };
  machine.row.cfa = { ...cfa };
  change(machine.row.cfa);
}

/** Operands: first a register, then what `make` reads. */
function rule(make: (reader: ByteReader, dataAlignment: number) => RegisterRule): Instruction {
  return ({ row, cursor }, reader) => {
    const register = reader.uleb();
    row.rules.set(register, make(reader, cursor.common.dataAlignment));
  };
}

function block(reader: ByteReader): void {
  reader.take(reader.uleb());
}

const instructions: Readonly<Record<number, Instruction>> = {
  0x00: function nop() {},
  0x01: function set_loc({ cursor }, reader) {
    cursor.location = readFramePointer(reader, cursor.section, cursor.common.pointerEncoding);
  },
  0x02: (machine, reader) => advance(machine, reader.u8()),
  0x03: (machine, reader) => advance(machine, reader.u16()),
  0x04: (machine, reader) => advance(machine, reader.u32()),
  0x05: rule((reader, alignment) => ({ kind: 'offset', value: reader.uleb() * alignment })),
  0x06: function restore_extended(machine, reader) {
    restore(machine, reader.uleb());
  },
  0x07: rule(() => ({ kind: 'undefined' })),
  0x08: rule(() => ({ kind: 'same' })),
  0x09: rule((reader) => ({ kind: 'register', value: reader.uleb() })),
  0x0a: function remember_state({ row, saved }) {
    if (saved.length === savedRowsMax) throw new MalformedData('call frame states nest too deeply');
    saved.push({ cfa: row.cfa, rules: new Map(row.rules) });
  },
  0x0b: function restore_state(machine) {
    const saved = machine.saved.pop();
    if (saved === undefined) throw new MalformedData('call frame state was never remembered');
    machine.row = saved;
  },
  0x0c: function def_cfa({ row }, reader) {
    row.cfa = { register: reader.uleb(), offset: reader.uleb() };
  },
  0x0d: function def_cfa_register(machine, reader) {
    withCfa(machine, (cfa) => (cfa.register = reader.uleb()));
  },
  0x0e: function def_cfa_offset(machine, reader) {
    withCfa(machine, (cfa) => (cfa.offset = reader.uleb()));
  },
  0x0f: function def_cfa_expression({ row }, reader) {
    block(reader);
    row.cfa = undefined;
  },
  0x10: rule((reader) => (block(reader), { kind: 'expression' })),
  0x11: rule((reader, alignment) => ({ kind: 'offset', value: reader.sleb() * alignment })),
  0x12: function def_cfa_sf({ row, cursor }, reader) {
    row.cfa = { register: reader.uleb(), offset: reader.sleb() * cursor.common.dataAlignment };
  },
  0x13: function def_cfa_offset_sf(machine, reader) {
    const offset = reader.sleb() * machine.cursor.common.dataAlignment;
    withCfa(machine, (cfa) => (cfa.offset = offset));
  },
  0x14: rule((reader, alignment) => ({ kind: 'valueOffset', value: reader.uleb() * alignment })),
  0x15: rule((reader, alignment) => ({ kind: 'valueOffset', value: reader.sleb() * alignment })),
  0x16: rule((reader) => (block(reader), { kind: 'expression' })),
  0x2e: function gnu_args_size(_machine, reader) {
    reader.uleb();
  },
};

/** Runs instructions from `start` until the row for `cursor.stop` is complete. @throws MalformedData */
export function runInstructions(reader: ByteReader, start: FrameRow, cursor: FrameCursor): FrameRow {
  const machine: Machine = { row: { cfa: start.cfa, rules: new Map(start.rules) }, saved: [], cursor };
  while (reader.remaining > 0) {
    // The row changes only once the location moves on, so a location beyond `stop` ends it before more is
    // applied.
    if (cursor.location > cursor.stop) break;
    const byte = reader.u8();
    const operand = byte & 0x3f;
    const primary = byte >> 6;
    if (primary === 1) advance(machine, operand);
    else if (primary === 2) setOffset(operand, reader.uleb() * cursor.common.dataAlignment)(machine, reader);
    else if (primary === 3) restore(machine, operand);
    else if (instructions[operand] !== undefined) instructions[operand](machine, reader);
    else throw new MalformedData(`call frame instruction ${hex(byte)} is unknown`);
  }
  const { cfa, rules } = machine.row;
  return { cfa, rules, returnAddressRegister: start.returnAddressRegister };
}
