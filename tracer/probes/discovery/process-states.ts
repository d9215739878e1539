// What the values of a process's state mean: by the names of an enumeration, or, where the states are plain integers,
// by the order that all kernels of the family number them in, if the code stores just those numbers.
import {
  underlying,
  type CompositeType,
  type DebugInfo,
  type Member,
  type Type,
} from '../../symbols/index.js';
import { storedConstants } from './stored-constants.js';

/** Values of the state. */
export interface ProcessStates {
  readonly unused: number;
  readonly sleeping: number;
  readonly runnable: number;
  readonly running: number;
  readonly zombie: number;
}

/** The state of a process: where it is, and what its values mean. */
export interface FoundStates {
  readonly member: Member;
  readonly states: ProcessStates;
  /** An enumeration names them. */
  readonly areNamed: boolean;
}

/** With a state for a slot that is being filled, and without. */
const inOrder: readonly ProcessStates[] = [
  { unused: 0, sleeping: 2, runnable: 3, running: 4, zombie: 5 },
  { unused: 0, sleeping: 1, runnable: 2, running: 3, zombie: 4 },
];
const integerNames = /^(p_?|proc_?)?(state|status|stat)$/i;

/** The member that is the state; undefined where none can be told. */
export function findStates(debug: DebugInfo, type: CompositeType): FoundStates | undefined {
  for (const member of type.members) {
    const states = namedStates(member.type);
    if (states) return { member, states, areNamed: true };
  }
  const member = type.members.find(({ name, type: own }) => integerNames.test(name) && isInteger(own));
  const states = member && numberedStates(debug, member);
  return states && { member, states, areNamed: false };
}

function namedStates(type: Type): ProcessStates | undefined {
  const enumeration = underlying(type);
  if (enumeration.kind !== 'enumeration') return undefined;
  const value = (pattern: RegExp) => enumeration.enumerators.find(({ name }) => pattern.test(name))?.value;
  const unused = value(/unused/i);
  const sleeping = value(/sleeping/i);
  const runnable = value(/runnable/i);
  const running = value(/running/i);
  const zombie = value(/zombie/i);
  if (unused === undefined || sleeping === undefined || runnable === undefined) return undefined;
  if (running === undefined || zombie === undefined) return undefined;
  return { unused, sleeping, runnable, running, zombie };
}

function isInteger(type: Type): boolean {
  const base = underlying(type);
  return base.kind === 'base' && base.size === 4;
}

/** Every state is set somewhere; other structs may have other numbers at that offset, so more are no objection. */
function numberedStates(debug: DebugInfo, { offset }: Member): ProcessStates | undefined {
  const stored = storedConstants(debug, offset);
  return inOrder.find((states) => Object.values(states).every((value) => stored.has(value)));
}
