// The options that choose a kernel, alike in every command that takes one, and the kernel they choose.
import { existsSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { Option, type Command } from 'commander';
import { builtinKernel, committedVariants, variantNames } from '../fixtures/index.js';
import { packageRoot } from '../package-root.js';
import { UsageError } from '../errors.js';
import {
  findKernelInput,
  readDisk,
  readKernel,
  type FoundKernel,
  type KernelFile,
} from '../tracer/kernel-input/index.js';

const defaultVariant = 'cow';

export interface KernelOptions {
  readonly kernel?: string;
  readonly disk?: string;
  readonly variant?: string;
  /** Path of a profile file. */
  readonly profile?: string;
}

interface Named {
  /** How it is called in reports. */
  readonly label: string;
  /** Whether it came with this program: its sources are then as they were when it was built. */
  readonly builtin: boolean;
  /** Programs that were put on a copy of its disk, by the names they have there; the disk's file is as it was. */
  readonly added?: readonly string[];
  /** What to take for granted of it. */
  readonly profile?: { readonly text: string; readonly path: string };
}

/** A kernel, ready to boot. */
export type ChosenKernel = FoundKernel & Named;

/** Adds --kernel, --disk, --variant and --profile. */
export function addKernelOptions(command: Command): void {
  command.option('--kernel <PATH>', 'an xv6 tree, or the ELF file of a kernel (default: the built-in one)');
  command.option('--disk <PATH>', 'its disk image; it is only read (default: fs.img of the tree)');
  const variant = new Option('--variant <NAME>', `the built-in kernel to use (default: "${defaultVariant}")`);
  command.addOption(variant.conflicts('kernel'));
  command.option('--profile <FILE>', 'what to take for granted of the kernel (docs/profile.schema.json)');
}

/** The kernel the options name, with its disk. Throws UsageError when either is missing or cannot be read. */
export function chooseKernel(options: KernelOptions): ChosenKernel {
  const { kernel, disk, variant } = options;
  const given = readProfile(options);
  if (kernel !== undefined)
    return { ...findKernelInput(kernel, disk), label: kernel, builtin: false, ...given };
  const { disk: builtinDisk } = builtinKernel(variant ?? defaultVariant);
  return {
    ...chooseKernelAlone(options),
    disk: disk === undefined ? builtinDisk : readDisk(disk),
    diskPath: disk ?? 'the built-in disk',
  };
}

/** The kernel the options name, whether there is a disk for it or not. */
export function chooseKernelAlone(options: KernelOptions): KernelFile & Named {
  const { kernel, variant } = options;
  const given = readProfile(options);
  if (kernel !== undefined) return { ...readKernel(kernel), label: kernel, builtin: false, ...given };
  const name = variant ?? defaultVariant;
  const label = `the built-in ${name} kernel`;
  const sourceRoots = [packageRoot()];
  return {
    kernel: builtinKernel(name).kernel,
    kernelPath: label,
    sourceRoots,
    label,
    builtin: true,
    ...given,
  };
}

function readProfile({ profile: path }: KernelOptions): Pick<Named, 'profile'> {
  if (path === undefined) return {};
  try {
    return { profile: { text: readFileSync(path, 'utf8'), path } };
  } catch {
    throw new UsageError(`${path} cannot be read (--profile)`);
  }
}

const memoryDefault = 128;

/** Memory of the machine in bytes: what was asked for, else what the kernel's tree says. */
export function memoryBytes({ memory }: { readonly memory?: number }, kernel: ChosenKernel): number {
  return (memory ?? kernel.memory ?? memoryDefault) * 2 ** 20;
}

/** A trace to compare with, or a kernel to make one with. */
export type ChosenBaseline = { readonly trace: string } | { readonly kernel: ChosenKernel };

/** What --baseline names: a variant, a trace, or a tree or kernel. */
export function chooseBaseline(word: string): ChosenBaseline {
  if (variantNames().includes(word)) return { kernel: chooseKernel({ variant: word }) };
  if (!existsSync(word)) {
    throw new UsageError(
      `there is no baseline ${word}: --baseline takes a trace, a built-in variant (${committedVariants().join(', ')}) or an xv6 tree`,
    );
  }
  const isTree =
    statSync(word).isFile() || ['kernel', 'Makefile'].some((name) => existsSync(path.join(word, name)));
  return isTree ? { kernel: chooseKernel({ kernel: word }) } : { trace: word };
}
