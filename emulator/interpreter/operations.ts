// The decoded operation: 8 bytes a slot, one slot a halfword of code. Both sides are here: how the decoder packs an
// instruction, and how generated code reads it back.
//   bytes 0-1 handler, byte 2 first register, byte 3 second register, bytes 4-7 immediate
// First register: rd, or rs2 of stores and branches. Second: rs1. The immediate of formats that have none holds rs2,
// rs3 and the rounding mode. Branch and jump offsets are kept in slot bytes (four times the code bytes).
import { csrIndex } from '../hart/csrs.js';
import { csrOperand } from '../hart/csr-code.js';
import { registerIndex } from '../hart/state.js';
import { instructions, type Decoded, type Instruction } from '../isa/index.js';
import { compressed } from '../isa/compressed.js';

/** Handlers that are no instruction. */
export const Special = {
  /** An empty slot: decode it. All zeroes, so that clearing memory empties slots. */
  decode: 0,
  /** Leads out of the page: translate the pc again. */
  refetch: 1,
  /** A 4-byte instruction whose second half lies in the next page. */
  straddle: 2,
  /** The slot is probed: the probe table has the real handler. */
  probe: 3,
  illegal: 4,
  /** slti x0, rs1, imm: the marker hint. */
  marker: 5,
  /** The backward branch of a recognised memory loop: registers as in a branch, the immediate is its row. */
  memoryLoop: 6,
  /** Entry of a compiled region; the operands are the original instruction's. */
  enterRegion: 7,
  /** The branch or jump back of a recognised waiting loop: registers as in a branch, the immediate is its row. */
  waitLoop: 8,
  /** Number of the first instruction's handler. */
  first: 9,
} as const;

const compressible = new Set(compressed.map((row) => row.expands));

/** An instruction as a handler sees it: the row and the length of its encoding. */
export interface Handler {
  readonly instruction: Instruction;
  readonly length: 2 | 4;
}

/** Handlers in table order, the first having number `Special.first`. */
export const handlers: readonly Handler[] = instructions.flatMap((instruction): Handler[] =>
  compressible.has(instruction.name)
    ? [
        { instruction, length: 4 },
        { instruction, length: 2 },
      ]
    : [{ instruction, length: 4 }],
);

/** Numbers of the handlers of an instruction, by the length of its encoding. */
const handlerNumbers = new Map<Instruction, { 2?: number; 4?: number }>();
handlers.forEach(({ instruction, length }, index) => {
  const numbers = handlerNumbers.get(instruction) ?? {};
  handlerNumbers.set(instruction, { ...numbers, [length]: Special.first + index });
});

function handlersOf(matches: (instruction: Instruction) => boolean): ReadonlySet<number> {
  return new Set(
    handlers.flatMap(({ instruction }, index) => (matches(instruction) ? [Special.first + index] : [])),
  );
}

/** Numbers of the handlers of jumps to an offset: calls, where they link. */
export const jumpHandlers = handlersOf(({ effect }) => effect.kind === 'jump');
/** Those of the two instructions of a call that may go farther. */
export const farJumpHandlers = handlersOf(({ effect }) => effect.kind === 'jump_register');
export const addToPcHandlers = handlersOf(({ name }) => name === 'auipc');

/** Register numbers per file: writes to x0 go to the sink. */
function source(file: 'x' | 'f' | undefined, number: number): number {
  return file === 'f' ? registerIndex.f + number : number;
}
function target(file: 'x' | 'f' | undefined, number: number): number {
  return file === 'f' ? registerIndex.f + number : number === 0 ? registerIndex.sink : number;
}

/** Packs an operation into two 32-bit words: `low` (handler and registers) and `high` (immediate). */
export interface PackedOperation {
  low: number;
  high: number;
}

/** Packs a decoded instruction; `word` is its encoding. */
export function packOperation(word: number, decoded: Decoded | undefined): PackedOperation {
  if (!decoded) return { low: Special.illegal, high: word | 0 };
  const { instruction, length } = decoded;
  if (instruction.name === 'slti' && decoded.rd === 0)
    return { low: Special.marker | (decoded.rs1 << 24), high: decoded.imm };
  if (instruction.effect.kind === 'csr') {
    const row = csrIndex.get(decoded.imm & 0xfff);
    if (row === undefined) return { low: Special.illegal, high: word | 0 };
  }
  const handler = handlerNumbers.get(instruction)?.[length];
  if (handler === undefined) throw new Error(`no handler for ${instruction.name} of ${length} bytes`);
  const files = instruction.registers;
  const first = files.rd === undefined ? source(files.rs2, decoded.rs2) : target(files.rd, decoded.rd);
  const second = source(files.rs1, decoded.rs1);
  return { low: handler | (first << 16) | (second << 24), high: packImmediate(decoded) };
}

function packImmediate(decoded: Decoded): number {
  const { instruction, imm } = decoded;
  const files = instruction.registers;
  switch (instruction.effect.kind) {
    case 'branch':
    case 'jump':
      return imm * 4;
    case 'csr': {
      const writes = instruction.effect.operation === 'write' || decoded.rs1 !== 0;
      return csrIndex.get(imm & 0xfff)! | (writes ? csrOperand.writes : 0);
    }
    case 'float':
      return source(files.rs2, decoded.rs2) | (source(files.rs3, decoded.rs3) << 8) | ((imm & 7) << 16);
    default:
      return files.rd !== undefined && files.rs2 !== undefined ? source(files.rs2, decoded.rs2) : imm;
  }
}
