// Outcomes that were run before and still count: kept in dist, which is never committed, under what they depend on.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { builtinKernel, otherProgram, programElf } from '../../fixtures/index.js';
import { packageRoot } from '../../package-root.js';
import { caseName, type Case } from './cases.js';
import type { Outcome } from './run-case.js';

const folder = path.join(packageRoot(), 'dist', 'score');
/** What decides how a run goes and how it is judged, beside kernel and disk. */
const code = ['dist/emulator', 'dist/tracer', 'dist/analyzer', 'dist/test/score', 'queries'];
/** What only reads outcomes. */
const graders = ['accepted.js', 'cases.js', 'grade.js', 'results.js', 'score.js', 'table.js'];

let codeDigest: string | undefined;

function digestOfCode(): string {
  if (codeDigest !== undefined) return codeDigest;
  const hash = createHash('sha256');
  for (const part of code) {
    const names = readdirSync(path.join(packageRoot(), part), { recursive: true, encoding: 'utf8' });
    for (const name of names.filter((file) => /\.(js|sql)$/.test(file) && !graders.includes(file)).sort()) {
      hash.update(name).update(readFileSync(path.join(packageRoot(), part, name)));
    }
  }
  return (codeDigest = hash.digest('hex'));
}

function keyOf(run: Case): string {
  const { kernel, disk } = builtinKernel(run.variant);
  const name = run.program.split(' ')[0]!;
  const program = otherProgram(name) ?? programElf(name);
  const hash = createHash('sha256').update(digestOfCode()).update(program);
  return hash.update(kernel).update(disk).digest('hex');
}

function fileOf(run: Case): string {
  return path.join(folder, `${caseName(run).replaceAll(' ', '.')}.json`);
}

/** The outcome of a case that was run with the same code, kernel and disk, if there is one. */
export function readResult(run: Case): Outcome | undefined {
  if (!existsSync(fileOf(run))) return undefined;
  const { key, outcome } = JSON.parse(readFileSync(fileOf(run), 'utf8')) as { key: string; outcome: Outcome };
  return key === keyOf(run) ? outcome : undefined;
}

/** Keeps an outcome, so that a score that is broken off goes on where it was. */
export function writeResult(run: Case, outcome: Outcome): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(fileOf(run), JSON.stringify({ key: keyOf(run), outcome }));
}
