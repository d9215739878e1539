// From a path to a kernel with its disk, and whether a program can be typed there.
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { checkProgram, findKernelInput } from '../../tracer/kernel-input/index.js';
import { writeDiskImage } from '../../tracer/disk-image/index.js';
import { temporaryDirectory } from '../support/temporary-directory.js';

const inside = temporaryDirectory();
let made = 0;

/** A directory with these files, by their paths in it. */
function tree(...names: string[]): string {
  const root = inside(`tree${++made}`);
  mkdirSync(root);
  for (const name of names) {
    mkdirSync(path.dirname(path.join(root, name)), { recursive: true });
    writeFileSync(path.join(root, name), name);
  }
  return root;
}

describe('a kernel', () => {
  test.each([
    ['of a tree', '', 'kernel/kernel', 'fs.img'],
    ["of a tree's kernel directory", 'kernel', 'kernel/kernel', 'fs.img'],
    ['given as a file of a tree', 'kernel/kernel', 'kernel/kernel', 'fs.img'],
    ['given as a file beside its disk', 'k.elf', 'k.elf', 'fs.img'],
  ])('%s has its disk found', (_, given, kernel, disk) => {
    const root = tree('kernel/kernel', 'fs.img', 'k.elf');
    const found = findKernelInput(path.join(root, given));
    expect(Buffer.from(found.kernel).toString()).toBe(kernel);
    expect(path.resolve(found.diskPath)).toBe(path.join(root, disk));
  });

  test('names source files from the directory it was built in', () => {
    const root = tree('kernel/kernel', 'fs.img');
    expect(findKernelInput(root).sourceRoots[0]).toBe(root);
  });

  test.each([
    ['QEMUOPTS = -machine virt -kernel $K/kernel -m 256M -smp 3\n', 256],
    ['CPUS := 3\nQEMUOPTS += -nographic -m 1G\n', 1024],
    ['QEMUOPTS = -m 64 -smp 1\n', 64],
    ['QEMUOPTS = -m 3G\n', undefined],
    ['# QEMUOPTS = -m 256M\nCFLAGS = -m 5\n', undefined],
  ])('has the memory that its Makefile gives QEMU: %j', (makefile, memory) => {
    const root = tree('kernel/kernel', 'fs.img');
    writeFileSync(path.join(root, 'Makefile'), makefile);
    expect(findKernelInput(root).memory).toBe(memory);
  });

  test('takes the disk that is given', () => {
    const root = tree('kernel/kernel', 'fs.img', 'other.img');
    expect(Buffer.from(findKernelInput(root, path.join(root, 'other.img')).disk).toString()).toBe(
      'other.img',
    );
  });

  test.each([
    [[], '', 'is no xv6 tree: it has neither kernel/kernel nor a Makefile'],
    [['Makefile'], '', 'has no kernel/kernel: build it with `make kernel/kernel fs.img` there'],
    [['kernel/kernel'], '', 'has no fs.img: build it with `make fs.img` there'],
    [['k.elf'], 'k.elf', 'or one level above it; give the disk with --disk'],
    [[], 'k.elf', 'there is no kernel '],
    [['k.elf'], 'k.elf/x', 'there is no kernel '],
  ])('is missed among %j at %j', (names, given, message) => {
    expect(() => findKernelInput(path.join(tree(...names), given))).toThrow(message);
  });

  test('is never a directory or a device', () => {
    const root = tree('k.elf');
    expect(() => findKernelInput('/dev/zero')).toThrow('is a directory or device, not a file');
    expect(() => findKernelInput(path.join(root, 'k.elf'), root)).toThrow(
      'is a directory or device, not a file',
    );
  });
});

describe('a program', () => {
  const elf = Uint8Array.of(0x7f, 0x45, 0x4c, 0x46);
  const names = ['cowtest', 'ls', 'usertests'];
  const disk = writeDiskImage([
    ...names.map((name) => ({ name, contents: elf })),
    { name: 'README', contents: new Uint8Array(9) },
  ]);

  test.each([[], ['ls'], ['./ls', '/'], ['/cowtest'], ['bin/own', 'x'], ['usertests', '-q']])(
    'may be %j',
    (...words) => {
      expect(() => checkProgram(words, disk, 'fs.img')).not.toThrow();
    },
  );

  test.each([
    [
      ['cowtset'],
      "there is no program 'cowtset' on fs.img; did you mean 'cowtest'? It has: cowtest, ls, usertests",
    ],
    [['vim'], "there is no program 'vim' on fs.img. It has: cowtest, ls, usertests"],
    [['ls', 'a\nb'], 'the program line has a control character'],
    [['ls', 'x'.repeat(96)], 'the program line has 99 bytes and the shell reads 98'],
  ])('may not be %j', (words, message) => {
    expect(() => checkProgram(words, disk, 'fs.img')).toThrow(message);
  });

  test('needs a disk that is one', () => {
    expect(() => checkProgram([], new Uint8Array(1 << 16), 'x.img')).toThrow(
      'x.img is not a usable xv6 file system',
    );
  });
});
