// Names of the ELF machine numbers (e_machine) that people are likely to hand over by mistake. A table,
// nothing else.

const names: Readonly<Record<number, string>> = {
  0: 'no machine',
  2: 'SPARC',
  3: 'Intel 80386 (i386)',
  8: 'MIPS',
  20: 'PowerPC',
  21: 'PowerPC64',
  22: 'IBM S/390',
  40: 'ARM',
  43: 'SPARC V9',
  62: 'AMD x86-64',
  183: 'ARM AArch64',
  243: 'RISC-V',
  247: 'Linux BPF',
  258: 'LoongArch',
};

/** A readable name of an e_machine value; unknown ones keep their number. */
export function machineName(machine: number): string {
  return names[machine] ?? `machine number ${machine}`;
}
