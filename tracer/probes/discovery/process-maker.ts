// Which function makes processes in a kernel that has no table of them: what it returns is a new one.
import { underlying, type DebugInfo, type FunctionInfo } from '../../symbols/index.js';
import { calledBy } from './call-graph.js';
import { functionNamed, type RoleFunction } from './roles.js';

/**
 * Of the functions that return a process, the only one that asks for memory itself, as a new process needs some.
 * @param processStruct name of the struct
 * @param allocators entries of the functions that hand out memory
 */
export function findProcessMaker(
  debug: DebugInfo,
  processStruct: string,
  allocators: readonly number[],
): RoleFunction | undefined {
  const those = debug.functions.filter(
    (code) => returnsStruct(code, processStruct) && callsAnyOf(debug, code, allocators),
  );
  return those.length === 1 ? functionNamed(debug, those[0].name) : undefined;
}

function returnsStruct({ returnType }: FunctionInfo, name: string): boolean {
  const pointer = underlying(returnType);
  const target = pointer.kind === 'pointer' ? underlying(pointer.target) : undefined;
  return target?.kind === 'struct' && target.name === name;
}

function callsAnyOf(debug: DebugInfo, { low }: FunctionInfo, entries: readonly number[]): boolean {
  const code = debug.symbols.functionAt(low);
  const called = code && calledBy(debug, code);
  return called !== undefined && entries.some((entry) => called.has(entry));
}
