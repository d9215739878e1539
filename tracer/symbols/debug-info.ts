// What debug information says about a program: source lines with inlining, functions, variables and types.
// A file without any is fine: functions then come from the symbol table, lines are 0 and types are undefined.
import { fromAddress, toAddress } from './address.js';
import { type DebugData, type UnitSummary, readDebugData, typeKey } from './debug-data.js';
import type { FrameSection } from './dwarf/common-entry.js';
import { type Scope, scopesAt } from './dwarf/scopes.js';
import { CallFrames } from './dwarf/call-frames.js';
import { TypeReader } from './dwarf/type-reader.js';
import type { ElfFile } from './elf.js';
import { type CodeRange, FunctionInfo, type InlineInstance } from './function-info.js';
import { type FunctionExit, functionReturns } from './function-returns.js';
import {
  type ReturnAddressLocation,
  type ReturnAddressRule,
  ReturnAddresses,
  codeBytes,
} from './return-address.js';
import { SymbolTable } from './symbol-table.js';
import type { Type } from './types.js';
import { type HartRegisters, type ReadWord, type StackFrame, Unwinder } from './unwind.js';

/** A place in the source. */
export interface SourceFrame {
  /** '' when unknown. */
  readonly function: string;
  /** Relative to the directory of compilation where it lies below; '' when unknown. */
  readonly file: string;
  /** 0 when unknown. */
  readonly line: number;
}

/** A place in the source, and how it was inlined there. */
export interface SourceLocation extends SourceFrame {
  /**
   * The calls this code was inlined through, innermost first; the last one is in the function with the code.
   */
  readonly inlinedBy: readonly SourceFrame[];
}

/** A variable with a fixed address. */
export interface Variable {
  readonly name: string;
  readonly address: bigint;
  /** Of its type, in bytes. */
  readonly size: number;
  readonly type: Type;
}

export class DebugInfo {
  readonly units: readonly UnitSummary[];
  readonly symbols: SymbolTable;
  /** Functions with code, by ascending address. */
  readonly functions: readonly FunctionInfo[];
  /** Variables with an address, external ones first. */
  readonly variables: readonly Variable[];
  private readonly types: TypeReader;
  private readonly functionOfScope = new Map<Scope, FunctionInfo>();
  private readonly returnAddresses: ReturnAddresses;
  private readonly unwinder: Unwinder;
  private readonly frameWarnings: string[] = [];
  private readonly variableNames = new Map<string, Variable>();

  private constructor(
    private readonly elf: ElfFile,
    private readonly data: DebugData,
  ) {
    const frames = new CallFrames(frameSections(elf), this.frameWarnings);
    this.units = data.units;
    this.symbols = new SymbolTable(elf);
    this.returnAddresses = new ReturnAddresses(elf, this.symbols, frames);
    this.unwinder = new Unwinder(frames, this.symbols, this.returnAddresses);
    this.types = new TypeReader(data.unitList.resolve, (entry) => {
      const key = typeKey(entry);
      return key === undefined ? undefined : data.typeEntries.get(key);
    });
    for (const { scope } of data.functions.spans) {
      if (this.functionOfScope.has(scope)) continue;
      this.functionOfScope.set(scope, new FunctionInfo(scope, this.types));
    }
    this.functions = [...this.functionOfScope.values()];
    this.variables = this.readVariables();
  }

  /** Reads all debug information of a file; what is damaged is left out and named in `warnings`. */
  static parse(elf: ElfFile): DebugInfo {
    return new DebugInfo(elf, readDebugData(elf));
  }

  /** One sentence for each part that is missing or damaged. Reads all parts. */
  get warnings(): readonly string[] {
    this.readLines();
    return [...this.elf.warnings, ...this.data.warnings, ...this.frameWarnings];
  }

  /** Reads the line table, which is otherwise done when a line is asked for. */
  readLines(): void {
    this.data.lines();
  }

  /** The source of the instruction at `pc`; undefined when no function and no line is known for it. */
  locationOf(pc: bigint): SourceLocation | undefined {
    const address = toAddress(pc);
    const scopes = scopesAt(this.data.functions, address);
    const source = this.data.lines().at(address);
    const name = scopes[0]?.name || this.symbols.functionAt(pc)?.name || '';
    if (name === '' && source === undefined) return undefined;
    const nameOf = (depth: number) => (depth <= 0 ? name : scopes[depth].name);
    const inlinedBy: SourceFrame[] = [];
    for (let depth = scopes.length - 1; depth >= 1; depth--) {
      const { callFile, callLine } = scopes[depth];
      inlinedBy.push({ function: nameOf(depth - 1), file: callFile, line: callLine });
    }
    return {
      function: nameOf(scopes.length - 1),
      file: source?.file ?? '',
      line: source?.line ?? 0,
      inlinedBy,
    };
  }

