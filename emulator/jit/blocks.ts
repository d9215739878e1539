// Which instructions make up a region, and in which straight runs: from the decoded slots of its pages.
import type { DecodedCode } from '../decoded-code.js';
import type { Decoded } from '../isa/index.js';
import { pageBytes } from '../memory-layout.js';

/** A decoded page of a region, at a byte offset from the region's base. */
export interface RegionPage {
  readonly offset: number;
  /** Address of its slots. */
  readonly address: number;
}

/** An instruction and where it is. */
export interface RegionInstruction {
  readonly decoded: Decoded;
  /** Bytes from the region's base. */
  readonly offset: number;
}

/** Instructions that are executed one after the other, but for branches out of their midst. */
export interface Block {
  readonly page: RegionPage;
  readonly offset: number;
  readonly instructions: readonly RegionInstruction[];
  /** Number by which the block can be entered from outside, or by a branch back; undefined when neither happens. */
  entry: number | undefined;
}

/** A block runs only when the budget covers all of it. */
const blockInstructionsMaximum = 48;

/** Systems effects that leave decoded code or change how it is executed are the interpreter's. */
function isCompilable({ instruction: { effect } }: Decoded): boolean {
  return effect.kind !== 'system' || effect.operation === 'fence' || effect.operation === 'fence_i';
}

function endsBlock({ instruction: { effect } }: Decoded): boolean {
  return effect.kind === 'jump' || effect.kind === 'jump_register';
}

/** Where a branch or jump goes, from the region's base; undefined for other instructions. */
export function targetOf({ decoded, offset }: RegionInstruction): number | undefined {
  const { kind } = decoded.instruction.effect;
  return kind === 'branch' || kind === 'jump' ? offset + decoded.imm : undefined;
}

/** The compilable instructions that were decoded in the pages, in order. */
function collect(code: DecodedCode, pages: readonly RegionPage[]): Map<number, RegionInstruction> {
  const found = new Map<number, RegionInstruction>();
  for (const page of pages) {
    for (let at = 0; at < pageBytes;) {
      const decoded = code.instructionAt(page.address, at);
      if (decoded && isCompilable(decoded))
        found.set(page.offset + at, { decoded, offset: page.offset + at });
      at += decoded?.length ?? 2;
    }
  }
  return found;
}

/** All blocks of the pages, in the order of their addresses. Where `entry` is a number, it is to be given. */
export function findBlocks(code: DecodedCode, pages: readonly RegionPage[]): Block[] {
  const instructions = collect(code, pages);
  const targets = new Set<number>();
  const entries = new Set<number>();
  for (const one of instructions.values()) {
    const target = targetOf(one);
    if (target === undefined) continue;
    targets.add(target);
    if (target <= one.offset || one.decoded.instruction.effect.kind === 'jump') entries.add(target);
  }
  const blocks: Block[] = [];
  for (const page of pages) addBlocks(blocks, page, instructions, targets, entries);
  return blocks;
}

function addBlocks(
  blocks: Block[],
  page: RegionPage,
  instructions: ReadonlyMap<number, RegionInstruction>,
  targets: ReadonlySet<number>,
  entries: ReadonlySet<number>,
): void {
  let run: RegionInstruction[] = [];
  let follows = -1;
  for (let offset = page.offset; offset < page.offset + pageBytes;) {
    const one = instructions.get(offset);
    if (!one) {
      offset += 2;
      continue;
    }
    const afterGap = offset !== follows;
    if (afterGap || targets.has(offset) || run.length === blockInstructionsMaximum) {
      run = [];
      blocks.push({
        page,
        offset,
        instructions: run,
        entry: afterGap || entries.has(offset) ? 0 : undefined,
      });
    }
    run.push(one);
    offset += one.decoded.length;
    follows = endsBlock(one.decoded) ? -1 : offset;
  }
}
