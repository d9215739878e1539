// Programs put on a copy of the disk before a run: those the user names, and ours that the disk lacks or that are asked
// for beside the tree's by `our-NAME`.
import path from 'node:path';
import { UsageError } from '../../errors.js';
import { programElf, programNames } from '../../fixtures/index.js';
import { DiskImage, addFiles, type DiskFile } from '../../tracer/disk-image/index.js';
import { checkProgram, readProgramFile } from '../../tracer/kernel-input/index.js';
import { loadedPart } from '../../tracer/symbols/index.js';
import type { ChosenKernel } from '../kernel-options.js';

const ownPrefix = 'our-';

/** What is typed behind the line of a program of ours that reads the console. */
const linesToRead: Readonly<Record<string, readonly string[]>> = {
  audit: ['a line for audit to read', 'a line for audit to read while the harts are busy'],
};

/** What `--add-program` names: FILE goes by its own name without `.elf`, and by NAME with FILE=NAME. */
export function readProgram(option: string): DiskFile {
  const separator = option.lastIndexOf('=');
  const file = separator < 0 ? option : option.slice(0, separator);
  const name = separator < 0 ? path.basename(file).replace(/\.elf$/, '') : option.slice(separator + 1);
  return { name, contents: readProgramFile(file) };
}

/**
 * The kernel with a disk that lines can be typed on: with these programs, and those of ours that they name.
 *
 * @param lines what is to be run, the words of each as they are typed; none in one to only boot
 * @throws UsageError when the disk is no xv6 disk, or a line cannot be typed or names no program
 */
export function readyFor(
  lines: readonly (readonly string[])[],
  chosen: ChosenKernel,
  programs: readonly DiskFile[] = [],
): ChosenKernel {
  const names = lines.flatMap((words) => words.slice(0, 1));
  const kernel = withPrograms(chosen, names, programs);
  for (const words of lines) checkProgram(words, kernel.disk, kernel.diskPath, programNames());
  return kernel;
}

/**
 * The kernel with these programs on its disk, and with those of ours that are to be run and are not there.
 *
 * @param names what is to be run, each as it is typed
 */
export function withPrograms(
  kernel: ChosenKernel,
  names: readonly string[],
  programs: readonly DiskFile[],
): ChosenKernel {
  const isThere = (name: string): boolean =>
    programs.some((program) => program.name === name) || isOn(kernel.disk, kernel.diskPath, name);
  const own = [...new Set(names)].flatMap((name) => (isThere(name) ? [] : ownProgram(name)));
  const files = [...programs, ...own];
  if (files.length === 0) return kernel;
  const disk = withFiles(kernel, programs, own);
  return { ...kernel, disk, added: files.map(({ name }) => name) };
}

/** Ours with their debug information if there is room for it. */
function withFiles(
  { disk, diskPath }: ChosenKernel,
  programs: readonly DiskFile[],
  own: readonly DiskFile[],
): Uint8Array {
  try {
    return addFiles(disk, diskPath, [...programs, ...own]);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    const stripped = own.map(({ name, contents }) => ({ name, contents: loadedPart(contents) }));
    return addFiles(disk, diskPath, [...programs, ...stripped]);
  }
}

/** Lines typed behind the program's own, for it to read: those that one of ours waits for, if it is ours. */
export function linesFor(
  name: string | undefined,
  kernel: Pick<ChosenKernel, 'added' | 'builtin'>,
): readonly string[] {
  if (name === undefined || !isOwn(name, ownName(name), kernel)) return [];
  return linesToRead[ownName(name)] ?? [];
}

/** Whether what is run by a name is this program of ours, and not the tree's. */
export function isOwn(
  name: string,
  program: string,
  { added = [], builtin }: Pick<ChosenKernel, 'added' | 'builtin'>,
): boolean {
  return ownName(name) === program && (builtin || added.includes(name));
}

function ownProgram(name: string): DiskFile[] {
  const own = ownName(name);
  return programNames().includes(own) ? [{ name, contents: programElf(own) }] : [];
}

function ownName(name: string): string {
  return name.startsWith(ownPrefix) ? name.slice(ownPrefix.length) : name;
}

/** Also true where the directory cannot be read: the shell then says what is there. */
function isOn(disk: Uint8Array, diskPath: string, name: string): boolean {
  try {
    return new DiskImage(disk, diskPath).rootDirectory().some((entry) => entry.name === name);
  } catch (error) {
    if (error instanceof UsageError) return true;
    throw error;
  }
}
