// Where a kernel keeps a program's registers while it serves it: the struct that proc points to with a member for the
// user's pc and members named like registers.
import { findMember, underlying, type CompositeType } from '../symbols/index.js';

export interface TrapframeFacts {
  /** Offset of the pointer to it in an element of the process table. */
  readonly offset: number;
  /** Offset of the saved pc. */
  readonly pc: number;
  /** Offset of x1..x31 by register number; those without a member are absent. */
  readonly registers: ReadonlyMap<number, number>;
}

const registerNames =
  'ra sp gp tp t0 t1 t2 s0 s1 a0 a1 a2 a3 a4 a5 a6 a7 s2 s3 s4 s5 s6 s7 s8 s9 s10 s11 t3 t4 t5 t6'.split(' ');

/** Undefined when no member of the process struct points to such a struct. */
export function findTrapframe(process: CompositeType): TrapframeFacts | undefined {
  for (const { offset, type } of process.members) {
    const pointer = underlying(type);
    if (pointer.kind !== 'pointer') continue;
    const frame = underlying(pointer.target);
    const pc = findMember(frame, 'epc') ?? findMember(frame, 'sepc');
    if (pc === undefined || findMember(frame, 'sp') === undefined) continue;
    const registers = registerNames.flatMap((name, index): [number, number][] => {
      const member = findMember(frame, name);
      return member === undefined ? [] : [[index + 1, member.offset]];
    });
    return { offset, pc: pc.offset, registers: new Map(registers) };
  }
  return undefined;
}
