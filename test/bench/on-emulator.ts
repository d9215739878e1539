// One run on this project's emulator, in a process of its own: without a trace, with one, and as the command does it.
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { defaultConfiguration, type MachineConfiguration } from '../../emulator/index.js';
import { eventNames } from '../../tracer/schema/index.js';
import { runProgram, type KernelInput } from '../../tracer/session/index.js';
import { KernelRun } from '../support/kernel-run.js';
import { ownMeasurement, type Measurement, type Setup, type Work } from './measurement.js';

/** Cycles after a driver's look at the disk within which one that accepts it has set up its queue. */
const diskCycles = 50e6;

export function inputOf({ kernelPath, diskPath }: Setup): KernelInput {
  return { kernel: readFileSync(kernelPath), kernelPath, disk: readFileSync(diskPath) };
}

function configurationOf({ harts, memoryBytes, virtioVersion }: Setup): MachineConfiguration {
  return { ...defaultConfiguration, harts, memoryBytes, virtioVersion };
}

/** The version of the disk's interface that the kernel's driver accepts. */
export function virtioVersionOf(setup: Setup): 'modern' | 'legacy' {
  const { machine } = new KernelRun(inputOf(setup), '', configurationOf(setup));
  let until = Infinity;
  while (!machine.diskConfigured && machine.cycle() < until) {
    if (machine.diskProbed) until = Math.min(until, machine.cycle() + diskCycles);
    if (machine.run(machine.cycle() + diskCycles / 10) !== 'limit') break;
  }
  return machine.diskConfigured || !machine.diskProbed ? 'modern' : 'legacy';
}

/** Boots, and does the work unless that is all. */
export async function measurePlain(setup: Setup, work: Work): Promise<Measurement> {
  const run = new KernelRun(inputOf(setup), work, configurationOf(setup));
  // As a session does: what compiles in the background is heard of between the pieces.
  while (run.prompts < promptsOf(work)) {
    run.runPiece();
    await new Promise((resolve) => setImmediate(resolve));
  }
  return ownMeasurement({ instructions: run.instructions });
}

/** The same with every event kind traced, to the finished trace, without snapshots. */
export function measureTraced(setup: Setup, work: Work): Promise<Measurement> {
  return measureRecorded(setup, work, { bytes: 0 });
}

/** The same with snapshots, within so many bytes. */
export function measureRecorded(
  setup: Setup,
  work: Work,
  snapshots?: { readonly bytes: number },
): Promise<Measurement> {
  return withTrace(async (out) => {
    const { end } = await runProgram({
      input: inputOf(setup),
      program: work === '' ? [] : work.split(' '),
      machine: configurationOf(setup),
      limits: { cycles: 500e9, traceBytes: Infinity, consoleBytes: Infinity, seconds: Infinity },
      kinds: eventNames,
      ...(snapshots && { snapshots }),
      out,
      toolVersion: 'bench',
    });
    if (end !== 'prompt') throw new Error(`the traced run of '${work}' ended with ${end}`);
  });
}

/** The command `trace run` as a user types it, in this process: trace, verdict and report. */
export function measureJudged(setup: Setup, work: Work): Promise<Measurement> {
  const { kernelPath, diskPath, harts, memoryBytes } = setup;
  return withTrace(async (out) => {
    const machine = ['--harts', `${harts}`, '--memory', `${memoryBytes >> 20}`, '--max-trace', '100GiB'];
    const files = ['--kernel', kernelPath, '--disk', diskPath, '--out', out];
    const words = ['run', '--quiet', ...machine, ...files, ...work.split(' ').filter(Boolean)];
    process.argv.splice(2, Infinity, ...words);
    const { done } = await import('../../cli.js');
    await done;
    const code = process.exitCode;
    process.exitCode = 0;
    if (code !== 0) throw new Error(`trace ${words.join(' ')} exited with ${code}`);
  });
}

function promptsOf(work: Work): number {
  return work === '' ? 1 : 2;
}

async function withTrace(run: (out: string) => Promise<void>): Promise<Measurement> {
  const folder = mkdtempSync(path.join(tmpdir(), 'cowtrace-bench-'));
  try {
    const out = path.join(folder, 'bench.trace');
    await run(out);
    const files = readdirSync(out, { recursive: true, encoding: 'utf8' });
    const sizes = files.map((file) => statSync(path.join(out, file))).filter((each) => each.isFile());
    return ownMeasurement({ traceBytes: sizes.reduce((sum, { size }) => sum + size, 0) });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
