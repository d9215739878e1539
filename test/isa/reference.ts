// Executes one instruction in the constant back end, on a state made of bigints: the meaning of the rows without any
// engine. It has no modes, no traps and no devices, so the system instructions that need them are not for it.
import { constantAlgebra as o, decode } from '../../emulator/isa/index.js';
import type { Decoded, Effect, Operands, SystemOperation } from '../../emulator/isa/index.js';
import { floatOperation, lastFlags } from '../../emulator/isa/float/index.js';
import type { Execute, MachineState } from './vector-suite.js';
import { CSR, DATA } from './vector.js';
import type { CsrName } from './vector.js';

const BOXED = 0xffff_ffff_0000_0000n;
const DYNAMIC = 7;
const FENCES: readonly SystemOperation[] = ['fence', 'fence_i', 'sfence_vma'];

/** An effect on memory: all of them have a width in bytes. */
type MemoryEffect = Extract<Effect, { bytes: number }>;

function read(state: MachineState, address: bigint, bytes: number, signed: boolean): bigint {
  const value = BigInt.asUintN(8 * bytes, state.memory >> (8n * (address - DATA)));
  return signed ? BigInt.asUintN(64, BigInt.asIntN(8 * bytes, value)) : value;
}

function write(state: MachineState, address: bigint, bytes: number, value: bigint): void {
  const shift = 8n * (address - DATA);
  const mask = ((1n << BigInt(8 * bytes)) - 1n) << shift;
  state.memory = (state.memory & ~mask) | ((value << shift) & mask);
}

function csrName(number: number): CsrName {
  const entry = Object.entries(CSR).find(([, value]) => value === number);
  if (entry === undefined) throw new Error(`no vector uses CSR ${number}`);
  return entry[0] as CsrName;
}

function accessCsr(
  state: MachineState,
  { rs1, imm }: Decoded,
  x: Operands<bigint>,
  effect: Effect & { kind: 'csr' },
): bigint {
  const name = csrName(imm);
  const old = state.csrs[name] ?? 0n;
  const operand = effect.immediate ? BigInt(rs1) : x.a;
  const after = { write: operand, set: old | operand, clear: old & ~operand }[effect.operation];
  state.csrs[name] = BigInt.asUintN(64, after);
  return old;
}

function calculate(
  state: MachineState,
  decoded: Decoded,
  x: Operands<bigint>,
  c: bigint,
  effect: Effect & { kind: 'float' },
) {
  const rounding = decoded.imm === DYNAMIC ? Number(state.csrs.frm ?? 0n) : decoded.imm;
  const result = floatOperation(effect.operation, effect.format, rounding, x.a, x.b, c);
  state.csrs.fflags = BigInt(lastFlags());
  return result;
}

function storeConditional(state: MachineState, x: Operands<bigint>, bytes: number): bigint {
  const failed = state.reserved ? 0n : 1n;
  if (state.reserved) write(state, x.a, bytes, x.b);
  state.reserved = false;
  return failed;
}

/** Performs an access to memory; gives the value of rd, or undefined where the instruction has none. */
function access(state: MachineState, x: Operands<bigint>, effect: MemoryEffect): bigint | undefined {
  const address = BigInt.asUintN(64, x.a + x.imm);
  switch (effect.kind) {
    case 'load':
      return read(state, address, effect.bytes, effect.signed);
    case 'float_load':
      return read(state, address, effect.bytes, false) | (effect.bytes === 4 ? BOXED : 0n);
    case 'store':
    case 'float_store':
      write(state, address, effect.bytes, x.b);
      return undefined;
    case 'load_reserved':
      state.reserved = true;
      return read(state, x.a, effect.bytes, true);
    case 'store_conditional':
      return storeConditional(state, x, effect.bytes);
    case 'amo': {
      const old = read(state, x.a, effect.bytes, true);
      write(state, x.a, effect.bytes, effect.combine(o, old, effect.bytes === 4 ? o.sext32(x.b) : x.b));
      return old;
    }
  }
}

/** Performs the effect; gives the value of rd, or undefined where the instruction has none. */
function perform(state: MachineState, decoded: Decoded, x: Operands<bigint>, c: bigint): bigint | undefined {
  const { effect } = decoded.instruction;
  const next = x.pc + BigInt(decoded.length);
  switch (effect.kind) {
    case 'compute':
      return effect.value(o, x);
    case 'branch':
      if (effect.taken(o, x)) state.pc = o.add(x.pc, x.imm);
      return undefined;
    case 'jump':
      state.pc = o.add(x.pc, x.imm);
      return next;
    case 'jump_register':
      state.pc = o.and(o.add(x.a, x.imm), o.imm(-2n));
      return next;
    case 'csr':
      return accessCsr(state, decoded, x, effect);
    case 'float':
      return calculate(state, decoded, x, c, effect);
    case 'system':
      if (!FENCES.includes(effect.operation)) throw new Error(`${effect.operation} needs a hart`);
      return undefined;
    default:
      return access(state, x, effect);
  }
}

/** The constant back end as an execution that vectors can judge. */
export const executeByReference: Execute = (before, word) => {
  const decoded = decode(word);
  if (decoded === undefined) throw new Error(`0x${word.toString(16)} is illegal`);
  const { registers } = decoded.instruction;
  const state = structuredClone(before);
  const source = (field: 'rs1' | 'rs2' | 'rs3') => before[registers[field] ?? 'x'][decoded[field]];
  const operands = { a: source('rs1'), b: source('rs2'), imm: o.imm(BigInt(decoded.imm)), pc: before.pc };
  state.pc = before.pc + BigInt(decoded.length);
  const value = perform(state, decoded, operands, source('rs3'));
  if (value !== undefined && registers.rd !== undefined) state[registers.rd][decoded.rd] = value;
  state.x[0] = 0n;
  return state;
};
