// Everything of a machine's state that is not RAM or disk, as bytes and back: harts, devices, and where it stands
// between turns. Caches are not in it; what is derived from the state is made anew.
import type { Device } from '../devices/device.js';
import type { FinisherOutcome } from '../devices/finisher.js';
import { StateReader, StateWriter } from '../devices/state-bytes.js';
import type { Hart } from '../hart/hart.js';

/** Where a machine stands between two steps. */
export interface Standing {
  readonly cycle: number;
  /** Cycles left of the turn; 0 between turns. */
  readonly turnLeft: number;
  /** The hart that has the turn, or had the last. */
  readonly hart: number;
  /** The schedule's own state. */
  readonly schedule: number;
  /** Devices are due at this very cycle and have not been served. */
  readonly isDue: boolean;
  readonly outcome: FinisherOutcome | undefined;
}

/** The parts that have state of their own. */
export interface StatefulParts {
  readonly harts: readonly Hart[];
  readonly devices: readonly Device[];
}

const outcomeKinds = [undefined, 'power_off', 'fail', 'reset'] as const;

/** The state's bytes. */
export function saveState(standing: Standing, { harts, devices }: StatefulParts): Uint8Array {
  const { cycle, turnLeft, hart, schedule, isDue, outcome } = standing;
  const state = new StateWriter().wide(cycle).u32(turnLeft).u32(hart).u32(schedule).flag(isDue);
  state.u8(outcomeKinds.indexOf(outcome?.kind)).u32(outcome?.kind === 'fail' ? outcome.code : 0);
  for (const one of harts) state.bytes(one.architecturalState());
  for (const device of devices) state.bytes(device.save());
  return state.finish();
}

/** A state's bytes taken apart. */
export interface SavedState {
  readonly standing: Standing;
  /** Architectural state of each hart. */
  readonly harts: readonly Uint8Array[];
  /** What each device saved. */
  readonly devices: readonly Uint8Array[];
}

/** Takes a state apart. Throws an Error for bytes of another machine. */
export function readState(bytes: Uint8Array, { harts, devices }: StatefulParts): SavedState {
  const state = new StateReader(bytes, 'the machine');
  const standing = {
    cycle: state.wide(),
    turnLeft: state.u32(),
    hart: state.u32(),
    schedule: state.u32(),
    isDue: state.flag(),
    outcome: readOutcome(state.u8(), state.u32()),
  };
  const saved = {
    standing,
    harts: harts.map(() => state.bytes()),
    devices: devices.map(() => state.bytes()),
  };
  state.finish();
  return saved;
}

/**
 * Reads the bytes back into harts and devices. `stand` is called first: devices derive from the clock what they do not
 * save. Throws an Error for bytes of another machine.
 */
export function restoreState(
  bytes: Uint8Array,
  parts: StatefulParts,
  stand: (standing: Standing) => void,
): void {
  const { standing, harts, devices } = readState(bytes, parts);
  stand(standing);
  parts.devices.forEach((device, index) => device.restore(devices[index]));
  // Last: devices drive the harts' lines, which at a deadline may be behind what devices would drive.
  parts.harts.forEach((hart, index) => hart.restore(harts[index]));
}

function readOutcome(kind: number, code: number): FinisherOutcome | undefined {
  const name = outcomeKinds[kind];
  if (name === undefined) return undefined;
  return name === 'fail' ? { kind: name, code } : { kind: name };
}
