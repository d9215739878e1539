// The instructions around a moment's pc.
import { disassemble } from '../../emulator/index.js';

/** An instruction in memory. */
export interface InstructionLine {
  readonly address: bigint;
  /** 2 or 4 bytes of code; empty where nothing can be read. */
  readonly bytes: Uint8Array;
  readonly text: string;
}

const compressedBytes = 2;
const wideBytes = 4;
/** The two low bits of every instruction that is not compressed. */
const wideMark = 3;

/**
 * `count` instructions from an address on. Reading back needs a start that is one: the beginning of a function or line.
 *
 * @param read bytes at a virtual address, fewer where they cannot be read
 */
export function instructionsFrom(
  address: bigint,
  count: number,
  read: (address: bigint, length: number) => Uint8Array,
): InstructionLine[] {
  const lines: InstructionLine[] = [];
  for (let at = address; lines.length < count; at += BigInt(lines[lines.length - 1].bytes.length)) {
    const line = instructionAt(at, read);
    if (line === undefined) break;
    lines.push(line);
  }
  return lines;
}

function instructionAt(
  address: bigint,
  read: (address: bigint, length: number) => Uint8Array,
): InstructionLine | undefined {
  const first = read(address, compressedBytes);
  if (first.length < compressedBytes) return undefined;
  const length = (first[0] & wideMark) === wideMark ? wideBytes : compressedBytes;
  const bytes = read(address, length);
  if (bytes.length < length) return undefined;
  const word = bytes.reduce((sum, byte, index) => sum + byte * 2 ** (8 * index), 0);
  return { address, bytes, text: disassemble(word, address) };
}
