// Profiles of small kernels of our own, compiled where the tests run.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findProfile, type KernelProfile } from '../../tracer/probes/index.js';
import { DebugInfo, parseElf } from '../../tracer/symbols/index.js';

/** What compiles them. */
export const compiler = 'riscv64-unknown-elf-gcc';
export const hasCompiler = spawnSync(compiler, ['--version']).status === 0;
/** Compiles a source as kernels are, and looks for everything in it: for tests that run only with the compiler. */
export function profileOf(source: string, ...flags: string[]): KernelProfile {
  return findProfile(compiledDebug(source, ...flags));
}

/** What a compiled source tells of itself. */
export function compiledDebug(source: string, ...flags: string[]): DebugInfo {
  const directory = mkdtempSync(join(tmpdir(), 'cowtrace-profile-'));
  const [input, output] = [join(directory, 'kernel.c'), join(directory, 'kernel.elf')];
  try {
    writeFileSync(input, source);
    execFileSync(compiler, [
      ...['-march=rv64gc', '-mabi=lp64d', '-mcmodel=medany', '-ffreestanding', '-nostdlib', '-static', '-w'],
      ...['-Wl,-Ttext=0x80000000', '-Wl,--no-relax', '-Wl,-e,main', '-fno-common', '-O', '-g', ...flags],
      ...['-o', output, input],
    ]);
    return DebugInfo.parse(parseElf(readFileSync(output), output));
  } finally {
    rmSync(directory, { recursive: true });
  }
}

/** Pieces of kernels. */
export const lock = 'struct spinlock { unsigned locked; char *name; };';
export const list = 'struct run { struct run *next; };';
export const entry = 'int main(void) { return 0; }';
export const lists = `${lock} ${list}`;
