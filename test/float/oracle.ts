// Asks a real RISC-V implementation: builds oracle.c with the cross compiler and runs it under QEMU's user mode.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Operands of one execution: the rounding mode (0..4) and up to three register images. */
export interface OracleCase {
  readonly rounding: number;
  readonly operands: readonly bigint[];
}

export interface OracleResult {
  readonly image: bigint;
  readonly flags: number;
}

const tools = ['riscv64-linux-gnu-gcc', 'qemu-riscv64'];

/** The oracle's tools that this machine lacks. */
export function missingTools(): string[] {
  return tools.filter((tool) => {
    try {
      execFileSync(tool, ['--version'], { stdio: 'ignore' });
      return false;
    } catch {
      return true;
    }
  });
}

export class Oracle {
  private readonly directory = mkdtempSync(join(tmpdir(), 'float-oracle-'));
  private readonly program = join(this.directory, 'oracle');

  constructor() {
    const source = fileURLToPath(new URL('oracle.c', import.meta.url));
    execFileSync('riscv64-linux-gnu-gcc', ['-O1', '-static', '-o', this.program, source]);
  }

  /** What the instruction gives for each case. */
  judge(mnemonic: string, cases: readonly OracleCase[]): OracleResult[] {
    const records = new BigUint64Array(cases.length * 4);
    cases.forEach(({ rounding, operands }, i) => records.set([BigInt(rounding), ...operands], i * 4));
    const output = execFileSync('qemu-riscv64', [this.program, mnemonic], {
      input: Buffer.from(records.buffer),
      maxBuffer: 2 ** 30,
    });
    if (output.length !== cases.length * 16)
      throw new Error(`oracle ${mnemonic} answered ${output.length} bytes`);
    return cases.map((_, i) => ({
      image: output.readBigUInt64LE(i * 16),
      flags: Number(output.readBigUInt64LE(i * 16 + 8)),
    }));
  }

  close(): void {
    rmSync(this.directory, { recursive: true });
  }
}
