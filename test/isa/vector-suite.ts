// The contract that every execution of instructions must fulfil: each vector, with several choices of registers,
// changes what the vector says and nothing else.
import { describe, expect, it } from 'vitest';
import { encode, instructionIndex, instructions } from '../../emulator/isa/index.js';
import type { Instruction } from '../../emulator/isa/index.js';
import { CSR, PC } from './vector.js';
import type { CsrName, Privilege, RegisterNumbers, Vector } from './vector.js';

/** What an execution is given and gives back. All values are 0..2^64-1. */
export interface MachineState {
  pc: bigint;
  /** 32 integer registers; x[0] is 0. */
  x: bigint[];
  /** 32 floating-point register images. */
  f: bigint[];
  /** The doubleword at DATA. */
  memory: bigint;
  /** Whether the hart holds a reservation on DATA. */
  reserved: boolean;
  privilege: Privilege;
  /** Before: the CSRs to set, in this order, others as after reset. After: those that were asked for. */
  csrs: Partial<Record<CsrName, bigint>>;
}

/** Executes the one instruction `word` at `before.pc`; gives the state after it, with the CSRs in `observed`. */
export type Execute = (
  before: MachineState,
  word: number,
  observed: readonly CsrName[],
) => MachineState | Promise<MachineState>;

const FS_DIRTY = 3n << 13n;

const unsigned = (value: bigint): bigint => BigInt.asUintN(64, value);

/** Apart, each pair the same, all the same, and with x0 as destination. */
const ASSIGNMENTS: readonly RegisterNumbers[] = [
  { rd: 10, rs1: 11, rs2: 12, rs3: 13 },
  { rd: 31, rs1: 31, rs2: 1, rs3: 2 },
  { rd: 8, rs1: 30, rs2: 8, rs3: 9 },
  { rd: 15, rs1: 5, rs2: 6, rs3: 15 },
  { rd: 7, rs1: 6, rs2: 6, rs3: 6 },
  { rd: 9, rs1: 9, rs2: 9, rs3: 9 },
  { rd: 0, rs1: 11, rs2: 12, rs3: 13 },
];

/** Values of registers that a vector does not mention; each is different, and none is a plausible result. */
function background(salt: bigint): bigint[] {
  return Array.from({ length: 32 }, (_, number) => 0xdead_0000_beef_0000n + (salt << 32n) + BigInt(number));
}

interface Case {
  row: Instruction | undefined;
  word: number;
  numbers: RegisterNumbers;
  before: MachineState;
}

function isFloat(row: Instruction | undefined): boolean {
  return row?.extension === 'F' || row?.extension === 'D';
}

const SOURCES = ['rs1', 'rs2', 'rs3'] as const;

/** Whether the sources that share a number hold the same value, and none but a zero is in x0. */
function fits(vector: Vector, row: Instruction | undefined, numbers: RegisterNumbers): boolean {
  const values = new Map<string, bigint>([['x0', 0n]]);
  for (const source of SOURCES) {
    const file = row?.registers[source];
    if (file === undefined) continue;
    const register = file + numbers[source];
    const value = unsigned(vector[source] ?? 0n);
    if ((values.get(register) ?? value) !== value) return false;
    values.set(register, value);
  }
  return true;
}

function wordOf(vector: Vector, numbers: RegisterNumbers): number {
  if (vector.word !== undefined) return vector.word;
  const imm = vector.csr === undefined ? (vector.imm ?? 0) : CSR[vector.csr];
  return encode(vector.name, { ...numbers, rs1: vector.uimm ?? numbers.rs1, imm });
}

