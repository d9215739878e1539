// The registers of kernel code that a trap interrupted, recovered from what the trap vector saved on the stack. How it
// lays that out is read from its instructions, since every kernel has its own way.
import { integerRegisterNames } from '../../emulator/index.js';
import type { HartRegisters, ReadWord } from '../symbols/index.js';
import type { InstructionLine } from './disassembly.js';

const register = { sp: 2, s0: 8 } as const;
/** Where a function that the vector calls saves s0: two words below its frame address. */
const savedFramePointer = 16n;

/**
 * @param stack value of sp in the vector when it called; undefined when unknown
 * @param vector its instructions
 */
export function interruptedRegisters(
  pc: bigint,
  stack: bigint | undefined,
  vector: readonly InstructionLine[],
  read: ReadWord,
): HartRegisters {
  const x = integerRegisterNames.map(() => 0n);
  if (stack === undefined) return { pc, x };
  x[register.sp] = stack;
  x[register.s0] = read(stack - savedFramePointer) ?? 0n;
  for (const { text } of vector) {
    if (/^jalr? /.test(text)) break;
    const frame = /^addi sp,sp,-(\d+)$/.exec(text);
    if (frame) x[register.sp] = stack + BigInt(frame[1]);
    const save = /^sd (\w+),(\d+)\(sp\)$/.exec(text);
    const number = save ? integerRegisterNames.indexOf(save[1]) : -1;
    // Some vectors save sp too, when it has moved already.
    if (save && number > 0 && number !== register.sp) x[number] = read(stack + BigInt(save[2])) ?? 0n;
  }
  return { pc, x };
}
