// The machine as an execution that vectors can judge: its hart's state is set, one cycle is run, and the state read.
import { Machine, defaultConfiguration, ramBase } from '../../emulator/index.js';
import { Mstatus } from '../../emulator/hart/mstatus.js';
import { Mode, noReservation, registerIndex, type StateWord } from '../../emulator/hart/state.js';
import type { Execute, MachineState } from '../isa/vector-suite.js';
import { DATA, type CsrName, type Privilege } from '../isa/vector.js';

const MODES: Readonly<Record<Privilege, number>> = { U: Mode.user, S: Mode.supervisor, M: Mode.machine };

/** State that a case may set and the next must find as after reset. */
const RESET: readonly StateWord[] = [
  'mie',
  'mip',
  'mtvec',
  'mscratch',
  'mepc',
  'sepc',
  'mcause',
  'mtval',
  'fcsr',
  'waiting',
];

function bytesOf(value: bigint, length: number): Uint8Array {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, value, true);
  return bytes.subarray(0, length);
}

function prepare(machine: Machine, before: MachineState): void {
  const [hart] = machine.harts;
  for (const name of RESET) hart.write(name, 0n);
  hart.write('mstatus', Mstatus.xl | (before.csrs.mstatus ?? 0n));
  for (const [name, value] of Object.entries(before.csrs) as [CsrName, bigint][]) {
    if (name === 'frm') hart.write('fcsr', value << 5n);
    else if (name !== 'mstatus') hart.write(name as StateWord, value);
  }
  for (let number = 0; number < 32; number++) {
    hart.setRegister(registerIndex.x + number, before.x[number]);
    hart.setRegister(registerIndex.f + number, before.f[number]);
  }
  hart.write('pc', before.pc);
  hart.write('mode', BigInt(MODES[before.privilege]));
  hart.write('reserved_address', before.reserved ? DATA : BigInt.asUintN(64, noReservation));
  machine.ram.write(Number(DATA), bytesOf(before.memory, 8));
}

function csr(machine: Machine, name: CsrName): bigint {
  const [hart] = machine.harts;
  if (name === 'frm') return hart.read('fcsr') >> 5n;
  return name === 'fflags' ? hart.read('fcsr') & 31n : hart.read(name as StateWord);
}

function inspect(machine: Machine, observed: readonly CsrName[]): MachineState {
  const [hart] = machine.harts;
  const registers = (first: number) =>
    Array.from({ length: 32 }, (_, number) => hart.register(first + number));
  const memory = machine.ram.read(Number(DATA), 8);
  const mode = Number(hart.read('mode'));
  return {
    pc: hart.read('pc'),
    x: registers(registerIndex.x),
    f: registers(registerIndex.f),
    memory: new DataView(memory.buffer, memory.byteOffset).getBigUint64(0, true),
    reserved: hart.read('reserved_address') !== BigInt.asUintN(64, noReservation),
    privilege: (Object.keys(MODES) as Privilege[]).find((name) => MODES[name] === mode) ?? 'M',
    csrs: Object.fromEntries(observed.map((name) => [name, csr(machine, name)])),
  };
}

/**
 * An execution on a machine of one hart that goes on from case to case. Compiled code is of what was executed before:
 * the JIT gets the case a second time.
 */
export function executeOnMachine(engine: 'interpreter' | 'jit' = 'interpreter'): Execute {
  const machine = new Machine(
    { ...defaultConfiguration, harts: 1, memoryBytes: 1 << 20, turnCycles: 1 << 30 },
    { entry: ramBase, segments: [], disk: new Uint8Array(0) },
    { receive: () => undefined, transmitted: () => {} },
    { engine },
  );
  return (before, word, observed) => {
    machine.ram.write(Number(before.pc), bytesOf(BigInt(word), 4));
    for (let times = engine === 'jit' ? 2 : 1; times > 0; times--) {
      prepare(machine, before);
      machine.run(machine.cycle() + 1);
    }
    return inspect(machine, observed);
  };
}
