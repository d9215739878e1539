// Kernels of a few instructions that misbehave in one way each, and a disk that has one program.
import { writeDiskImage } from '../../tracer/disk-image/index.js';
import { assemble } from './assembly.js';
import { buildElf } from './elf-builder.js';

const base = 0x80000000;

/** What each kernel does from its first instruction on. */
const misbehaviours = {
  'prints for ever': 'lui t0, 0x10000\n li t1, 65\n again: sb t1, 0(t0)\n j again',
  'prints an escape and stays': 'lui t0, 0x10000\n li t1, 27\n sb t1, 0(t0)\n stay: j stay',
  'loops in silence': 'stay: j stay',
  'waits for nothing': 'again: wfi\n j again',
  'faults in its handler':
    'lui t0, 0x80000\n addi t0, t0, 12\n csrrw zero, mtvec, t0\n slti zero, t0, 1\n slti zero, t0, 2\n lw t0, 0(zero)',
} as const;

/** The ELF file of such a kernel, without symbols. */
export function tinyKernel(misbehaviour: keyof typeof misbehaviours): Uint8Array {
  const code = assemble(misbehaviours[misbehaviour], base).bytes;
  return buildElf({ sections: [{ name: '.text', bytes: code, address: base, executable: true }] });
}

/** A disk whose root directory has a program of this name. */
export function diskWith(name: string): Uint8Array {
  return writeDiskImage([{ name, contents: Uint8Array.of(0x7f, 0x45, 0x4c, 0x46) }]);
}
