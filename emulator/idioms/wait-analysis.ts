// Recognises loops that wait for another hart: straight-line code that looks at memory and branches back for as long as
// it finds what it found before. Compilers emit them for spinlocks, for flags that another hart sets, and for nothing
// at all. What an iteration computes depends only on registers it does not write and on memory it does not change.
import type { Decoded } from '../isa/index.js';

/** A look at memory: register + offset bytes. The register stays as it is while the loop waits. */
export interface WaitAccess {
  readonly base: number;
  readonly offset: number;
  readonly bytes: number;
  /** Of a swap, what it stores: register + constant. Memory must hold that already. */
  readonly stored?: { readonly register: number; readonly constant: number };
}

/** A loop that does nothing but wait, once an iteration has found what the next one will find. */
export interface WaitLoop {
  /** Bytes of code from the head to the branch. */
  readonly headDistance: number;
  /** Bytes of the branch's encoding. */
  readonly branchBytes: 2 | 4;
  /** Instructions of an iteration, the branch included. */
  readonly instructions: number;
  /** The branch goes back when its registers are equal, when they are not, or always. */
  readonly condition: 'equal' | 'unequal' | 'always';
  readonly accesses: readonly WaitAccess[];
}

export const waitAccessesMaximum = 2;

const conditions: Readonly<Record<string, WaitLoop['condition'] | undefined>> = {
  beq: 'equal',
  bne: 'unequal',
  jal: 'always',
};

/** What the loop reads and writes, gathered instruction by instruction. */
class Iteration {
  readonly accesses: WaitAccess[] = [];
  readonly written = new Set<number>();
  private readonly readFirst = new Set<number>();
  /** Registers that hold another one plus a constant since this iteration wrote them. */
  private readonly sums = new Map<number, { register: number; constant: number }>();

  /** False when the instruction does more than look. */
  add({ instruction, rd, rs1, rs2, imm }: Decoded): boolean {
    const { effect, registers, name } = instruction;
    if (effect.kind === 'system') return effect.operation === 'fence';
    const isSwap = name.startsWith('amoswap.');
    const isOther = effect.kind !== 'compute' && effect.kind !== 'load' && !isSwap;
    if (isOther || Object.values(registers).includes('f') || (name === 'slti' && rd === 0)) return false;
    if (registers.rs1) this.read(rs1);
    if (isSwap) {
      const stored = this.sums.get(rs2) ?? { register: rs2, constant: 0 };
      this.read(stored.register);
      this.accesses.push({ base: rs1, offset: 0, bytes: effect.kind === 'amo' ? effect.bytes : 0, stored });
    } else if (registers.rs2) this.read(rs2);
    if (effect.kind === 'load') this.accesses.push({ base: rs1, offset: imm, bytes: effect.bytes });
    if (rd !== 0) {
      this.written.add(rd);
      this.sums.delete(rd);
      if (name === 'addi') this.sums.set(rd, { register: rs1, constant: imm });
      // What `c.mv` expands to.
      if (name === 'add' && rs1 === 0) this.sums.set(rd, { register: rs2, constant: 0 });
    }
    return true;
  }

  read(register: number): void {
    if (register !== 0 && !this.written.has(register)) this.readFirst.add(register);
  }

  /** True when an iteration finds all registers that it depends on as the last one did. */
  get isSteady(): boolean {
    const bases = this.accesses.flatMap(({ base, stored }) => [base, stored?.register ?? 0]);
    return [...this.readFirst, ...bases].every((register) => !this.written.has(register));
  }
}

/**
 * The loop that `branch` closes, its body decoded from the head on; undefined when it is no such loop.
 * @param headDistance bytes of code from the head to the branch
 */
export function analyseWait(
  body: readonly Decoded[],
  branch: Decoded,
  headDistance: number,
): WaitLoop | undefined {
  const condition = conditions[branch.instruction.name];
  if (!condition || branch.rd !== 0) return undefined;
  const iteration = new Iteration();
  if (!body.every((one) => iteration.add(one))) return undefined;
  iteration.read(branch.rs1);
  iteration.read(branch.rs2);
  if (!iteration.isSteady || iteration.accesses.length > waitAccessesMaximum) return undefined;
  return {
    ...{ headDistance, branchBytes: branch.length, condition, accesses: iteration.accesses },
    instructions: body.length + 1,
  };
}
