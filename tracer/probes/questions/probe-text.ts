// From "uvmcopy:old,sz" to the addresses and values it asks for, by the kernel's debug information.
import { integerRegisterNames } from '../../../emulator/index.js';
import { UsageError } from '../../../errors.js';
import { didYouMean } from '../../../text/index.js';
import { findMember, underlying, type DebugInfo, type FunctionInfo, type Type } from '../../symbols/index.js';
import { functionNamed, type RoleFunction } from '../discovery/roles.js';
import { fieldsMaximum, type Field, type FieldStep, type ProbeQuestion } from './question.js';

const firstArgument = 10;
const argumentsInRegisters = 8;
const pointerBytes = 8;

/**
 * Reads FUNCTION[:FIELD…]: fields are parameters, registers or members they lead to (`p->pid`), and `return`.
 *
 * @param firstId number of the first question it makes; there are two with `return`
 * @throws UsageError that names what the function has
 */
export function parseProbe(text: string, debug: DebugInfo, firstId: number): ProbeQuestion[] {
  const [name, ...rest] = text.split(':');
  const words = rest.flatMap((part) => part.split(',')).map((word) => word.trim());
  const { entry, exits: addresses } = findFunction(name, debug);
  const info = debug.function(name);
  const wanted = words.filter((word) => word !== 'return');
  if (wanted.length > fieldsMaximum)
    throw new UsageError(`--probe ${text} asks for ${wanted.length} fields; give at most ${fieldsMaximum}`);
  const fields = wanted.map((word) => fieldOf(word, name, info));
  const entered = { id: firstId, function: name, phase: 'enter', addresses: [entry], fields } as const;
  if (!words.includes('return')) return [entered];
  if (addresses.length === 0)
    throw new UsageError(`--probe ${text}: no way out of ${name} can be seen in its code`);
  const result = { name: 'return', register: firstArgument, steps: [] };
  return [entered, { id: firstId + 1, function: name, phase: 'return', addresses, fields: [result] }];
}

function findFunction(name: string, debug: DebugInfo): RoleFunction {
  const found = functionNamed(debug, name);
  if (found) return found;
  const inlined = debug.inlineInstances(name);
  if (inlined.length > 0) {
    const callers = [...new Set(inlined.map(({ caller }) => caller))].slice(0, 3).join(', ');
    throw new UsageError(
      `the kernel's ${name} is inlined wherever it is called (${callers}); probe a caller instead`,
    );
  }
  const names = debug.symbols.allFunctions().map((one) => one.name);
  throw new UsageError(`the kernel has no function '${name}'${didYouMean(name, names)}`);
}

function fieldOf(word: string, functionName: string, info: FunctionInfo | undefined): Field {
  const [head, ...path] = word.split(/(->|\.)/);
  const parameters = info?.parameters ?? [];
  const index = parameters.findIndex(({ name }) => name === head);
  const register = index >= 0 ? firstArgument + index : integerRegisterNames.indexOf(head);
  if (register < 0 || index >= argumentsInRegisters) {
    const names = parameters.map(({ name }) => name).filter((name) => name !== '');
    const has =
      names.length === 0 ? 'its parameters are not known' : `its parameters are ${names.join(', ')}`;
    throw new UsageError(
      `${functionName} has no field '${head}': ${has}; registers such as a0 and return can be asked for too`,
    );
  }
  const type = index >= 0 ? parameters[index].type : undefined;
  return { name: word, register, steps: path.length === 0 ? [] : stepsOf(word, path, type) };
}

/** The loads that lead from a register to a member: one for each arrow after the first, and one for the member. */
function stepsOf(word: string, path: readonly string[], start: Type | undefined): FieldStep[] {
  const steps: FieldStep[] = [];
  let type = start;
  let offset: number | undefined;
  for (let at = 0; at < path.length; at += 2) {
    const [operator, name] = [path[at], path[at + 1]];
    if (operator === '->') {
      if (offset !== undefined) steps.push({ offset, bytes: pointerBytes, signed: false });
      const pointer = type && underlying(type);
      type = pointer?.kind === 'pointer' ? pointer.target : undefined;
      offset = 0;
    }
    const member = type && offset !== undefined ? findMember(type, name) : undefined;
    if (member === undefined || offset === undefined) throw noMember(word, name, type);
    offset += member.offset;
    type = member.type;
  }
  const { size } = type!;
  if (![1, 2, 4, 8].includes(size))
    throw new UsageError(`the field ${word} has ${size} bytes; ask for a member of it, or --watch it`);
  const base = underlying(type!);
  const signed = base.kind === 'enumeration' || (base.kind === 'base' && base.encoding === 'signed');
  return [...steps, { offset: offset!, bytes: size, signed }];
}

function noMember(word: string, name: string, type: Type | undefined): UsageError {
  const composite = type && underlying(type);
  const members =
    composite && 'members' in composite ? composite.members.map((one) => one.name).join(', ') : '';
  return new UsageError(
    members === ''
      ? `the field ${word} cannot be followed to ${name}: what is before it is no struct, or its type is not known`
      : `the field ${word} has no member ${name}; there are ${members}`,
  );
}
