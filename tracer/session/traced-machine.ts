// A machine with the probes of a run attached. Who hears of what it does may change: several runs may go on from one
// boot.
import { Machine, type MachineConfiguration, type RecordConsumer } from '../../emulator/index.js';
import { attachProbes, attachQuestions } from '../probes/index.js';
import type { PreparedRun } from './prepared-run.js';
import type { InputConsole } from './run-input.js';

/** Whoever runs the machine now. */
export interface MachineListener {
  /** Who types, and sees what is printed. */
  readonly console: InputConsole;
  /** Takes the raw records as the ring is drained. */
  readonly records: RecordConsumer;
  /** The kernel enters its panic. */
  panicked(hart: number): void;
}

/** The machine, powered on for the first listener. */
export class TracedMachine {
  readonly machine: Machine;

  constructor(
    { request, image, profile, questions, kinds }: PreparedRun,
    readonly configuration: MachineConfiguration,
    private listener: MachineListener,
  ) {
    const port: InputConsole = {
      receive: (cycle) => this.listener.console.receive(cycle),
      transmitted: (byte, cycle) => this.listener.console.transmitted(byte, cycle),
      nextInput: (cycle) => this.listener.console.nextInput(cycle),
    };
    this.machine = new Machine(configuration, image, port, {
      ...(request.engine && { engine: request.engine }),
    });
    attachProbes(this.machine, profile, new Set(kinds), (hart) => this.listener.panicked(hart));
    attachQuestions(this.machine, questions);
    this.listen(listener);
  }

  /** From now on somebody else is told. */
  listen(listener: MachineListener): void {
    this.listener = listener;
    this.machine.ring.setConsumer(listener.records);
  }
}
