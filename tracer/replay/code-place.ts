// Places in the code of a kernel or a program that a run comes by: the entry of a function, a line of its source.
import { UsageError } from '../../errors.js';
import { choiceInstead } from '../../text/index.js';
import type { DebugInfo } from '../symbols/index.js';

/** The code that a place is in. */
export interface CodeOf {
  /** Whose it is, for sentences. */
  readonly who: string;
  readonly debug: DebugInfo;
  /** For a program, which shares its addresses with others: whether a hart that is at one of them executes it. */
  readonly isExecutedBy?: (hart: number) => boolean;
}

/** Instructions at which a run arrives at a function or a line. */
export interface CodePlace extends Pick<CodeOf, 'isExecutedBy'> {
  /** "kalloc" or "cow.c:21", as it was asked for. */
  readonly name: string;
  /** Addresses it is linked at, which xv6's kernel is also loaded at; there is at least one. */
  readonly addresses: readonly bigint[];
}

/** How far from a line without code others are looked for. */
const nearLines = 200;

/**
 * The entry of a function, and wherever it is inlined its first instruction there. Undefined when the code has none
 * of that name.
 */
export function functionPlace({ debug, isExecutedBy }: CodeOf, name: string): CodePlace | undefined {
  const entry = debug.function(name)?.low ?? debug.symbols.function(name)?.address;
  const inlined = debug.inlineInstances(name).map((instance) => instance.entry);
  const addresses = [...new Set([...(entry === undefined ? [] : [entry]), ...inlined])];
  return addresses.length === 0 ? undefined : { name, addresses, ...(isExecutedBy && { isExecutedBy }) };
}

/**
 * The first instruction of a line in each function that has code of it: the others belong to the same pass over it.
 *
 * @param file a source file or the end of its path
 * @throws UsageError when the code has no such file, or the line no instruction; it names the nearest that have
 */
export function linePlace(code: CodeOf, file: string, line: number): CodePlace {
  const { debug, isExecutedBy } = code;
  const name = `${file}:${line}`;
  const first = new Map<object, bigint>();
  // They ascend.
  for (const address of debug.linesOf(file, line)) {
    const holder = holderOf(debug, address);
    if (!first.has(holder)) first.set(holder, address);
  }
  if (first.size > 0) return { name, addresses: [...first.values()], ...(isExecutedBy && { isExecutedBy }) };
  const isKnown = debug.sourceFiles.some((one) => one === file || one.endsWith(`/${file}`));
  throw new UsageError(isKnown ? noCode(debug, file, line) : noFile(code, file));
}

/** The function whose text an instruction is of: the innermost that was inlined there, or the one that has the code. */
function holderOf(debug: DebugInfo, address: bigint): object {
  const holder = debug.functionAt(address);
  const around = holder?.inlined.filter(({ ranges }) =>
    ranges.some(({ low, high }) => address >= low && address < high),
  );
  return around?.at(-1) ?? holder ?? debug;
}

function noCode(debug: DebugInfo, file: string, line: number): string {
  const distances = Array.from({ length: nearLines }, (_, index) => index + 1);
  const hasCode = (number: number): boolean => number > 0 && debug.linesOf(file, number).length > 0;
  const before = distances.map((distance) => line - distance).find(hasCode);
  const behind = distances.map((distance) => line + distance).find(hasCode);
  const near = [before, behind].filter((one) => one !== undefined).join(' and ');
  return `${file}:${line} has no code${near === '' ? '' : `; the nearest that has: ${near}`}`;
}

function noFile({ who, debug }: CodeOf, file: string): string {
  const names = [...new Set(debug.sourceFiles.map((one) => one.slice(one.lastIndexOf('/') + 1)))];
  if (names.length === 0) return `${who} has no debug information, so that ${file} has no lines in it`;
  return `${who} is made of no file ${file}${choiceInstead(file, names, 'its files are')}`;
}
