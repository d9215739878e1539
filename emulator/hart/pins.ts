// The bits of a hart's mip that devices drive, as the board wants them.
import type { HartPins } from '../devices/board.js';
import type { Hart } from './hart.js';
import { Interrupt } from './mstatus.js';

/** The pins of a hart, each driven by one device. */
export function pinsOf(hart: Hart): HartPins {
  return {
    machineSoftware: hart.line(Interrupt.machineSoftware),
    machineTimer: hart.line(Interrupt.machineTimer),
    machineExternal: hart.line(Interrupt.machineExternal),
    supervisorExternal: hart.line(Interrupt.supervisorExternal),
  };
}
