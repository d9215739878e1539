// Which constants the kernel's code stores into the 32-bit members at an offset, of whatever structs.
import type { decode } from '../../../emulator/index.js';
import type { DebugInfo, NamedRange } from '../../symbols/index.js';
import { instructionsOf } from './memory-steps.js';

type Decoded = NonNullable<ReturnType<typeof decode>>;

const [zero, stackPointer, framePointer] = [0, 2, 8];

/** Constants that `sw` stores at that offset from a register, the stack's aside. */
export function storedConstants(debug: DebugInfo, offset: number): ReadonlySet<number> {
  const stored = new Set<number>();
  for (const code of debug.symbols.allFunctions()) addStored(debug, code, offset, stored);
  return stored;
}

function addStored(debug: DebugInfo, code: NamedRange, offset: number, stored: Set<number>): void {
  const held = new Map<number, number>([[zero, 0]]);
  for (const { decoded } of instructionsOf(debug, code)) {
    if (decoded.instruction.effect.kind === 'store') {
      const value = held.get(decoded.rs2);
      if (value !== undefined && isMember(decoded, offset)) stored.add(value);
    } else followConstant(decoded, held);
  }
}

function isMember({ instruction, rs1, imm }: Decoded, offset: number): boolean {
  // Without frame pointers s0 is a register like any other: members are behind their struct, locals before the frame.
  return (
    instruction.name === 'sw' && imm === offset && rs1 !== stackPointer && (rs1 !== framePointer || imm >= 0)
  );
}

/** A register keeps its constant over calls and jumps: compilers load one early for several ways. */
function followConstant({ instruction, rd, rs1, imm }: Decoded, held: Map<number, number>): void {
  if (rd === zero || instruction.effect.kind === 'branch') return;
  if (instruction.name === 'addi' && rs1 === zero) held.set(rd, imm);
  else held.delete(rd);
}
