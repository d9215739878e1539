// Which 32-bit members of structs, by offset, the kernel's code counts up and down: loaded, one added or taken, stored
// back.
import type { DebugInfo, NamedRange } from '../../symbols/index.js';
import { instructionsOf } from './memory-steps.js';

const stackPointer = 2;

/** What a register holds of a member, and how far it was moved. */
interface Loaded {
  readonly offset: number;
  readonly moved: number;
}

/** Offsets that some code counts up and some code counts down. */
export function countedOffsets(debug: DebugInfo): ReadonlySet<number> {
  const [up, down] = [new Set<number>(), new Set<number>()];
  for (const code of debug.symbols.allFunctions())
    for (const { offset, moved } of countsIn(debug, code)) {
      if (moved === 1) up.add(offset);
      if (moved === -1) down.add(offset);
    }
  return new Set([...up].filter((offset) => down.has(offset)));
}

function* countsIn(debug: DebugInfo, code: NamedRange): Iterable<Loaded> {
  const held = new Map<number, Loaded>();
  for (const { decoded } of instructionsOf(debug, code)) {
    const { instruction, rd, rs1, rs2, imm } = decoded;
    const { kind } = instruction.effect;
    if (kind === 'branch') continue;
    if (kind === 'store') {
      const value = held.get(rs2);
      if (instruction.name === 'sw' && value?.offset === imm && rs1 !== stackPointer) yield value;
      continue;
    }
    const source = held.get(rs1);
    if (instruction.name === 'lw' && rs1 !== stackPointer) held.set(rd, { offset: imm, moved: 0 });
    else if (instruction.name === 'addiw' && source) held.set(rd, { ...source, moved: source.moved + imm });
    else held.delete(rd);
  }
}
