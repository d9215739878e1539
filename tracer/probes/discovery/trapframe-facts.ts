// Where a kernel keeps a program's registers while it serves it: the struct that proc points to with a member for the
// user's pc and members named like registers.
import { integerRegisterNames } from '../../../emulator/index.js';
import { findMember, underlying, type CompositeType } from '../../symbols/index.js';

export interface TrapframeFacts {
  /** Offset of the pointer to it in an element of the process table. */
  readonly offset: number;
  /** Offset of the saved pc. */
  readonly pc: number;
  /** Offset of x1..x31 by register number; those without a member are absent. */
  readonly registers: ReadonlyMap<number, number>;
}

/** Undefined when no member of the process struct points to such a struct. */
export function findTrapframe(process: CompositeType): TrapframeFacts | undefined {
  for (const { offset, type } of process.members) {
    const pointer = underlying(type);
    if (pointer.kind !== 'pointer') continue;
    const frame = underlying(pointer.target);
    const pc = findMember(frame, 'epc') ?? findMember(frame, 'sepc');
    if (pc === undefined || findMember(frame, 'sp') === undefined) continue;
    const registers = integerRegisterNames.flatMap((name, number): [number, number][] => {
      const member = findMember(frame, name);
      return number === 0 || member === undefined ? [] : [[number, member.offset]];
    });
    return { offset, pc: pc.offset, registers: new Map(registers) };
  }
  return undefined;
}
