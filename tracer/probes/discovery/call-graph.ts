// Who calls whom, read from the kernel's code: direct calls, and none through pointers.
import type { DebugInfo, NamedRange } from '../../symbols/index.js';
import { instructionsOf } from './memory-steps.js';

const [noLink, linkRegister] = [0, 1];

/** How often a function calls others, by their entries; itself too. Jumps that leave no return address count where they
 * lead to another function. */
export function calledBy(debug: DebugInfo, code: NamedRange): Map<number, number> {
  const targets = new Map<number, number>();
  const start = Number(code.address);
  const upper = new Map<number, number>();
  for (const { pc, decoded } of instructionsOf(debug, code)) {
    const { rd, rs1, imm, instruction } = decoded;
    const { kind } = instruction.effect;
    if (instruction.name === 'auipc') upper.set(rd, pc + (imm | 0));
    const base = kind === 'jump' ? pc : kind === 'jump_register' ? upper.get(rs1) : undefined;
    if (base === undefined || (rd !== linkRegister && rd !== noLink)) continue;
    const target = base + imm;
    const isInside = target > start && target < start + code.size;
    if (!isInside && (rd === linkRegister || target !== start))
      targets.set(target, (targets.get(target) ?? 0) + 1);
  }
  return targets;
}

/** Which functions lead to which by calls. Answers are kept. */
export class CallGraph {
  private readonly functions = new Map<number, number | undefined>();
  private readonly calls = new Map<number, readonly number[]>();
  private readonly answers = new Map<string, boolean>();

  constructor(private readonly debug: DebugInfo) {}

  /** Entry of the function whose code an address lies in; undefined for none. */
  functionAt(address: number): number | undefined {
    if (this.functions.has(address)) return this.functions.get(address);
    const found = this.debug.symbols.functionAt(BigInt(address));
    const entry = found && Number(found.address);
    this.functions.set(address, entry);
    return entry;
  }

  /** True when the function with the one entry calls that with the other, or calls what leads to it. */
  leads(from: number, to: number): boolean {
    const key = `${from} ${to}`;
    let answer = this.answers.get(key);
    if (answer === undefined) this.answers.set(key, (answer = this.search(from, to)));
    return answer;
  }

  private search(from: number, to: number): boolean {
    const seen = new Set([from]);
    for (const one of seen)
      for (const target of this.targetsOf(one)) {
        if (target === to) return true;
        seen.add(target);
      }
    return false;
  }

  private targetsOf(entry: number): readonly number[] {
    let targets = this.calls.get(entry);
    if (targets === undefined) {
      const code = this.debug.symbols.functionAt(BigInt(entry));
      this.calls.set(entry, (targets = code ? [...calledBy(this.debug, code).keys()] : []));
    }
    return targets;
  }
}
