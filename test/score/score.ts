// `npm run score`: runs every variant of the kernel with every program, and says what the analyzer found of what is
// known to be wrong, and what it found that is not there. Fails when that is worse than what was accepted.
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import { UsageError } from '../../errors.js';
import { readAccepted, worsened, writeAccepted } from './accepted.js';
import { caseName, casesOf, variantsHere, type Case } from './cases.js';
import { gradesOf } from './grade.js';
import { readResult, writeResult } from './results.js';
import { runCase, type Outcome } from './run-case.js';
import { scoreTable, type GradedCase } from './table.js';

const usage = `usage: npm run score -- [--only NAME[,NAME]...] [--program NAME] [--accept] [--fresh] [--json]
  NAME is a variant or a command line, or how some begin; runs that were done before with the same code are not
  repeated, unless --fresh is given; --accept makes what came out the measure of later scores`;

function readOptions() {
  try {
    return parseArgs({
      options: {
        only: { type: 'string' },
        program: { type: 'string' },
        accept: { type: 'boolean', default: false },
        fresh: { type: 'boolean', default: false },
        json: { type: 'boolean', default: false },
        /** A process started by this one: the case to run. */
        case: { type: 'string' },
      },
    }).values;
  } catch (problem) {
    throw new UsageError(`${(problem as Error).message}\n${usage}`);
  }
}

/** A process of its own for each, so that none inherits memory or compiled code. */
async function inOwnProcess(run: Case): Promise<Outcome> {
  const operands = [fileURLToPath(import.meta.url), '--case', JSON.stringify(run)];
  const { stdout } = await promisify(execFile)(process.execPath, operands, { maxBuffer: 2 ** 26 });
  return JSON.parse(stdout) as Outcome;
}

function showProgress(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${text}`);
  else if (text !== '') process.stderr.write(`${text}\n`);
}

async function outcomeOf(run: Case, progress: string, fresh: boolean): Promise<Outcome> {
  const known = fresh ? undefined : readResult(run);
  if (known !== undefined) return known;
  showProgress(`${progress} ${caseName(run)}`);
  const outcome = await inOwnProcess(run);
  writeResult(run, outcome);
  return outcome;
}

function chosenCases({ only, program = '' }: { only?: string; program?: string }): {
  cases: Case[];
  missing: string[];
} {
  const { here, missing } = variantsHere();
  const names = only?.split(',');
  for (const name of names ?? []) {
    if (missing.some((one) => one.startsWith(name)))
      throw new UsageError(`${name} is not built here: run npm run fixtures -- --all`);
    if (!here.some((variant) => variant.name.startsWith(name)))
      throw new UsageError(`there is no variant ${name}`);
  }
  const chosen = here.filter(
    ({ name }) => names === undefined || names.some((begin) => name.startsWith(begin)),
  );
  const cases = casesOf(chosen).filter((run) => run.program.startsWith(program));
  return { cases, missing: only === undefined ? missing : [] };
}

async function score(values: ReturnType<typeof readOptions>): Promise<number> {
  const { cases, missing } = chosenCases(values);
  const variants = new Map(variantsHere().here.map((variant) => [variant.name, variant]));
  const graded: GradedCase[] = [];
  for (const [index, run] of cases.entries()) {
    const outcome = await outcomeOf(run, `${index + 1}/${cases.length}`, values.fresh);
    const variant = variants.get(run.variant)!;
    graded.push({ variant, run, grades: gradesOf(variant, run, outcome) });
  }
  showProgress('');
  const grades = graded.flatMap((one) => one.grades);
  console.log(values.json ? JSON.stringify(grades, null, 1) : scoreTable(graded).join('\n'));
  if (missing.length > 0)
    console.log(`${missing.length} variants are not built here and were not run: npm run fixtures -- --all`);
  if (values.accept) {
    const declared = new Set(casesOf(variantsHere().here).map(caseName));
    writeAccepted(grades, (name) => missing.length > 0 || declared.has(name.replace(/ #\d+$/, '')));
    return 0;
  }
  const accepted = readAccepted();
  const worse = grades.flatMap((grade) =>
    worsened(grade, accepted.get(grade.name)).map((why) => `${grade.name}: ${why}`),
  );
  for (const line of worse) console.log(`worse than accepted: ${line}`);
  return worse.length > 0 ? 1 : 0;
}

try {
  const values = readOptions();
  if (values.case !== undefined) console.log(JSON.stringify(await runCase(JSON.parse(values.case) as Case)));
  else process.exitCode = await score(values);
} catch (problem) {
  if (!(problem instanceof UsageError)) throw problem;
  console.error(`score: ${problem.message}`);
  process.exitCode = problem.exitCode;
}
