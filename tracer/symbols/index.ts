// The face of symbols: what an ELF file and its debug information say about a program.
export {
  loadedBytesAt,
  parseElf,
  type ElfFile,
  type ElfSection,
  type ElfSegment,
  type ElfSymbol,
} from './elf.js';
export { loadedPart } from './loaded-part.js';
export { SymbolTable, type NamedRange } from './symbol-table.js';
export { DebugInfo, type SourceFrame, type SourceLocation, type Variable } from './debug-info.js';
export type { UnitSummary } from './debug-data.js';
export type { CodeRange, FunctionInfo, InlineInstance, Parameter } from './function-info.js';
export { findMember, underlying } from './types.js';
export type {
  AliasType,
  ArrayType,
  BaseType,
  CompositeType,
  EnumerationType,
  Member,
  OtherType,
  PointerType,
  Type,
} from './types.js';
export { functionReturns, type FunctionExit } from './function-returns.js';
export { callSiteOf, type ReturnAddressLocation, type ReturnAddressRule } from './return-address.js';
export type { HartRegisters, ReadWord, StackFrame } from './unwind.js';