function prepare(vector: Vector, assignment: RegisterNumbers): Case | undefined {
  const row = vector.word === undefined ? instructions[instructionIndex.get(vector.name) ?? -1] : undefined;
  const numbers = { ...assignment, ...vector.registers };
  if (!fits(vector, row, numbers)) return undefined;
  const enablesFloat = isFloat(row) && vector.csrs?.mstatus === undefined;
  const before: MachineState = {
    pc: PC,
    x: background(1n),
    f: background(2n),
    memory: unsigned(vector.memory ?? 0n),
    reserved: vector.reserved ?? false,
    privilege: vector.privilege ?? 'M',
    csrs: { ...(enablesFloat ? { mstatus: FS_DIRTY, fcsr: 0n } : {}), ...vector.csrs },
  };
  for (const name of Object.keys(before.csrs) as CsrName[])
    before.csrs[name] = unsigned(before.csrs[name] ?? 0n);
  before.x[0] = 0n;
  for (const source of SOURCES) {
    const file = row?.registers[source];
    if (file !== undefined) before[file][numbers[source]] = unsigned(vector[source] ?? 0n);
  }
  return { row, word: wordOf(vector, numbers), numbers, before };
}

/** The state that the vector demands. CSRs are compared on their own because of their masks. */
function expectedState(
  { row, numbers, before }: Case,
  { expect: after }: Vector,
): Omit<MachineState, 'csrs'> {
  const state = {
    pc: after.pc ?? PC + 4n,
    x: [...before.x],
    f: [...before.f],
    memory: unsigned(after.memory ?? before.memory),
    reserved: after.reserved ?? before.reserved,
    privilege: after.privilege ?? before.privilege,
  };
  if (after.rd !== undefined) state[row?.registers.rd ?? 'x'][numbers.rd] = unsigned(after.rd);
  state.x[0] = 0n;
  return state;
}

async function judge(vector: Vector, one: Case, execute: Execute): Promise<void> {
  const flags = isFloat(one.row) ? vector.expect.flags : undefined;
  const wanted = {
    ...vector.expect.csrs,
    ...(flags === undefined ? {} : { fflags: { value: BigInt(flags) } }),
  };
  const names = Object.keys(wanted) as CsrName[];
  const { csrs, ...state } = await execute(structuredClone(one.before), one.word, names);
  const title = `0x${one.word.toString(16)}`;
  const { x, f, ...others } = expectedState(one, vector);
  const written = (registers: readonly bigint[]) => registers.map((value) => `0x${value.toString(16)}`);
  expect(written(state.x), title).toEqual(written(x));
  expect(written(state.f), title).toEqual(written(f));
  expect({ ...state, x: undefined, f: undefined }, title).toEqual({ ...others, x: undefined, f: undefined });
  for (const name of names) {
    const { value, mask = -1n } = wanted[name] ?? { value: 0n };
    expect(unsigned((csrs[name] ?? 0n) & mask), `${title} ${name}`).toBe(unsigned(value));
  }
}

function describeVector({ name, rs1, rs2, imm, csr }: Vector, index: number): string {
  const values = [rs1, rs2]
    .filter((value) => value !== undefined)
    .map((value) => `0x${unsigned(value).toString(16)}`);
  return [
    index,
    name,
    ...values,
    ...(imm === undefined ? [] : [imm]),
    ...(csr === undefined ? [] : [csr]),
  ].join(' ');
}

/** Vectors of an instruction that are executed with all choices of registers; the others are with two of them. */
const THOROUGH = 3;

/** The choices of registers that a vector is executed with; `earlier` vectors of its instruction came before it. */
function assignmentsOf(vector: Vector, earlier: number): Case[] {
  const all = ASSIGNMENTS.map((assignment) => prepare(vector, assignment)).filter((one) => one !== undefined);
  const [first, ...others] = all;
  if (first === undefined || others.length === 0 || earlier < THOROUGH) return all;
  return [first, others[earlier % others.length]];
}

/** Runs vectors on `execute`; `title` names the engine and the set. */
export function describeVectors(title: string, vectors: readonly Vector[], execute: Execute): void {
  describe(title, () => {
    const seen = new Map<string, number>();
    const cases = vectors.map((vector, index) => {
      const earlier = seen.get(vector.name) ?? 0;
      seen.set(vector.name, earlier + 1);
      return [describeVector(vector, index), vector, earlier] as const;
    });
    it.each(cases)('%s', async (_, vector, earlier) => {
      const assigned = assignmentsOf(vector, earlier);
      expect(assigned.length).toBeGreaterThan(0);
      for (const one of assigned) await judge(vector, one, execute);
    });
  });
}
