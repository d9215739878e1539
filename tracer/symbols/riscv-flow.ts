// What an RV64GC instruction does to control flow and to the return address: just enough to find returns and
// to tell where a return address lives. It is not a disassembler (emulator/isa has that). RISC-V Unprivileged
// ISA, chapters 2 and "C".

export type FlowKind =
  | 'return' // jalr x0, 0(ra)
  | 'jump' // jal x0: target known
  | 'indirect' // jalr x0 through another register
  | 'call' // jal/jalr with a link register
  | 'branch' // conditional: target known
  | 'save_ra' // sd ra, offset(sp)
  | 'restore_ra' // ld ra, offset(sp)
  | 'set_frame' // addi s0, sp, offset
  | 'write_ra' // anything else that writes ra
  | 'other';

/** What one instruction does to control flow. */
export interface Flow {
  readonly kind: FlowKind;
  /** Bytes: 2 or 4 (longer encodings are not in RV64GC and count as 4). */
  readonly length: number;
  /**
   * Distance from the instruction to its target (jump, branch, call), or the offset of
   * save/restore/set_frame.
   */
  readonly offset: number;
}

const ra = 1;
const sp = 2;
const s0 = 8;

/** Opcodes whose rd field is an integer register that is written. */
const writingOpcodes: ReadonlySet<number> = new Set([
  0x03, 0x13, 0x17, 0x1b, 0x2f, 0x33, 0x37, 0x3b, 0x67, 0x6f, 0x73,
]);

/** The instruction at `offset` of `bytes`; undefined when it does not fit. */
export function flowAt(bytes: Uint8Array, offset: number): Flow | undefined {
  if (offset + 2 > bytes.length) return undefined;
  const low = bytes[offset] | (bytes[offset + 1] << 8);
  if ((low & 3) !== 3) return compressedFlow(low);
  if (offset + 4 > bytes.length) return undefined;
  return wideFlow(low | (bytes[offset + 2] << 16) | (bytes[offset + 3] << 24));
}

function flow(kind: FlowKind, length: number, offset = 0): Flow {
  return { kind, length, offset };
}

function wideFlow(word: number): Flow {
  const opcode = word & 0x7f;
  const rd = (word >>> 7) & 31;
  const funct3 = (word >>> 12) & 7;
  const rs1 = (word >>> 15) & 31;
  const rs2 = (word >>> 20) & 31;
  const immediate = word >> 20;
  if (opcode === 0x6f) return flow(rd === 0 ? 'jump' : 'call', 4, jumpOffset(word));
  if (opcode === 0x67) {
    if (rd !== 0) return flow('call', 4);
    return flow(rs1 === ra && immediate === 0 ? 'return' : 'indirect', 4, immediate);
  }
  if (opcode === 0x63) return flow('branch', 4, branchOffset(word));
  if (opcode === 0x23 && funct3 === 3 && rs1 === sp && rs2 === ra) {
    return flow('save_ra', 4, ((word >> 25) << 5) | rd);
  }
  if (opcode === 0x03 && funct3 === 3 && rs1 === sp && rd === ra) return flow('restore_ra', 4, immediate);
  if (opcode === 0x13 && funct3 === 0 && rs1 === sp && rd === s0) return flow('set_frame', 4, immediate);
  return flow(rd === ra && writingOpcodes.has(opcode) ? 'write_ra' : 'other', 4);
}

/** Immediate of the J format. */
function jumpOffset(word: number): number {
  const high = (word >> 31) << 20;
  return high | (((word >>> 12) & 0xff) << 12) | (((word >>> 20) & 1) << 11) | (((word >>> 21) & 0x3ff) << 1);
}

/** Immediate of the B format. */
function branchOffset(word: number): number {
  const high = (word >> 31) << 12;
  return high | (((word >>> 7) & 1) << 11) | (((word >>> 25) & 0x3f) << 5) | (((word >>> 8) & 15) << 1);
}

