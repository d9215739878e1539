// Machines in lockstep go back to a state that they were in: what they have cached since must not show.
import type { Machine } from '../../emulator/index.js';

interface KeptState {
  readonly state: Uint8Array;
  /** Pages that were written before; all others were as at power-on. */
  readonly pages: ReadonlyMap<number, Uint8Array>;
}

const kept = new WeakMap<Machine, KeptState>();

/** Remembers the present state instead of an earlier one. */
export function keepState(machine: Machine): void {
  const pages = new Map<number, Uint8Array>();
  for (const page of machine.pages.changed()) pages.set(page, machine.pages.content(page).slice());
  kept.set(machine, { state: machine.saveState(), pages });
}

/** Goes back to the state remembered, if there is one: pages that differ are written, all others stay as they are. */
export function returnToState(machine: Machine): void {
  const to = kept.get(machine);
  if (!to) return;
  for (const page of machine.pages.changed()) {
    const content = to.pages.get(page) ?? machine.pages.initialContent(page);
    if (!Buffer.from(content).equals(machine.pages.content(page))) machine.pages.write(page, content);
  }
  machine.restoreState(to.state);
}
