// `npm run bench`: how fast the emulator boots and runs programs, without and with a trace, beside QEMU. Every run is a
// process of its own, so that none profits from code that an earlier one has compiled.
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import { UsageError } from '../../errors.js';
import { builtinKernel } from '../../fixtures/index.js';
import { checkProgram, findKernelInput } from '../../tracer/kernel-input/index.js';
import type { KernelInput } from '../../tracer/session/index.js';
import { median, ways, type Measurement, type Setup, type Way, type Work } from './measurement.js';
import {
  measureJudged,
  measurePlain,
  measureRecorded,
  measureTraced,
  virtioVersionOf,
} from './on-emulator.js';
import { measureSeeks, seekText } from './on-replay.js';
import { measureQemu, measureRecord, qemuIsInstalled } from './on-qemu.js';
import { ratiosTable, timesTable, type WorkResult } from './table.js';

const usage = `usage: npm run bench -- [--kernel TREE] [--only WORK]... [--runs N] [--harts N] [--memory MIB] [--json]
  [--way WAY]...
  WORK is boot, or a command to type at the prompt;
  by default boot, cowtest and usertests -q, as far as the disk has them;
  going through a recorded run of the longest of them is measured at the end, or alone with --only seek [--only WORK]
  WAY is ${ways.join(', ')}; by default all, as far as QEMU is installed`;

/** Among the works: not one, but another measurement. */
const seekWord = 'seek';

const options = {
  kernel: { type: 'string' },
  only: { type: 'string', multiple: true },
  way: { type: 'string', multiple: true },
  runs: { type: 'string', default: '5' },
  harts: { type: 'string', default: '3' },
  memory: { type: 'string', default: '128' },
  json: { type: 'boolean', default: false },
  /** A process started by this one: what to measure. */
  measure: { type: 'string' },
} as const;

type Values = ReturnType<typeof readOptions>;

function readOptions() {
  try {
    return parseArgs({ options }).values;
  } catch (problem) {
    throw new UsageError(`${(problem as Error).message}\n${usage}`);
  }
}

function count(values: Values, name: 'runs' | 'harts' | 'memory', maximum: number): number {
  const value = Number(values[name]);
  if (Number.isInteger(value) && value >= 1 && value <= maximum) return value;
  throw new UsageError(`--${name} is ${values[name]}: give a whole number from 1 to ${maximum}`);
}

/** What a process is started to measure. */
interface Task {
  readonly setup: Setup;
  readonly work: Work;
  readonly way: Way;
}

const measures: Readonly<Record<Way, (setup: Setup, work: Work) => Promise<Measurement>>> = {
  plain: measurePlain,
  traced: measureTraced,
  recorded: (setup, work) => measureRecorded(setup, work),
  judged: measureJudged,
  qemu: measureQemu,
  record: measureRecord,
};

async function inOwnProcess(task: Task): Promise<Measurement> {
  const script = fileURLToPath(import.meta.url);
  const { stdout } = await promisify(execFile)(process.execPath, [script, '--measure', JSON.stringify(task)]);
  return JSON.parse(stdout.trimEnd().split('\n').at(-1)!) as Measurement;
}

/** The ways asked for, or all that this host has. */
function waysOf(values: Values): readonly Way[] {
  for (const way of values.way ?? [])
    if (!(ways as readonly string[]).includes(way))
      throw new UsageError(`--way is ${way}: give one of ${ways.join(', ')}`);
  const needsQemu = (way: Way): boolean => way === 'qemu' || way === 'record';
  const asked = ways.filter((way) => values.way?.includes(way) ?? true);
  return asked.some(needsQemu) && !qemuIsInstalled() ? asked.filter((way) => !needsQemu(way)) : asked;
}

