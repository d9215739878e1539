// Programs put on a copy of the disk before a run: those the user names, and one of our own that the disk lacks.
import path from 'node:path';
import { UsageError } from '../../errors.js';
import { programElf, programNames } from '../../fixtures/index.js';
import { DiskImage, addFiles, type DiskFile } from '../../tracer/disk-image/index.js';
import { readProgramFile } from '../../tracer/kernel-input/index.js';
import type { ChosenKernel } from '../kernel-options.js';

/** What `--add-program` names: FILE goes by its own name without `.elf`, and by NAME with FILE=NAME. */
export function readProgram(option: string): DiskFile {
  const separator = option.lastIndexOf('=');
  const file = separator < 0 ? option : option.slice(0, separator);
  const name = separator < 0 ? path.basename(file).replace(/\.elf$/, '') : option.slice(separator + 1);
  return { name, contents: readProgramFile(file) };
}

/** The kernel with these programs on its disk, and with a built-in one that is to be run and is not there. */
export function withPrograms(
  kernel: ChosenKernel,
  words: readonly string[],
  programs: readonly DiskFile[],
): ChosenKernel {
  const files = [...programs, ...ownProgram(kernel, words, programs)];
  if (files.length === 0) return kernel;
  const disk = addFiles(kernel.disk, kernel.diskPath, files);
  return { ...kernel, disk, added: files.map(({ name }) => name) };
}

function ownProgram(
  { disk, diskPath }: ChosenKernel,
  words: readonly string[],
  programs: readonly DiskFile[],
): DiskFile[] {
  const name = words[0];
  if (name === undefined || !programNames().includes(name)) return [];
  if (programs.some((program) => program.name === name) || isOn(disk, diskPath, name)) return [];
  return [{ name, contents: programElf(name) }];
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
