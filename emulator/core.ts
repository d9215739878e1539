// The machine's generated module: what it asks of the host and offers to it, and connecting the two.
import { coreModule } from './core-code.js';
import { generatedCore } from './generated-core.js';
import type { RegionImport } from './jit/region-interface.js';

/** What generated code asks of the host. Addresses and words are 32-bit; values are i64. */
export interface CoreHost {
  deviceLoad(address: number, bytes: number): number;
  deviceStore(address: number, bytes: number, low: number, high: number): number;
  guardedLoad(address: number, bytes: number): void;
  guardedStore(address: number, old: bigint): void;
  dropCode(frame: number): void;
  loopOverwritten(frame: number, offset: number): void;
  regionOverwritten(frame: number): void;
  tableLinked(frame: number, entry: number, level: number): void;
  rootSeen(frame: number): void;
  forgetStores(): void;
  forgetTranslations(): void;
  allocateCode(frame: number): number;
  decodeStraddle(hart: number, word: number): void;
  decode(slot: number): void;
  probe(slot: number): number;
  rawInstruction(hart: number, slot: number): number;
  float(operation: number, rounding: number, a: bigint, b: bigint, c: bigint): bigint;
}

/** What the host calls. */
export interface CoreExports {
  /** Runs a hart for up to `budget` steps from state; returns the steps not used. */
  run(hart: number, budget: number): number;
  append(kind: number, hart: number, pc: bigint, a: bigint, b: bigint, c: bigint, d: bigint, e: bigint): void;
  /** Hashes `pagesHashed` pages from a linear address on, into `control.hashes`. */
  hash(address: number): void;
  /** 1 when all words of the page at a linear address but its first and its last are equal. */
  repeats(address: number): number;
  /** The physical address a load would read, or -1. */
  peek(hart: number, address: bigint): bigint;
  /** Compiled routines by number. */
  readonly routines: WebAssembly.Table;
}

/** With these, what regions call. */
export type CoreInstance = CoreExports & Readonly<Record<RegionImport, unknown>>;

/** Compiles and connects the module; compilation is done once. */
export function instantiateCore(memory: WebAssembly.Memory, host: CoreHost): CoreInstance {
  compiled ??= new WebAssembly.Module(coreBytes());
  const imports = { host: { memory, ...host } as WebAssembly.ModuleImports };
  return new WebAssembly.Instance(compiled, imports).exports as unknown as CoreInstance;
}

let compiled: WebAssembly.Module | undefined;

/** As the build has made it, or where the project runs from its sources, made now. */
function coreBytes(): Uint8Array<ArrayBuffer> {
  return generatedCore === undefined ? coreModule() : Uint8Array.from(Buffer.from(generatedCore, 'base64'));
}
