// Every control and status register, one row each (privileged specification, chapter 2). The access function, the
// disassembler's names and the dumps derive from these rows.
import type { StateWord } from './state.js';
import {
  Interrupt,
  machineInterrupts,
  mstatusWritable,
  sstatusReadable,
  sstatusWritable,
  supervisorInterrupts,
} from './mstatus.js';

/** What must be re-examined after a write. */
export type CsrEffect = 'status' | 'interrupts' | 'translation' | 'timer' | 'float';

/**
 * Reads that are no plain word. `time` is the machine's clock, as stimecmp sees it: what software adds to it by writing
 * the CLINT's mtime stays in the CLINT, and moves mtimecmp only.
 */
export type CsrSource = 'cycle' | 'time' | 'instret' | 'pending';

/** Conditions beyond the privilege encoded in the number. */
export type CsrGuard = 'float' | 'counter' | 'stimecmp' | 'satp';

export interface CsrRow {
  readonly name: string;
  readonly number: number;
  /** The word it is (a view of), and how far its bits are shifted in it; without one it reads as `value`. */
  readonly state?: StateWord;
  readonly shift?: bigint;
  readonly value?: bigint;
  readonly source?: CsrSource;
  /** Bits that can be seen, of the shifted word; all by default. */
  readonly readable?: bigint;
  /** Bits software can change; none by default (writes are ignored, or illegal where the number says read-only). */
  readonly writable?: bigint;
  /** Of those, bits that software cannot change while menvcfg.STCE gives them to the timer (Sstc, chapter 2). */
  readonly timed?: bigint;
  /** Both views are further limited to the interrupts delegated to supervisor mode. */
  readonly delegated?: true;
  readonly guard?: CsrGuard;
  readonly after?: CsrEffect;
}

const all = (1n << 64n) - 1n;
const rv64imafdcsu =
  (2n << 62n) | [...'acdfimsu'].reduce((bits, c) => bits | (1n << BigInt(c.charCodeAt(0) - 97)), 0n);

/** A run of registers of one kind. */
function numbered(first: number, count: number, row: (index: number) => Omit<CsrRow, 'number'>): CsrRow[] {
  return Array.from({ length: count }, (_, index) => ({ number: first + index, ...row(index) }));
}

export const csrs: readonly CsrRow[] = [
  // Unprivileged
  {
    name: 'fflags',
    number: 0x001,
    state: 'fcsr',
    readable: 0x1fn,
    writable: 0x1fn,
    guard: 'float',
    after: 'float',
  },
  {
    name: 'frm',
    number: 0x002,
    state: 'fcsr',
    shift: 5n,
    readable: 7n,
    writable: 7n,
    guard: 'float',
    after: 'float',
  },
  {
    name: 'fcsr',
    number: 0x003,
    state: 'fcsr',
    readable: 0xffn,
    writable: 0xffn,
    guard: 'float',
    after: 'float',
  },
  { name: 'cycle', number: 0xc00, source: 'cycle', guard: 'counter' },
  { name: 'time', number: 0xc01, source: 'time', guard: 'counter' },
  { name: 'instret', number: 0xc02, source: 'instret', guard: 'counter' },
  ...numbered(0xc03, 29, (i) => ({ name: `hpmcounter${i + 3}`, guard: 'counter' })),
  // Supervisor
  {
    name: 'sstatus',
    number: 0x100,
    state: 'mstatus',
    readable: sstatusReadable,
    writable: sstatusWritable,
    after: 'status',
  },
  {
    name: 'sie',
    number: 0x104,
    state: 'mie',
    writable: supervisorInterrupts,
    delegated: true,
    after: 'interrupts',
  },
  { name: 'stvec', number: 0x105, state: 'stvec', writable: all ^ 2n },
  { name: 'scounteren', number: 0x106, state: 'scounteren', writable: 7n },
  { name: 'senvcfg', number: 0x10a, state: 'senvcfg', writable: 1n },
  { name: 'sscratch', number: 0x140, state: 'sscratch', writable: all },
  { name: 'sepc', number: 0x141, state: 'sepc', writable: all ^ 1n },
  { name: 'scause', number: 0x142, state: 'scause', writable: all },
  { name: 'stval', number: 0x143, state: 'stval', writable: all },
  {
    name: 'sip',
    number: 0x144,
    state: 'mip',
    source: 'pending',
    writable: 2n,
    delegated: true,
    after: 'interrupts',
  },
  { name: 'stimecmp', number: 0x14d, state: 'stimecmp', writable: all, guard: 'stimecmp', after: 'timer' },
  { name: 'satp', number: 0x180, state: 'satp', writable: all, guard: 'satp', after: 'translation' },
  // Machine
  { name: 'mstatus', number: 0x300, state: 'mstatus', writable: mstatusWritable, after: 'status' },
  { name: 'misa', number: 0x301, value: rv64imafdcsu },
  { name: 'medeleg', number: 0x302, state: 'medeleg', writable: 0xb3ffn },
  { name: 'mideleg', number: 0x303, state: 'mideleg', writable: supervisorInterrupts, after: 'interrupts' },
  {
    name: 'mie',
    number: 0x304,
    state: 'mie',
    writable: supervisorInterrupts | machineInterrupts,
    after: 'interrupts',
  },
  { name: 'mtvec', number: 0x305, state: 'mtvec', writable: all ^ 2n },
  { name: 'mcounteren', number: 0x306, state: 'mcounteren', writable: 7n },
  { name: 'menvcfg', number: 0x30a, state: 'menvcfg', writable: (1n << 63n) | 1n, after: 'timer' },
  { name: 'mcountinhibit', number: 0x320 },
  ...numbered(0x323, 29, (i) => ({ name: `mhpmevent${i + 3}` })),
  { name: 'mscratch', number: 0x340, state: 'mscratch', writable: all },
  { name: 'mepc', number: 0x341, state: 'mepc', writable: all ^ 1n },
  { name: 'mcause', number: 0x342, state: 'mcause', writable: all },
  { name: 'mtval', number: 0x343, state: 'mtval', writable: all },
  {
    name: 'mip',
    number: 0x344,
    state: 'mip',
    source: 'pending',
    writable: supervisorInterrupts,
    timed: 1n << BigInt(Interrupt.supervisorTimer),
    after: 'interrupts',
  },
  { name: 'pmpcfg0', number: 0x3a0, state: 'pmpcfg0', writable: all },
  { name: 'pmpcfg2', number: 0x3a2, state: 'pmpcfg2', writable: all },
  ...numbered(0x3b0, 16, (i) => ({
    name: `pmpaddr${i}`,
    state: `pmpaddr${i}` as StateWord,
    writable: (1n << 54n) - 1n,
  })),
  { name: 'tselect', number: 0x7a0 },
  { name: 'tdata1', number: 0x7a1 },
  { name: 'tdata2', number: 0x7a2 },
  { name: 'tdata3', number: 0x7a3 },
  { name: 'mcycle', number: 0xb00, source: 'cycle' },
  { name: 'minstret', number: 0xb02, source: 'instret', state: 'instret', writable: all },
  ...numbered(0xb03, 29, (i) => ({ name: `mhpmcounter${i + 3}` })),
  { name: 'mvendorid', number: 0xf11 },
  { name: 'marchid', number: 0xf12 },
  { name: 'mimpid', number: 0xf13 },
  { name: 'mhartid', number: 0xf14, state: 'hartid' },
  { name: 'mconfigptr', number: 0xf15 },
];

/** Index in `csrs` by CSR number. */
export const csrIndex: ReadonlyMap<number, number> = new Map(csrs.map((row, index) => [row.number, index]));
