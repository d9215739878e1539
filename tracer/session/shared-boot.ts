// A boot that several runs have in common. The first of them boots; what it was told on the way, and the machine at the
// shell's first prompt, are kept. Each other one is told the same and goes on from there, so its trace is what it would
// be had it booted itself: whoever makes events knows nothing but the records, and gets all of them.
import {
  putBack,
  takeWhole,
  type Observation,
  type PageDelta,
  type RecordConsumer,
} from '../../emulator/index.js';
import type { PreparedRun } from './prepared-run.js';
import type { MachineListener, TracedMachine } from './traced-machine.js';
import type { RunRequest } from './types.js';

/** What a run is told while it boots, in order, but for what is printed, which may come behind the rest. */
export interface BootListener {
  readonly records: RecordConsumer;
  /** Events so far were brought to their files at this cycle. */
  flushed(cycle: number): void;
  /** The machine's state had this digest at this cycle. */
  digested(cycle: number, state: string): void;
  printed(byte: number, cycle: number): void;
}

/** The machine at the prompt, whatever it does afterwards. */
interface Prompt {
  readonly traced: TracedMachine;
  readonly cycle: number;
  readonly state: Uint8Array;
  readonly pages: PageDelta;
  readonly observation: Observation;
}

export class SharedBoot {
  private prepared: PreparedRun | undefined;
  private told: ((listener: BootListener) => void)[] = [];
  private text: Uint8Array[] = [];
  private prompt: Prompt | undefined;

  /** Whether the first run has come to its prompt. Until then every run boots. */
  get isKept(): boolean {
    return this.prompt !== undefined;
  }

  /** The one disk interface that the booted machine has; undefined while there is none. */
  get virtioVersions(): ('modern' | 'legacy')[] | undefined {
    return this.prompt && [this.prompt.traced.configuration.virtioVersion];
  }

  /** A run begins to boot. */
  begin(prepared: PreparedRun): void {
    this.prepared = prepared;
    this.told = [];
    this.text = [];
  }

  readonly records: RecordConsumer = (view, from, to) => {
    if (this.prompt) return;
    const copy = view.buffer.slice(view.byteOffset + from, view.byteOffset + to);
    const records = new DataView(copy as ArrayBuffer);
    this.told.push((listener) => listener.records(records, 0, records.byteLength));
  };

  flushed(cycle: number): void {
    if (!this.prompt) this.told.push((listener) => listener.flushed(cycle));
  }

  digested(cycle: number, state: string): void {
    if (!this.prompt) this.told.push((listener) => listener.digested(cycle, state));
  }

  printed(bytes: Uint8Array): void {
    if (!this.prompt) this.text.push(bytes);
  }

  /** The machine stands right behind the store that completed the prompt, and has told everything. */
  keep(traced: TracedMachine): void {
    const { machine } = traced;
    this.prompt = {
      traced,
      cycle: machine.cycle(),
      state: machine.saveState(),
      pages: takeWhole(machine.pages),
      observation: machine.watch.save(),
    };
  }

  /** Puts the machine back to the prompt, and has it tell another run of what follows. */
  resume(listener: MachineListener): TracedMachine {
    const { traced, state, pages, observation } = this.kept();
    const { machine } = traced;
    // Learning page tables anew makes records that no run has asked for.
    machine.ring.setConsumer(() => {});
    putBack(machine.pages, pages);
    machine.restoreState(state);
    machine.ring.drain();
    machine.watch.restore(observation);
    traced.listen(listener);
    return traced;
  }

  /** Tells another run what the one that booted was told. */
  tell(listener: BootListener): void {
    const { cycle } = this.kept();
    for (const tell of this.told) tell(listener);
    for (const bytes of this.text) for (const byte of bytes) listener.printed(byte, cycle);
  }

  /** The state at the prompt, as a snapshot that no other precedes. */
  get snapshot(): PageDelta & { readonly cycle: number; readonly state: Uint8Array } {
    const { cycle, state, pages } = this.kept();
    return { cycle, state, ...pages };
  }

  /** What was found out before the boot. Throws an Error for a request that could not have booted alike. */
  preparedFor({ input, machine, engine, kinds }: RunRequest): PreparedRun {
    const { request } = this.prepared!;
    const [one, other] = [request, { machine, engine, kinds }].map((wanted) =>
      JSON.stringify([wanted.machine, wanted.engine, wanted.kinds]),
    );
    if (request.input !== input || one !== other)
      throw new Error('runs that share a boot differ in more than their program');
    return this.prepared!;
  }

  private kept(): Prompt {
    if (!this.prompt) throw new Error('nothing has booted yet');
    return this.prompt;
  }
}