  /** Ascending addresses at which statements of a line begin. `file` may be the end of a path (`vm.c`). */
  linesOf(file: string, line: number): bigint[] {
    return this.data.lines().addressesOf(file, line).map(fromAddress);
  }

  /** Every source file that has code, as `locationOf` names them. */
  get sourceFiles(): readonly string[] {
    return this.data.lines().fileNames;
  }

  /** The function whose code holds `pc`, not those inlined there. */
  functionAt(pc: bigint): FunctionInfo | undefined {
    const span = this.data.functions.at(toAddress(pc));
    return span === undefined ? undefined : this.functionOfScope.get(span.scope);
  }

  /** The function with that name; an external one when several files have one. */
  function(name: string): FunctionInfo | undefined {
    const named = this.functions.filter((candidate) => candidate.name === name);
    return named.find((candidate) => candidate.isExternal) ?? named[0];
  }

  /** Every place where the compiler inlined the function with that name. */
  inlineInstances(name: string): InlineInstance[] {
    return this.functions.flatMap((holder) => holder.inlined.filter((instance) => instance.name === name));
  }

  /** The variable with that name; an external one when several files have one. */
  variable(name: string): Variable | undefined {
    return this.variableNames.get(name);
  }

  /** The type of a variable, given by name. */
  typeOf(variableName: string): Type | undefined {
    return this.variableNames.get(variableName)?.type;
  }

  /** A type by its name with keyword: `struct proc`, `union u`, `enum state`, or a typedef or base type. */
  typeNamed(name: string): Type | undefined {
    const entry = this.data.typeEntries.get(name);
    return entry === undefined ? undefined : this.types.describe(entry);
  }

  /** The call stack of a stopped hart, innermost frame first; at most `framesMax` (64) frames. */
  unwind(registers: HartRegisters, readMemory: ReadWord, framesMax?: number): StackFrame[] {
    return this.unwinder.unwind(registers, readMemory, framesMax);
  }

  /**
   * Where the return address of the function at `pc` is, just before the instruction there: in ra or at s0-8.
   */
  returnAddressRule(pc: bigint): ReturnAddressRule {
    return this.returnAddresses.rule(pc);
  }

  /** The same in full: a register, or the word at a register plus offset; undefined when unknown. */
  returnAddressLocation(pc: bigint): ReturnAddressLocation | undefined {
    return this.returnAddresses.locate(pc);
  }

  /** Where a function can be left, over all its ranges. */
  exitsOf(code: { readonly ranges: readonly CodeRange[] }): FunctionExit[] {
    return code.ranges.flatMap(({ low, high }) =>
      functionReturns(low, this.code({ low, high }), code.ranges),
    );
  }

  /** The instructions of a range; empty where the file has none. */
  code({ low, high }: CodeRange): Uint8Array {
    return codeBytes(this.elf, low, Number(high - low));
  }

  private readVariables(): Variable[] {
    // Definitions before declarations: `extern int counts[];` of another file does not know how long it is.
    const entries = [...this.data.variables].sort(
      (a, b) =>
        Number(b.isExternal) - Number(a.isExternal) ||
        Number(b.address !== undefined) - Number(a.address !== undefined),
    );
    const variables: Variable[] = [];
    const seen = new Set<string>();
    for (const entry of entries) {
      // What assembly or the linker script defines is only declared in C: its address is the symbol's.
      const address =
        entry.address === undefined ? this.symbols.variable(entry.name)?.address : fromAddress(entry.address);
      if (address === undefined || seen.has(`${entry.name} ${address}`)) continue;
      seen.add(`${entry.name} ${address}`);
      const type = this.types.referencedBy(entry.typed);
      const variable = { name: entry.name, address, size: type.size, type };
      variables.push(variable);
      if (!this.variableNames.has(entry.name)) this.variableNames.set(entry.name, variable);
    }
    return variables;
  }
}

/** .debug_frame first: for code that both describe, either is right. */
function frameSections(elf: ElfFile): FrameSection[] {
  return ['.debug_frame', '.eh_frame'].flatMap((name) =>
    elf.sections
      .filter((section) => section.name === name)
      .map(({ bytes, address }) => ({ name, bytes, address, isException: name === '.eh_frame' })),
  );
}
