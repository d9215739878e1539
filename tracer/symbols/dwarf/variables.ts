// Variables with a fixed address: globals, and statics of files and functions (DWARF 5, 4.1 and 2.6.1.1.2).
import { Attribute, Operation, Tag } from './constants.js';
import { type Entry, type Resolver, inherited, originChain } from './entry.js';
import { indexedAddress } from './forms.js';

/** A variable as its unit describes it. */
export interface VariableEntry {
  readonly name: string;
  /** Internal form; undefined for one that is only declared here. */
  readonly address: number | undefined;
  readonly isExternal: boolean;
  /** The entry (or its declaration) that has the type. */
  readonly typed: Entry;
}

/**
 * The variables among entries of a unit that have an address or are declared external. @throws MalformedData
 */
export function variablesIn(entries: readonly Entry[], resolve: Resolver): VariableEntry[] {
  const variables: VariableEntry[] = [];
  for (const entry of entries) {
    if (entry.tag !== Tag.variable) continue;
    const address = fixedAddress(entry);
    if (address === undefined && !entry.flag(Attribute.external)) continue;
    const origins = originChain(entry, resolve);
    const name = inherited(origins, (origin) => origin.string(Attribute.name));
    if (name === undefined) continue;
    variables.push({
      name,
      address,
      isExternal: origins.some((origin) => origin.flag(Attribute.external)),
      typed: origins.find((origin) => origin.has(Attribute.type)) ?? entry,
    });
  }
  return variables;
}

/** The address a location expression consists of; undefined for locals and computed locations. */
function fixedAddress(variable: Entry): number | undefined {
  const expression = variable.block(Attribute.location);
  if (expression === undefined || expression.remaining === 0) return undefined;
  const operation = expression.u8();
  const { unit } = variable;
  let address: number | undefined;
  if (operation === Operation.addr) address = expression.signed(unit.addressSize);
  else if (operation === Operation.addrx || operation === Operation.gnu_addr_index) {
    address = indexedAddress(expression.uleb(), unit);
  }
  return expression.remaining === 0 ? address : undefined;
}
