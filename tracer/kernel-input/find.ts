// Finds a kernel and its disk: in an xv6 tree, or a kernel file with a disk beside it or given. Files are only read.
import { existsSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { UsageError } from '../../errors.js';
import { errorCode } from '../files/output-file.js';
import type { KernelInput } from '../session/types.js';

/** A kernel alone, and where its sources may be. */
export interface KernelFile {
  readonly kernel: Uint8Array;
  readonly kernelPath: string;
  /** Directories that source files of the kernel are named relative to, likeliest first. */
  readonly sourceRoots: readonly string[];
  /** What the tree's Makefile gives QEMU as memory, in MiB, where that can be read from it. */
  readonly memory?: number;
}

/** A kernel with its disk. */
export interface FoundKernel extends KernelFile, KernelInput {
  readonly diskPath: string;
}

const diskName = 'fs.img';
/** Far more than any kernel or disk of this kind; reading a mistaken path must not fill the memory. */
const fileBytesMax = 2 ** 30;
const makefileBytesMax = 2 ** 20;

/** Reads the kernel at a path: a tree that has kernel/kernel, or an ELF file. Throws UsageError when it cannot. */
export function readKernel(kernelPath: string): KernelFile {
  const file = isDirectory(kernelPath) ? kernelInTree(kernelPath) : kernelPath;
  const kernel = readInput(file, 'kernel', '--kernel takes a built xv6 tree or the ELF file of a kernel');
  const beside = path.dirname(path.resolve(file));
  const memory = memoryIn(path.join(beside, '..', 'Makefile')) ?? memoryIn(path.join(beside, 'Makefile'));
  const sourceRoots = [path.dirname(beside), beside];
  return { kernel, kernelPath: file, sourceRoots, ...(memory !== undefined && { memory }) };
}

/** The `-m` of QEMU's options in a Makefile; larger sizes than machines here have are left to the default. */
function memoryIn(makefile: string): number | undefined {
  if (!isFile(makefile) || statSync(makefile).size > makefileBytesMax) return undefined;
  const options = /^\s*QEMUOPTS\s*\+?=.*\s-m\s+(\d+)([MG]?)\b/im.exec(readFileSync(makefile, 'utf8'));
  const memory = options ? Number(options[1]) * (/g/i.test(options[2]) ? 1024 : 1) : 0;
  return memory >= 4 && memory <= 2048 ? memory : undefined;
}

/**
 * Reads the kernel at a path and its disk.
 *
 * @param diskPath the disk image; when absent, fs.img beside the kernel or one level above it
 * @throws UsageError when either is missing or cannot be read
 */
export function findKernelInput(kernelPath: string, diskPath?: string): FoundKernel {
  const found = readKernel(kernelPath);
  const disk = diskPath ?? diskNear(found.kernelPath, isDirectory(kernelPath) ? kernelPath : undefined);
  return { ...found, disk: readDisk(disk), diskPath: disk };
}

/** The bytes of a disk image. Throws UsageError when it is missing or cannot be read. */
export function readDisk(diskPath: string): Uint8Array {
  return readInput(diskPath, 'disk image', '--disk takes the fs.img built with the kernel');
}

/** The bytes of a program's ELF file. Throws UsageError when it is missing, cannot be read or is no ELF file. */
export function readProgramFile(file: string): Uint8Array {
  const remedy = '--add-program takes the ELF file of a program for xv6-riscv, as FILE or FILE=NAME';
  const contents = readInput(file, 'program', remedy);
  if (Buffer.from(contents.subarray(0, 4)).toString('latin1') === '\x7fELF') return contents;
  throw new UsageError(`the program ${file} is not an ELF file; ${remedy}`);
}

function kernelInTree(tree: string): string {
  // The second form is for who names the tree's kernel directory itself, and for x86 trees, which get a clear refusal.
  const places = [path.join(tree, 'kernel', 'kernel'), path.join(tree, 'kernel')];
  const found = places.find((place) => isFile(place));
  if (found !== undefined) return found;
  const makefile = existsSync(path.join(tree, 'Makefile'));
  throw new UsageError(
    makefile
      ? `${tree} has no kernel/kernel: build it with \`make kernel/kernel fs.img\` there`
      : `${tree} is no xv6 tree: it has neither kernel/kernel nor a Makefile; give --kernel the top directory of a tree`,
  );
}

function diskNear(kernel: string, tree: string | undefined): string {
  const beside = path.dirname(kernel);
  const found = [path.join(beside, diskName), path.join(beside, '..', diskName)].find(isFile);
  if (found !== undefined) return path.normalize(found);
  throw new UsageError(
    tree === undefined
      ? `there is no ${diskName} beside ${kernel} or one level above it; give the disk with --disk`
      : `${tree} has no ${diskName}: build it with \`make fs.img\` there, or give a disk with --disk`,
  );
}

function readInput(file: string, what: string, remedy: string): Uint8Array {
  try {
    const { size } = statSync(file);
    if (!isFile(file))
      throw new UsageError(`the ${what} ${file} is a directory or device, not a file; ${remedy}`);
    if (size > fileBytesMax)
      throw new UsageError(`the ${what} ${file} has ${size} bytes, far too many; ${remedy}`);
    return readFileSync(file);
  } catch (error) {
    const code = errorCode(error);
    if (code === '') throw error;
    const missing = code === 'ENOENT' || code === 'ENOTDIR';
    const problem = missing ? `there is no ${what} ${file}` : `the ${what} ${file} cannot be read (${code})`;
    throw new UsageError(`${problem}; ${remedy}`);
  }
}

function isFile(file: string): boolean {
  return existsSync(file) && statSync(file).isFile();
}

function isDirectory(file: string): boolean {
  return existsSync(file) && statSync(file).isDirectory();
}
