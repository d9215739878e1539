// One run on this project's emulator, without and with a trace.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { defaultConfiguration, type MachineConfiguration } from '../../emulator/index.js';
import { eventNames } from '../../tracer/schema/index.js';
import { runProgram, type KernelInput } from '../../tracer/session/index.js';
import { KernelRun } from '../support/kernel-run.js';
import { ownProcessorTime, Stopwatch, type Measurement, type Setup, type Work } from './measurement.js';

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

/** Boots, and unless the work is just that, measures the work from the prompt on. */
export function measurePlain(setup: Setup, work: Work): Measurement {
  const input = inputOf(setup);
  let watch = new Stopwatch(ownProcessorTime);
  const run = new KernelRun(input, work, configurationOf(setup)).runToPrompt(1);
  const booted = run.instructions;
  if (work === '') return watch.read(booted);
  watch = new Stopwatch(ownProcessorTime);
  return watch.read(run.runToPrompt(2).instructions - booted);
}

/** The same with every event kind traced, to the finished trace. */
export async function measureTraced(setup: Setup, work: Work): Promise<Measurement> {
  const folder = mkdtempSync(path.join(tmpdir(), 'cowtrace-bench-'));
  const input = inputOf(setup);
  let watch = new Stopwatch(ownProcessorTime);
  let isBooting = work !== '';
  try {
    const { end } = await runProgram({
      input,
      program: work === '' ? [] : work.split(' '),
      machine: configurationOf(setup),
      limits: { cycles: 500e9, traceBytes: Infinity, consoleBytes: Infinity, seconds: Infinity },
      kinds: eventNames,
      out: path.join(folder, 'bench.trace'),
      toolVersion: 'bench',
      onProgress: ({ phase }) => {
        if (isBooting && phase === 'program') watch = new Stopwatch(ownProcessorTime);
        isBooting &&= phase === 'boot';
      },
    });
    if (end !== 'prompt') throw new Error(`the traced run of '${work}' ended with ${end}`);
    return watch.read();
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
