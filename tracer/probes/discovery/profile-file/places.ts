// Places in a kernel by name: `kmem.freelist`, `cpus[0].proc`, `kmem+24`, `0x80001000`.
import { UsageError } from '../../../../errors.js';
import { hex } from '../../../../text/index.js';
import { findMember, underlying, type DebugInfo, type Type } from '../../../symbols/index.js';

const grammar = /^([A-Za-z_$][\w$]*)((?:\.\w+|\[\d+\])*)(?:\+(\d+|0x[0-9a-f]+))?$/i;

/** Physical address of a place. @throws UsageError for what the kernel does not have; `where` says who named it. */
export function placeNamed(debug: DebugInfo, text: string, where: string): number {
  if (/^0x[0-9a-f]{1,13}$/i.test(text)) return Number(text);
  const parts = grammar.exec(text);
  if (!parts)
    throw new UsageError(
      `${where}: "${text}" is no place; write a variable, "kmem.freelist" or "0x80001000"`,
    );
  const [, name, steps, added = '0'] = parts;
  const symbol = debug.symbols.variable(name);
  const variable = debug.variable(name);
  if (!symbol && !variable) throw new UsageError(`${where}: the kernel has no variable "${name}"`);
  const start = Number(variable?.address ?? symbol!.address);
  if (steps === '') return start + Number(added);
  if (!variable)
    throw new UsageError(`${where}: nothing is known of the type of "${name}"; write it as "${name}+BYTES"`);
  return start + offsetOf(variable.type, steps, `${where}: "${text}"`) + Number(added);
}

function offsetOf(type: Type, steps: string, where: string): number {
  let offset = 0;
  let current = type;
  for (const [step, member, index] of steps.matchAll(/\.(\w+)|\[(\d+)\]/g)) {
    const actual = underlying(current);
    if (index !== undefined) {
      if (actual.kind !== 'array' || Number(index) >= actual.counts[0])
        throw new UsageError(`${where} has no element ${step}`);
      current = actual.element;
      offset += Number(index) * underlying(current).size;
    } else {
      const found = findMember(actual, member);
      if (!found) throw new UsageError(`${where} has no member ${step}`);
      current = found.type;
      offset += found.offset;
    }
  }
  return offset;
}

/** A name for an address that outlives a rebuild where there is one. */
export function nameOfPlace(debug: DebugInfo, address: number): string {
  const variable = debug.symbols.variableAt(BigInt(address));
  const start = variable && debug.symbols.variable(variable.name)?.address;
  if (!variable || start !== variable.address || !grammar.test(variable.name)) return hex(address);
  const added = address - Number(start);
  return added === 0 ? variable.name : `${variable.name}+${added}`;
}