function compressedFlow(half: number): Flow {
  const quadrant = half & 3;
  const funct3 = half >>> 13;
  const rd = (half >>> 7) & 31;
  if (quadrant === 0) {
    // c.addi4spn: rd' of 000 is s0.
    const isFrame = funct3 === 0 && half !== 0 && ((half >>> 2) & 7) === s0 - 8;
    return isFrame ? flow('set_frame', 2, stackImmediate(half)) : flow('other', 2);
  }
  if (quadrant === 1) {
    if (funct3 === 5) return flow('jump', 2, compressedJumpOffset(half));
    if (funct3 >= 6) return flow('branch', 2, compressedBranchOffset(half));
    return flow(rd === ra && funct3 <= 3 ? 'write_ra' : 'other', 2);
  }
  return secondQuadrantFlow(half, funct3, rd);
}

function secondQuadrantFlow(half: number, funct3: number, rd: number): Flow {
  const rs2 = (half >>> 2) & 31;
  const bit12 = (half >>> 12) & 1;
  if (funct3 === 4 && rs2 === 0 && rd !== 0) {
    if (bit12 === 1) return flow('call', 2);
    return flow(rd === ra ? 'return' : 'indirect', 2);
  }
  if (funct3 === 3 && rd === ra) {
    return flow('restore_ra', 2, (bit12 << 5) | (((half >>> 5) & 3) << 3) | (((half >>> 2) & 7) << 6));
  }
  if (funct3 === 7 && rs2 === ra) {
    return flow('save_ra', 2, (((half >>> 10) & 7) << 3) | (((half >>> 7) & 7) << 6));
  }
  const writes = rd === ra && (funct3 === 0 || funct3 === 2 || funct3 === 4);
  return flow(writes ? 'write_ra' : 'other', 2);
}

/** Immediate of c.addi4spn: bits 5:4|9:6|2|3. */
function stackImmediate(half: number): number {
  return (
    (((half >>> 11) & 3) << 4) |
    (((half >>> 7) & 15) << 6) |
    (((half >>> 6) & 1) << 2) |
    (((half >>> 5) & 1) << 3)
  );
}

/** Immediate of c.j: bits 11|4|9:8|10|6|7|3:1|5. */
function compressedJumpOffset(half: number): number {
  const value =
    (((half >>> 12) & 1) << 11) |
    (((half >>> 11) & 1) << 4) |
    (((half >>> 9) & 3) << 8) |
    (((half >>> 8) & 1) << 10) |
    (((half >>> 7) & 1) << 6) |
    (((half >>> 6) & 1) << 7) |
    (((half >>> 3) & 7) << 1) |
    (((half >>> 2) & 1) << 5);
  return (value << 20) >> 20;
}

/** Immediate of c.beqz and c.bnez: bits 8|4:3 and 7:6|2:1|5. */
function compressedBranchOffset(half: number): number {
  const value =
    (((half >>> 12) & 1) << 8) |
    (((half >>> 10) & 3) << 3) |
    (((half >>> 5) & 3) << 6) |
    (((half >>> 3) & 3) << 1) |
    (((half >>> 2) & 1) << 5);
  return (value << 23) >> 23;
}

/**
 * The register an auipc writes with the address it makes relative to itself; undefined for other
 * instructions.
 */
export function pcRelativeBase(
  bytes: Uint8Array,
  offset: number,
): { register: number; offset: number } | undefined {
  if (offset < 0 || offset + 4 > bytes.length || (bytes[offset] & 0x7f) !== 0x17) return undefined;
  const word =
    bytes[offset] | (bytes[offset + 1] << 8) | (bytes[offset + 2] << 16) | (bytes[offset + 3] << 24);
  return { register: (word >>> 7) & 31, offset: word & ~0xfff };
}

/** The register a jalr goes through. */
export function indirectBase(bytes: Uint8Array, offset: number): number {
  const low = bytes[offset] | (bytes[offset + 1] << 8);
  return (low & 3) === 3 ? ((low >>> 15) & 1) | ((bytes[offset + 2] & 15) << 1) : (low >>> 7) & 31;
}
