// Programs on a copy of the disk: which of ours are added, under which names, and what of them where room is short.
import { describe, expect, test } from 'vitest';
import { linesFor, withPrograms } from '../../commands/run/added-programs.js';
import { programElf } from '../../fixtures/index.js';
import { DiskImage, writeDiskImage } from '../../tracer/disk-image/index.js';
import { parseElf } from '../../tracer/symbols/index.js';

function kernelWith(disk: Uint8Array) {
  const nothing = new Uint8Array();
  const names = { kernelPath: 'k', diskPath: 'd.img', label: 'k', builtin: false };
  return { ...names, kernel: nothing, disk, sourceRoots: [] };
}

const cowtest = { name: 'cowtest', contents: Uint8Array.of(1, 2, 3) };

describe('of ours', () => {
  test('those that the disk lacks are added, and beside one of the same name as our-NAME', () => {
    const kernel = kernelWith(writeDiskImage([cowtest]));
    const { added, disk } = withPrograms(
      kernel,
      ['cowtest', 'our-cowtest', 'frames', 'frames', 'theirs'],
      [],
    );
    expect(added).toEqual(['our-cowtest', 'frames']);
    const image = new DiskImage(disk);
    expect(image.readFile('cowtest')).toEqual(cowtest.contents);
    expect(Buffer.compare(image.readFile('our-cowtest'), programElf('cowtest'))).toBe(0);
    expect(withPrograms(kernel, ['cowtest'], [])).toBe(kernel);
  });

  test('only what is loaded goes on a disk that has no room for more', () => {
    const room = (blocks: number) => {
      const geometry = { blocks, inodes: 50, logBlocks: 30 };
      return withPrograms(kernelWith(writeDiskImage([cowtest], geometry)), ['audit'], []).disk;
    };
    const elf = Uint8Array.from(programElf('audit'));
    const small = new DiskImage(room(150)).readFile('audit');
    expect(small.length).toBeLessThan(elf.length / 2);
    expect(parseElf(small, 'audit').segments).toEqual(parseElf(elf, 'audit').segments);
    expect(parseElf(small, 'audit').sections).toEqual([]);
    expect(new DiskImage(room(400)).readFile('audit').length).toBe(elf.length);
    expect(() => room(60)).toThrow(/d\.img of 60 blocks is full at 'audit'/);
  });

  test('audit is typed lines to read, if it is ours', () => {
    const builtin = { builtin: true };
    const added = { builtin: false, added: ['our-audit'] };
    expect(linesFor('audit', builtin)).toHaveLength(2);
    expect(linesFor('our-audit', added)).toHaveLength(2);
    expect(linesFor('audit', added)).toEqual([]);
    expect(linesFor('cowtest', builtin)).toEqual([]);
    expect(linesFor(undefined, builtin)).toEqual([]);
  });
});
