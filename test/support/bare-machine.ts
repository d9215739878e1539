// A machine that runs a test's own assembly from power-on, with everything a test asks about it in short words.
import {
  Machine,
  defaultConfiguration,
  ramBase,
  recordBytes,
  recordField,
  type ConsolePort,
  type EngineOptions,
  type MachineConfiguration,
} from '../../emulator/index.js';
import type { StateWord } from '../../emulator/hart/state.js';
import { assemble, registerNumber, type Program } from './assembly.js';

/** A raw record of the event ring. */
export interface RawRow {
  readonly kind: number;
  readonly hart: number;
  readonly size: number;
  readonly context: number;
  readonly cycle: bigint;
  readonly pc: bigint;
  readonly a: bigint;
  readonly b: bigint;
  readonly c: bigint;
  readonly d: bigint;
  readonly e: bigint;
}

export const silentPort: ConsolePort = { receive: () => undefined, transmitted: () => {} };

export function rowsOf(view: DataView, from: number, to: number): RawRow[] {
  const rows: RawRow[] = [];
  for (let at = from; at < to; at += recordBytes) {
    const wide = (field: number): bigint => view.getBigUint64(at + field, true);
    rows.push({
      kind: view.getUint8(at + recordField.kind),
      hart: view.getUint8(at + recordField.hart),
      size: view.getUint8(at + recordField.size),
      context: view.getUint32(at + recordField.context, true),
      cycle: wide(recordField.cycle),
      pc: wide(recordField.pc),
      a: wide(recordField.a),
      b: wide(recordField.b),
      c: wide(recordField.c),
      d: wide(recordField.d),
      e: wide(recordField.e),
    });
  }
  return rows;
}

export class BareMachine {
  /** Engine of machines made from now on; and, where set, the cycles that `runToEnd` runs at a time. */
  static engine: EngineOptions = {};
  static pieceCycles: number | undefined;

  readonly machine: Machine;
  readonly program: Program;
  readonly rows: RawRow[] = [];

  /** One hart and 1 MiB of RAM unless told otherwise; the program starts at the first byte of RAM. */
  constructor(source: string, configuration: Partial<MachineConfiguration> = {}) {
    this.program = assemble(source, ramBase);
    const segments = [{ address: ramBase, bytes: this.program.bytes }];
    this.machine = new Machine(
      { ...defaultConfiguration, harts: 1, memoryBytes: 1 << 20, ...configuration },
      { entry: ramBase, segments, disk: new Uint8Array(0) },
      silentPort,
      BareMachine.engine,
    );
    this.machine.ring.setConsumer((view, from, to) => this.rows.push(...rowsOf(view, from, to)));
  }

  label(name: string): number {
    const address = this.program.labels.get(name);
    if (address === undefined) throw new Error(`the program has no label ${name}`);
    return address;
  }

  /** Runs exactly this many cycles, unless the guest ends the machine. */
  step(cycles = 1): this {
    this.machine.run(this.machine.cycle() + cycles);
    return this;
  }

  /** Runs until a hart is about to execute the instruction at a label; at most `limit` cycles. */
  runTo(name: string, limit = 100_000, hart = 0): this {
    const target = BigInt(this.label(name));
    for (let count = 0; count < limit; count++) {
      if (this.machine.harts[hart].read('pc') === target) return this;
      this.step();
    }
    const pc = this.machine.harts[hart].read('pc').toString(16);
    throw new Error(`${name} is not reached within ${limit} cycles; pc is 0x${pc}`);
  }

  /** Runs until the guest writes to the test finisher; at most `limit` cycles. */
  runToEnd(limit = 10_000_000): this {
    const { machine } = this;
    const end = machine.cycle() + limit;
    const piece = BareMachine.pieceCycles ?? limit;
    let reason = machine.run(Math.min(end, machine.cycle() + piece));
    while (reason === 'limit' && machine.cycle() < end)
      reason = machine.run(Math.min(end, machine.cycle() + piece));
    if (reason !== 'finished') {
      const pc = this.machine.harts[0].read('pc').toString(16);
      throw new Error(`the program does not end: ${reason}, pc is 0x${pc}`);
    }
    return this;
  }

  /** Value of a register. */
  x(name: string, hart = 0): bigint {
    return this.machine.harts[hart].register(registerNumber(name));
  }

  state(name: StateWord, hart = 0): bigint {
    return this.machine.harts[hart].read(name);
  }

  /** The 8-byte word at a physical address or label. */
  dword(at: number | string): bigint {
    const bytes = this.machine.ram.read(typeof at === 'string' ? this.label(at) : at, 8);
    return new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true);
  }
}

/** Ends the machine; leaves t5 and t6 changed. */
export const powerOff = `
  li t5, 0x100000
  li t6, 0x5555
  sw t6, 0(t5)
`;
