// What is derived from the histories of a run once, when it is first asked for.
import type { Histories } from './histories.js';

/** The same function, which computes nothing twice. */
export function remembered<T>(derive: (histories: Histories) => T): (histories: Histories) => T {
  const known = new WeakMap<Histories, { readonly value: T }>();
  return (histories) => {
    const made = known.get(histories) ?? { value: derive(histories) };
    known.set(histories, made);
    return made.value;
  };
}
