// The first thing in which two saved states differ, in words: a register, a CSR, a device, or where the machine stands.
import { registerIndex, stateOffset } from '../hart/state.js';
import { floatRegisterNames, integerRegisterNames } from '../isa/register-names.js';
import { readState, type SavedState, type StatefulParts } from './machine-state.js';

/** What differs, and both values as text. */
export interface Difference {
  readonly what: string;
  readonly one: string;
  readonly other: string;
}

/** Compares two states that `saveState` gave, of machines like `parts`; undefined when they are equal. */
export function stateDifference(
  one: Uint8Array,
  other: Uint8Array,
  parts: StatefulParts,
): Difference | undefined {
  const [a, b] = [readState(one, parts), readState(other, parts)];
  return standingDifference(a, b) ?? hartDifference(a, b) ?? deviceDifference(a, b, parts);
}

function standingDifference(
  { standing: a }: SavedState,
  { standing: b }: SavedState,
): Difference | undefined {
  const names = {
    cycle: 'the cycle',
    turnLeft: 'what is left of the turn',
    hart: 'the hart that has the turn',
    schedule: 'the hart that had the last turn',
  } as const;
  for (const name of Object.keys(names) as (keyof typeof names)[])
    if (a[name] !== b[name]) return { what: names[name], one: `${a[name]}`, other: `${b[name]}` };
  return undefined;
}

function hartDifference({ harts: a }: SavedState, { harts: b }: SavedState): Difference | undefined {
  for (const [number, state] of a.entries()) {
    for (let at = 0; at + 8 <= state.length; at += 8) {
      const name = wordName(at / 8);
      const [one, other] = [wordAt(state, at), wordAt(b[number], at)];
      if (name !== undefined && one !== other)
        return {
          what: `${name} of hart ${number}`,
          one: `0x${one.toString(16)}`,
          other: `0x${other.toString(16)}`,
        };
    }
  }
  return undefined;
}

function deviceDifference(
  { devices: a }: SavedState,
  { devices: b }: SavedState,
  parts: StatefulParts,
): Difference | undefined {
  const hexadecimal = (bytes: Uint8Array): string =>
    Array.from(bytes.subarray(0, 16), (byte) => byte.toString(16).padStart(2, '0')).join('');
  for (const [index, state] of a.entries()) {
    const at = state.findIndex((byte, place) => byte !== b[index][place]);
    if (at < 0 && state.length === b[index].length) continue;
    const what = `the state of ${parts.devices[index].name} from byte ${Math.max(at, 0)} on`;
    return { what, one: hexadecimal(state.subarray(at)), other: hexadecimal(b[index].subarray(at)) };
  }
  return undefined;
}

const wordNames = new Map(Object.entries(stateOffset).map(([name, offset]) => [offset / 8, name]));

/** Name of a 64-bit word of a hart's state; undefined for those that hold none. */
function wordName(index: number): string | undefined {
  if (index < registerIndex.sink) return integerRegisterNames[index];
  if (index < registerIndex.f) return undefined;
  return floatRegisterNames[index - registerIndex.f] ?? wordNames.get(index);
}

function wordAt(bytes: Uint8Array, at: number): bigint {
  return new DataView(bytes.buffer, bytes.byteOffset + at).getBigUint64(0, true);
}
