// A function as its users see it: name, code, parameters, and the functions inlined into it.
import { fromAddress } from './address.js';
import { MalformedData } from './byte-reader.js';
import { Attribute, Tag } from './dwarf/constants.js';
import { inherited } from './dwarf/entry.js';
import type { Scope } from './dwarf/scopes.js';
import type { TypeReader } from './dwarf/type-reader.js';
import type { Type } from './types.js';

/** Addresses low (included) to high (excluded). */
export interface CodeRange {
  readonly low: bigint;
  readonly high: bigint;
}

/** A parameter as declared. */
export interface Parameter {
  /** '' when the source gives none. */
  readonly name: string;
  readonly type: Type;
}

/** One place where a function was inlined. */
export interface InlineInstance {
  /** The function that was inlined. */
  readonly name: string;
  /** Address of its first instruction here. */
  readonly entry: bigint;
  readonly ranges: readonly CodeRange[];
  /** Where the call is written; '' and 0 when unknown. */
  readonly callFile: string;
  readonly callLine: number;
  /** The function it was inlined into: itself inlined, or `holder`. */
  readonly caller: string;
  /** The function that has the code. */
  readonly holder: FunctionInfo;
}

export class FunctionInfo {
  /** As in the source: clones such as `f.part.0` carry the name of their origin. */
  readonly name: string;
  /** The first address of its main range. */
  readonly low: bigint;
  readonly high: bigint;
  /** All its code; more than one range when the compiler moved a cold part away. */
  readonly ranges: readonly CodeRange[];
  private inlinedInstances: readonly InlineInstance[] | undefined;
  private parameterList: readonly Parameter[] | undefined;

  constructor(
    private readonly scope: Scope,
    private readonly types: TypeReader,
  ) {
    this.name = scope.name;
    this.ranges = codeRanges(scope);
    const main = this.ranges.find(
      ({ low, high }) => low <= fromAddress(scope.entry) && fromAddress(scope.entry) < high,
    );
    this.low = (main ?? this.ranges[0]).low;
    this.high = (main ?? this.ranges[0]).high;
  }

  /** Visible outside its file. */
  get isExternal(): boolean {
    return this.scope.origins.some((origin) => origin.flag(Attribute.external));
  }

  /** Source file of the declaration; '' when unknown. */
  get file(): string {
    const number = inherited(this.scope.origins, (origin) => origin.number(Attribute.decl_file));
    return this.scope.files[number ?? -1] ?? '';
  }

  /** Line of the declaration; 0 when unknown. */
  get line(): number {
    return inherited(this.scope.origins, (origin) => origin.number(Attribute.decl_line)) ?? 0;
  }

  get returnType(): Type {
    const typed = this.scope.origins.find((origin) => origin.has(Attribute.type));
    return this.types.referencedBy(typed ?? this.scope.origins[0]);
  }

  /** In the order of the source, so the n-th integer or pointer of the first eight arrives in a<n>. */
  get parameters(): readonly Parameter[] {
    return (this.parameterList ??= readParameters(this.scope, this.types));
  }

  /** Everything inlined into this function, at any depth. */
  get inlined(): readonly InlineInstance[] {
    return (this.inlinedInstances ??= this.collectInlined(this.scope));
  }

  private collectInlined(caller: Scope): InlineInstance[] {
    return caller.inlined.flatMap((scope) => [
      {
        name: scope.name,
        entry: fromAddress(scope.entry),
        ranges: codeRanges(scope),
        callFile: scope.callFile,
        callLine: scope.callLine,
        caller: caller.name,
        holder: this as FunctionInfo,
      },
      ...this.collectInlined(scope),
    ]);
  }
}

function codeRanges(scope: Scope): CodeRange[] {
  return scope.ranges.map((range) => ({ low: fromAddress(range.low), high: fromAddress(range.high) }));
}

function readParameters(scope: Scope, types: TypeReader): Parameter[] {
  try {
    // A clone may lack parameters that the compiler removed; the origin has them all.
    const declared = scope.origins[scope.origins.length - 1].children;
    const parameters = declared.filter((child) => child.tag === Tag.formal_parameter);
    return parameters.map((child) => ({
      name: child.string(Attribute.name) ?? '',
      type: types.referencedBy(child),
    }));
  } catch (error) {
    if (error instanceof MalformedData) return [];
    throw error;
  }
}
