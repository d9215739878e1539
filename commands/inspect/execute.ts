// Gathers what the tracer finds in a kernel, and prints it for people or as JSON.
import { ramBase } from '../../emulator/index.js';
import { ExitCode, UsageError } from '../../errors.js';
import { DiskImage } from '../../tracer/disk-image/index.js';
import {
  faultHandlerFindings,
  findProfile,
  kindsLost,
  kindsUnasked,
  noQuestions,
  pageTableFindings,
  profileContent,
  type Finding,
  type GivenProfile,
} from '../../tracer/probes/index.js';
import { eventNames, type EventName } from '../../tracer/schema/index.js';
import { DebugInfo, parseElf } from '../../tracer/symbols/index.js';
import { jsonDocument } from '../../text/index.js';
import { chooseKernel, chooseKernelAlone, type KernelOptions } from '../kernel-options.js';
import type { Surroundings } from '../surroundings.js';
import { inspectionText } from './report.js';

/** Version of the document's form; raised when a key changes its meaning or goes. */
const documentVersion = 1;

/** What is known of a kernel without running it. Addresses are physical. */
export interface Inspection {
  readonly kernel: string;
  readonly entry: bigint;
  readonly segments: readonly { readonly address: bigint; readonly bytes: number }[];
  /** Functions that play a role for the probes. */
  readonly functions: readonly { readonly role: string; readonly name: string; readonly entry: bigint }[];
  readonly findings: readonly Finding[];
  /** What was found, as a profile file for --profile could give it. */
  readonly profile: GivenProfile;
  readonly missing: readonly string[];
  readonly firstFreeFrame: bigint | undefined;
  /** Kinds of events a run will record, and those it cannot. */
  readonly events: readonly EventName[];
  readonly eventsLost: readonly EventName[];
  readonly debug: {
    readonly units: number;
    readonly dwarfVersions: readonly number[];
    readonly functions: number;
    readonly warnings: readonly string[];
  };
  /** Why there is no list of programs is said instead of it. */
  readonly disk:
    { readonly path: string; readonly programs: readonly string[] } | { readonly problem: string };
}

/** The whole of `trace inspect`; returns the exit code. */
export function executeInspect(
  argument: string | undefined,
  flags: KernelOptions & { readonly json?: true },
  { stdout }: Surroundings,
): number {
  if (argument !== undefined && flags.variant !== undefined)
    throw new UsageError('a kernel and --variant were given; --variant chooses among the built-in kernels');
  if (argument !== undefined && flags.kernel !== undefined)
    throw new UsageError(`${argument} and --kernel ${flags.kernel} were given; give one of them`);
  const inspection = inspect({ ...flags, ...(argument !== undefined && { kernel: argument }) });
  stdout.write(
    flags.json ? jsonDocument({ version: documentVersion, ...inspection }) : inspectionText(inspection),
  );
  return ExitCode.ok;
}

function inspect(options: KernelOptions): Inspection {
  const { kernel, kernelPath, label, profile: given } = chooseKernelAlone(options);
  const elf = parseElf(kernel, kernelPath);
  const debug = DebugInfo.parse(elf);
  const profile = findProfile(debug, given);
  const lost = new Set(kindsLost(profile));
  const unasked = new Set(kindsUnasked(noQuestions));
  const { findings, missing, imageEnd } = profile;
  return {
    kernel: label,
    entry: BigInt(elf.entry),
    segments: elf.segments.map(({ address, memorySize }) => ({
      address: BigInt(address),
      bytes: memorySize,
    })),
    functions: Object.entries(profile.functions).map(([role, { name, entry }]) => ({
      role,
      name,
      entry: BigInt(entry),
    })),
    findings: [
      ...findings,
      ...pageTableFindings(debug, profile.functions.map),
      ...faultHandlerFindings(debug, profile.functions.allocate),
    ],
    profile: profileContent(debug, profile),
    missing,
    firstFreeFrame:
      imageEnd === undefined ? undefined : BigInt(Math.max(Math.ceil(imageEnd / 4096) * 4096, ramBase)),
    events: eventNames.filter((kind) => !lost.has(kind) && !unasked.has(kind)),
    eventsLost: eventNames.filter((kind) => lost.has(kind)),
    debug: {
      units: debug.units.length,
      dwarfVersions: [...new Set(debug.units.map(({ version }) => version))].sort((a, b) => a - b),
      functions: debug.functions.length,
      warnings: debug.warnings,
    },
    disk: inspectDisk(options),
  };
}

/** A kernel can be inspected without a disk, or with one that is none. */
function inspectDisk(options: KernelOptions): Inspection['disk'] {
  try {
    const { disk, diskPath } = chooseKernel(options);
    return { path: diskPath, programs: new DiskImage(disk, diskPath).programNames() };
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    return { problem: error.message };
  }
}
