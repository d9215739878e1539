// The programs on a trace's disk, with their symbols, by the names processes go by.
import { unlessRefused, UsageError } from '../../errors.js';
import { DiskImage } from '../disk-image/index.js';
import { DebugInfo, parseElf, type ElfFile } from '../symbols/index.js';

/** A program as it is on the disk. */
export interface UserProgram {
  readonly name: string;
  readonly elf: ElfFile;
  readonly debug: DebugInfo;
}

export class UserPrograms {
  private readonly known = new Map<string, UserProgram | undefined>();

  /**
   * @param disk the image before the run; undefined for a machine without one
   * @param described a better file of that name, with debug information, where there is one
   */
  constructor(
    private readonly disk: Uint8Array | undefined,
    private readonly described: (name: string) => Uint8Array | undefined = () => undefined,
  ) {}

  /** The program of a name; undefined when the disk has none that can be read. */
  named(name: string): UserProgram | undefined {
    if (!this.known.has(name)) this.known.set(name, this.read(name));
    return this.known.get(name);
  }

  /** The same, if what is in memory at an address is what the program has there: a process may have become another. */
  matching(name: string, pc: bigint, inMemory: Uint8Array): UserProgram | undefined {
    const program = this.named(name);
    const inFile = program ? bytesAt(program.elf, pc, inMemory.length) : new Uint8Array();
    // The file's code may end before what was read.
    return inFile.length > 0 && inFile.every((byte, index) => byte === inMemory[index]) ? program : undefined;
  }

  private read(name: string): UserProgram | undefined {
    // The disk is the user's: without a readable program there are no names, and that is all.
    return unlessRefused(() => {
      const elf = parseElf(this.described(name) ?? this.onDisk(name), name);
      return { name, elf, debug: DebugInfo.parse(elf) };
    });
  }

  private onDisk(name: string): Uint8Array {
    if (this.disk === undefined) throw new UsageError('the machine has no disk');
    return new DiskImage(this.disk).readFile(name);
  }
}

function bytesAt({ sections }: ElfFile, address: bigint, length: number): Uint8Array {
  const at = Number(address);
  const section = sections.find(
    (one) => one.executable && at >= one.address && at < one.address + one.bytes.length,
  );
  return section?.bytes.subarray(at - section.address, at - section.address + length) ?? new Uint8Array();
}
