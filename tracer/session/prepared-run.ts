// What is found out before a run boots: the kernel's profile, what is asked of it, who types, and what its events need.
import type { BootImage, Machine } from '../../emulator/index.js';
import { bootImage } from '../kernel-input/index.js';
import {
  findProfile,
  kindsLost,
  kindsUnasked,
  noQuestions,
  type KernelProfile,
  type ProcessFacts,
  type Questions,
} from '../probes/index.js';
import type { EventName } from '../schema/index.js';
import { DebugInfo, parseElf } from '../symbols/index.js';
import type { EventTask } from './event-pipeline.js';
import { typedInput, type RunInput } from './run-input.js';
import type { RunRequest } from './types.js';

/** What is derived from the kernel once, whichever machine it then boots on. */
export interface PreparedRun {
  readonly request: RunRequest;
  readonly debug: DebugInfo;
  readonly profile: KernelProfile;
  readonly image: BootImage;
  readonly typist: RunInput;
  readonly questions: Questions;
  /** Those that are asked for and that this kernel yields. */
  readonly kinds: readonly EventName[];
}

/** Throws UsageError for input that cannot be run at all. */
export function prepareRun(request: RunRequest): PreparedRun {
  const { boot } = request;
  const typist =
    request.typist ?? typedInput([request.program.join(' '), ...(request.typedBehind ?? [])].join('\n'));
  return boot?.isKept ? { ...boot.preparedFor(request), request, typist } : prepareAlone(request, typist);
}

function prepareAlone(request: RunRequest, typist: RunInput): PreparedRun {
  const { kernel, kernelPath, disk } = request.input;
  const elf = parseElf(kernel, kernelPath);
  const image = bootImage(elf, kernelPath, disk, request.machine.memoryBytes);
  const debug = DebugInfo.parse(elf);
  const profile = findProfile(debug, request.input.profile);
  const questions = request.questions?.(debug) ?? noQuestions;
  const lost = new Set([...kindsLost(profile), ...kindsUnasked(questions)]);
  const kinds = request.kinds.filter((kind) => !lost.has(kind));
  return { request, debug, profile, image, typist, questions, kinds };
}

/** What makes the events of a run, in whichever thread. */
export function eventTask({ request, profile, questions, kinds }: PreparedRun, folder: string): EventTask {
  const { kernel, kernelPath } = request.input;
  const { freeList, blocks, referenceCounts, processes, locks, imageEnd } = profile;
  const lists = { ...(freeList && { freeList }), ...(blocks && { blocks }) };
  const some = { ...lists, ...(processes && { processes }), ...(locks && { locks }) };
  const found = { referenceCounts, ...some, ...(imageEnd !== undefined && { imageEnd }) };
  const consumer = request.consumer === undefined ? {} : { consumer: request.consumer };
  return { folder, kinds, profile: found, questions, kernel, kernelPath, ...consumer };
}

/** Whether nothing is done for anybody: the kernels of some years poll where others wait. */
export function isIdle(machine: Machine, { processes }: KernelProfile): boolean {
  if (processes === undefined) return machine.harts.every((hart) => hart.read('waiting') !== 0n);
  return machine.harts.every(({ number }) => isSchedulerAt(machine, processes, number));
}

function isSchedulerAt({ ram }: Machine, { current, currentStride }: ProcessFacts, hart: number): boolean {
  return ram.read(current + hart * currentStride, 8).every((byte) => byte === 0);
}