/** The works asked for, or those of the usual ones whose programs are there. */
function worksOf(values: Values, { disk }: KernelInput): Work[] {
  const only = values.only?.filter((word) => word !== seekWord) ?? [];
  if (only.length > 0) {
    const works = only.map((work) => (work === 'boot' ? '' : work));
    for (const work of works) checkProgram(work.split(' ').filter(Boolean), disk, 'the disk');
    return works;
  }
  return ['', 'cowtest', 'usertests -q'].filter((work) => {
    try {
      checkProgram(work.split(' ').filter(Boolean), disk, 'the disk');
      return true;
    } catch {
      return false;
    }
  });
}

async function measureAll(
  setup: Setup,
  works: readonly Work[],
  used: readonly Way[],
  runs: number,
): Promise<WorkResult[]> {
  const results: WorkResult[] = [];
  for (const work of works) {
    const measured = new Map<Way, Measurement[]>(used.map((way) => [way, []]));
    // In turn, so that a busy spell of the host hits all ways alike.
    for (let run = 1; run <= runs; run++) {
      for (const way of used) {
        process.stderr.write(`\r\x1b[K${work || 'boot'}: ${way}, run ${run} of ${runs}`);
        measured.get(way)!.push(await inOwnProcess({ setup, work, way }));
      }
    }
    process.stderr.write('\r\x1b[K');
    results.push({ work, by: Object.fromEntries([...measured].map(([way, list]) => [way, median(list)])) });
  }
  return results;
}

async function bench(values: Values): Promise<void> {
  const runs = count(values, 'runs', 100);
  const input = values.kernel
    ? findKernelInput(values.kernel)
    : { ...builtinKernel('cow'), kernelPath: 'the built-in cow kernel' };
  const isSeek = values.only?.includes(seekWord) ?? false;
  const works = worksOf(values, input);
  const folder = mkdtempSync(path.join(tmpdir(), 'cowtrace-bench-'));
  try {
    const [kernelPath, diskPath] = ['kernel', 'disk'].map((name) => path.join(folder, name));
    writeFileSync(kernelPath, input.kernel);
    writeFileSync(diskPath, input.disk);
    const memoryBytes = count(values, 'memory', 1024) << 20;
    const asked = { kernelPath, diskPath, harts: count(values, 'harts', 8), memoryBytes } as const;
    const setup: Setup = { ...asked, virtioVersion: virtioVersionOf({ ...asked, virtioVersion: 'modern' }) };
    if (isSeek) {
      const measured = await measureSeeks(setup, works.at(-1)!);
      return console.log(values.json ? JSON.stringify({ ...setup, ...measured }) : seekText(measured));
    }
    const results = await measureAll(setup, works, waysOf(values), runs);
    const seeks = values.only || values.way ? undefined : await measureSeeks(setup, works.at(-1)!);
    if (values.json)
      return console.log(JSON.stringify({ kernel: input.kernelPath, ...setup, runs, results, seeks }));
    console.log(
      `${input.kernelPath}, ${setup.harts} harts, ${values.memory} MiB, virtio ${setup.virtioVersion}`,
    );
    console.log(
      `medians of ${runs}, each a process of its own from its start to the shell's last prompt; MIPS are of processor time\n`,
    );
    console.log(timesTable(results));
    if (results.some(({ by }) => by.qemu ?? by.record)) console.log(`\n${ratiosTable(results)}`);
    if (seeks) console.log(`\n${seekText(seeks)}`);
    if (!qemuIsInstalled()) console.log('\nQEMU is skipped: qemu-system-riscv64 is not installed');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function main(): Promise<void> {
  try {
    const values = readOptions();
    if (values.measure === undefined) await bench(values);
    else {
      const { way, setup, work } = JSON.parse(values.measure) as Task;
      console.log(JSON.stringify(await measures[way](setup, work)));
    }
  } catch (problem) {
    if (!(problem instanceof UsageError)) throw problem;
    console.error(`bench: ${problem.message}`);
    process.exitCode = problem.exitCode;
  }
}

void main();
