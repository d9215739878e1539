// Asks GNU objdump for the text of instruction words, where it is installed: it shares nothing with our disassembler.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const TOOLS = ['riscv64-unknown-elf-objdump', 'riscv64-linux-gnu-objdump', 'riscv64-elf-objdump'];

/** Directives, the reserved word, and what the privileged architecture has withdrawn or gives to debuggers. */
const NO_INSTRUCTION = /^(\.|unimp|uret|hret|dret|sfence\.vm$)/;

/** The name of an installed RISC-V objdump, or undefined. */
export function findObjdump(): string | undefined {
  return TOOLS.find((tool) => {
    try {
      execFileSync(tool, ['--version'], { stdio: 'ignore' });
      return true;
    } catch {
      return false;
    }
  });
}

/**
 * The text objdump gives for each word, all of `bytes` bytes, laid out from `base` on; undefined where it says the
 * word is no instruction. Mnemonic and operands are separated by one space.
 */
export function objdump(
  tool: string,
  words: readonly number[],
  bytes: 2 | 4,
  base: bigint,
): (string | undefined)[] {
  const folder = mkdtempSync(join(tmpdir(), 'objdump-'));
  try {
    const file = join(folder, 'words.bin');
    const image = Buffer.alloc(words.length * bytes);
    words.forEach((word, index) => image.writeUIntLE(word, index * bytes, bytes));
    writeFileSync(file, image);
    const text = execFileSync(
      tool,
      [
        '-D',
        '-z',
        '-b',
        'binary',
        '-m',
        'riscv:rv64',
        '-M',
        'no-aliases',
        `--adjust-vma=0x${base.toString(16)}`,
        file,
      ],
      { encoding: 'utf8', maxBuffer: 1 << 28 },
    );
    const result = new Array<string | undefined>(words.length);
    for (const [, address, instruction] of text.matchAll(/^ *([0-9a-f]+):\t[0-9a-f]+ *\t(.*)$/gm)) {
      const index = Number(BigInt(`0x${address}`) - base) / bytes;
      const illegal = NO_INSTRUCTION.test(instruction);
      result[index] = illegal
        ? undefined
        : instruction
            .replace(/ *#.*$/, '')
            .replace(/ <.*$/, '')
            .replace('\t', ' ')
            .trim();
    }
    return result;
  } finally {
    rmSync(folder, { recursive: true });
  }
}
