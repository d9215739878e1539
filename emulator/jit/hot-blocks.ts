// Which blocks of a window are worth compiling: those that were sampled, and what they lead to, nearest first.
import { targetOf, type Block } from './blocks.js';

/** Samples by byte offset from the region's base. */
export type Samples = ReadonlyMap<number, number>;

/** Where control may go from a block, as far as that is known now; a call also comes back behind itself. */
function successorsOf({ instructions }: Block): number[] {
  const found = instructions.map(targetOf).filter((target) => target !== undefined);
  const last = instructions[instructions.length - 1];
  const { kind } = last.decoded.instruction.effect;
  const leaves = (kind === 'jump' || kind === 'jump_register') && last.decoded.rd === 0;
  return leaves ? found : [...found, last.offset + last.decoded.length];
}

/** Numbers the entries of the blocks chosen, in order, and returns these blocks. */
export function hotBlocks(blocks: readonly Block[], samples: Samples, instructionsMaximum: number): Block[] {
  const byOffset = new Map(blocks.map((block) => [block.offset, block]));
  const chosen = new Set<Block>();
  let level = sampledBlocks(blocks, samples);
  let instructions = 0;
  while (level.length > 0) {
    const following: Block[] = [];
    for (const block of level) {
      if (chosen.has(block) || instructions + block.instructions.length > instructionsMaximum) continue;
      chosen.add(block);
      instructions += block.instructions.length;
      for (const offset of successorsOf(block)) {
        const successor = byOffset.get(offset);
        if (successor) following.push(successor);
      }
    }
    level = following;
  }
  enterWhereOthersLead(blocks, byOffset, chosen);
  const ordered = blocks.filter((block) => chosen.has(block));
  let entry = 0;
  for (const block of ordered) if (block.entry !== undefined) block.entry = entry++;
  return ordered;
}

/** The interpreter must find a way into what is compiled from what is not. */
function enterWhereOthersLead(
  blocks: readonly Block[],
  byOffset: ReadonlyMap<number, Block>,
  chosen: ReadonlySet<Block>,
): void {
  for (const block of blocks) {
    if (chosen.has(block)) continue;
    for (const offset of successorsOf(block)) {
      const successor = byOffset.get(offset);
      if (successor) successor.entry = 0;
    }
  }
}

/** Blocks with samples, those with most first. */
function sampledBlocks(blocks: readonly Block[], samples: Samples): Block[] {
  const weights = new Map<Block, number>();
  for (const block of blocks) {
    const weight = block.instructions.reduce((sum, { offset }) => sum + (samples.get(offset) ?? 0), 0);
    if (weight > 0) weights.set(block, weight);
  }
  return [...weights.keys()].sort((a, b) => weights.get(b)! - weights.get(a)! || a.offset - b.offset);
}
