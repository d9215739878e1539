// Compares what two machines printed for the same program, and shrinks a program on which they differ.
import { dumpWords, printedRanges } from './layout.js';
import { randomProgram, type Program } from './program.js';
import { disassemble } from '../../emulator/isa/index.js';

/** Runs an image from `codeBase` until it powers off and returns what it printed. */
export type Machine = (image: Uint8Array) => string;

/** The first line on which the outputs differ, in words; undefined when they are the same. */
export function firstDifference(expected: string, actual: string): string | undefined {
  if (expected === actual) return undefined;
  const left = expected.split('\n');
  const right = actual.split('\n');
  const line = left.findIndex((text, i) => text !== right[i]);
  if (line < 0) return `${right.length - left.length} lines more were printed than on QEMU`;
  const what = describeLine(line);
  return `${what} is ${right[line] ?? 'missing'}, on QEMU ${left[line] || 'not printed'}`;
}

/** What a line of output shows. */
function describeLine(line: number): string {
  let left = line;
  for (const { title, address, words } of printedRanges) {
    if (left < words) {
      return title === 'dump' ? describeDump(left) : `${title}, at 0x${(address + 8 * left).toString(16)},`;
    }
    left -= words;
  }
  const fields = ['cause', 'address', 'trap value', 'status'];
  return `${fields[left % fields.length]} of trap ${Math.floor(left / fields.length)}`;
}

function describeDump(word: number): string {
  if (word < dumpWords.x) return `x${word}`;
  if (word < dumpWords.x + dumpWords.f) return `f${word - dumpWords.x}`;
  return ['mstatus at the end', 'fcsr', 'the number of traps'][word - dumpWords.x - dumpWords.f];
}

export interface Mismatch {
  /** The program with the fewest items that still shows a difference. */
  readonly program: Program;
  readonly difference: string;
}

/** Runs the program of the seed on both; on a difference, finds the first item after which there is one. */
export function findMismatch(
  seed: number,
  items: number,
  qemu: Machine,
  ours: Machine,
): Mismatch | undefined {
  const attempt = (count: number): Mismatch | undefined => {
    const program = randomProgram(seed, count);
    const difference = firstDifference(
      named(program, 'QEMU', () => qemu(program.image)),
      named(program, 'the emulator', () => ours(program.image)),
    );
    return difference === undefined ? undefined : { program, difference };
  };
  let worst = attempt(items);
  if (worst === undefined) return undefined;
  let good = 0;
  while (good + 1 < worst.program.items) {
    const middle = Math.floor((good + worst.program.items) / 2);
    const found = attempt(middle);
    if (found === undefined) good = middle;
    else worst = found;
  }
  return worst;
}

/** The result of `run`; what it throws names the program. */
function named(program: Program, machine: string, run: () => string): string {
  try {
    return run();
  } catch (error) {
    throw new Error(`seed ${program.seed}, ${program.items} items: ${machine} failed`, { cause: error });
  }
}

/** Address, bytes and text of the instructions of the last item. */
export function listing({ lastItem }: Program): string {
  const { address, bytes } = lastItem;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const lines: string[] = [];
  for (let at = 0; at < bytes.length;) {
    const low = view.getUint16(at, true);
    const length = (low & 3) === 3 && at + 4 <= bytes.length ? 4 : 2;
    const word = length === 4 ? view.getUint32(at, true) : low;
    const digits = word.toString(16).padStart(2 * length, '0');
    const pc = BigInt(address + at);
    lines.push(`  ${pc.toString(16)}: ${digits.padEnd(8)}  ${disassemble(word, pc)}`);
    at += length;
  }
  return lines.join('\n');
}
