// What is done to machines in lockstep between their stops: interrupts that come and go, timers, harts that join, and
// memory that devices could have written. All of it follows from the random numbers given.
import { RecordSource, type Machine } from '../../emulator/index.js';
import { assemble } from '../support/assembly.js';
import { Interrupt, Mstatus } from '../../emulator/hart/mstatus.js';
import type { StateWord } from '../../emulator/hart/state.js';
import type { Hart } from '../../emulator/hart/hart.js';
import { bodyBase, data, dataBase, pageBytes, tables } from '../differential/layout.js';
import type { Random } from '../support/random.js';
import { keepState, returnToState } from './kept-states.js';

type Disturbance = (machine: Machine, random: Random) => void;

const lines = Object.values(Interrupt);
const bodyBytes = 0x1800;
const entriesUsed = 16;
const supervisorTimerEnable = 1n << 63n;
const allSources = Object.values(RecordSource).reduce((bits, bit) => bits | bit, 0);

/** What a hart that joins takes over from the first one. */
const joinedWords: readonly StateWord[] = [
  ...([
    'pc',
    'mode',
    'mstatus',
    'medeleg',
    'mtvec',
    'stvec',
    'mscratch',
    'sscratch',
    'satp',
    'fcsr',
  ] as const),
  ...(['pmpcfg0', 'pmpaddr0'] as const),
];

const anyHart = ({ harts }: Machine, random: Random): Hart => random.pick(harts);

const setLine: Disturbance = (machine, random) =>
  anyHart(machine, random).line(random.pick(lines)).set(random.oneIn(2));

const lowerLines: Disturbance = ({ harts }) => {
  for (const hart of harts) for (const number of lines) hart.line(number).set(false);
};

const enable: Disturbance = (machine, random) => {
  const hart = anyHart(machine, random);
  hart.write('mie', random.oneIn(4) ? 0n : BigInt(random.below(0x1000) & 0xaaa));
  hart.write('mideleg', BigInt(random.below(0x1000) & 0x222));
  const bits = Mstatus.mie | Mstatus.sie;
  const status = hart.read('mstatus');
  hart.write('mstatus', random.oneIn(4) ? status & ~bits : status | bits);
};

const startTimer: Disturbance = (machine, random) => {
  const hart = anyHart(machine, random);
  hart.write('menvcfg', supervisorTimerEnable);
  hart.write('stimecmp', BigInt(Math.floor(machine.cycle() / 10) + random.between(1, 200)));
};

/** Another hart goes on where the first is: once, since its TLBs are empty then. */
const join: Disturbance = ({ harts }, random) => {
  const [first] = harts;
  const hart = random.pick(harts);
  if (hart === first || hart.read('satp') !== 0n || first.read('satp') === 0n) return;
  for (let register = 1; register < 32; register++) hart.setRegister(register, first.register(register));
  for (const word of joinedWords) hart.write(word, first.read(word));
  hart.write('waiting', 0n);
};

function copy(machine: Machine, from: number, to: number, bytes: number): void {
  machine.ram.write(to, machine.ram.read(from, bytes).slice());
}

/** Code becomes other code of the program. */
const overwriteCode: Disturbance = (machine, random) => {
  const place = (): number => bodyBase + (random.below(bodyBytes) & ~1);
  copy(machine, place(), place(), random.pick([2, 4, 16]));
};

/** A page of the window comes to lie elsewhere, with other rights. */
const remap: Disturbance = (machine, random) => {
  const table = dataBase + data.tables + tables.windowLower * pageBytes;
  const entry = (): number => table + random.below(entriesUsed) * 8;
  copy(machine, entry(), entry(), 8);
};

const overwriteData: Disturbance = (machine, random) => {
  const words = Uint32Array.from({ length: random.between(1, 16) }, () => random.next32());
  machine.ram.write(dataBase + data.scratch + (random.below(0x700) & ~3), new Uint8Array(words.buffer));
};

/** Waiting loops, on what the program keeps at its second pointer. */
const waits = [
  'again: lw a5, 0(s0)\n beqz a5, again',
  'again: lbu a5, 3(s0)\n bnez a5, again',
  'li a4, 1\n again: mv a5, a4\n amoswap.w a5, a5, (s0)\n bnez a5, again',
  'li a4, 5\n again: amoswap.d a5, a4, (s0)\n beq a5, a4, again',
].map((source) => assemble(source, bodyBase).bytes);

/** A hart will wait there, until it is interrupted or what it waits for comes. */
const plantWait: Disturbance = (machine, random) =>
  machine.ram.write(bodyBase + (random.below(bodyBytes) & ~1), random.pick(waits));

/** The first hart goes on at some place of the program: mostly one of its instructions. */
const jump: Disturbance = ({ harts }, random) => {
  harts[0].write('pc', BigInt(bodyBase + (random.below(bodyBytes) & ~1)));
};

/** Each as likely as the others. */
export const disturbances: readonly Disturbance[] = [
  ...[setLine, setLine, lowerLines, lowerLines, enable, startTimer],
  ...[join, overwriteCode, remap, overwriteData, overwriteData, plantWait, jump],
  ...[keepState, returnToState],
];

/** Half of the machines are observed: probes on random instructions, watched words, watched page tables. */
export function observe(machine: Machine, random: Random): void {
  if (random.oneIn(2)) return;
  const { watch } = machine;
  watch.setSources(allSources);
  const addresses = new Set(Array.from({ length: 12 }, () => bodyBase + (random.below(bodyBytes) & ~1)));
  for (const address of addresses)
    watch.addProbe({ address, id: 1, registers: [1, 5, 10], record: random.oneIn(2), onHit: () => {} });
  watch.watchWords(dataBase + data.scratch + 8 * random.below(128), 8 * random.between(1, 64));
  if (random.oneIn(2)) watch.watchTables();
}
