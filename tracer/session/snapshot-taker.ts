// Decides when a run is worth a snapshot: by the processor time since the last one, which tells what it takes to
// execute that piece again, and never for more than a small part of the run's time. The run is the same either way.
import { takeDelta, type Machine } from '../../emulator/index.js';
import type { SnapshotStore } from '../recording/index.js';

/** Seconds of all threads' processor time between two snapshots, before any thinning: a replay needs a third. */
const spacingDefault = 0.25;
/** The part of the run's time that taking snapshots may cost. */
const costMaximum = 0.08;

/** Of all threads of the process: a host that is busy with other things makes no difference. */
function processorSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

export class SnapshotTaker {
  private last = processorSeconds();
  private pause = 0;

  /** @param machine before its first cycle */
  constructor(
    private readonly machine: Machine,
    private readonly store: SnapshotStore,
    private readonly seconds = spacingDefault,
  ) {
    machine.pages.markClean();
  }

  /** Takes one if it is time. Call it between runs of the machine, some times in every tenth of a second. */
  consider(): void {
    const start = processorSeconds();
    const spacing = Math.max(this.seconds * 2 ** this.store.thinned, this.pause);
    if (start - this.last < spacing || !this.store.takesMore) return;
    const { machine } = this;
    const wall = performance.now();
    this.store.add({ cycle: machine.cycle(), state: machine.saveState(), ...takeDelta(machine.pages) });
    this.last = processorSeconds();
    // Other threads use the processor meanwhile, and other processes the time: the smaller one is nearer to the cost.
    const cost = Math.min(this.last - start, (performance.now() - wall) / 1000);
    if (this.seconds > 0) this.pause = cost / costMaximum;
  }
}
