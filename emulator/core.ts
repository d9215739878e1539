// Puts the generated functions of the machine into one WebAssembly module and connects them to the host.
import { buildCsr } from './hart/csr-code.js';
import type { HelperFunctions } from './hart/hart-code.js';
import { buildTakeInterrupt, buildTrap, buildTrapReturn, Cause } from './hart/trap-code.js';
import { buildLoop } from './idioms/loop-code.js';
import { buildWait } from './idioms/wait-code.js';
import { buildFetch, buildStraddle } from './interpreter/fetch-code.js';
import { buildRun } from './interpreter/interpreter-code.js';
import { declareProducts, wasmAlgebra } from './isa/wasm-algebra.js';
import { regionImports, type RegionImport } from './jit/region-interface.js';
import type { MemoryLayout } from './memory-layout.js';
import { buildLoad, buildStore, buildWritable } from './mmu/access-code.js';
import { buildForgetTable, buildWritten } from './mmu/written-code.js';
import { buildChooseTlb } from './mmu/tlb-code.js';
import { buildPeek, buildTranslate } from './mmu/translate-code.js';
import { buildAppend } from './ring/append-code.js';
import { routinesMaximum, routineSignature } from './routine-convention.js';
import { buildHash, buildRepeats } from './snapshot/hash-code.js';
import { call, i64, type FunctionReference, type ValueType } from './wasm/expression.js';
import { ModuleBuilder } from './wasm/module-builder.js';

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
  hash(address: number, bytes: number): bigint;
  /** 1 when all words of the page at a linear address but its first are equal. */
  repeats(address: number): number;
  /** The physical address a load would read, or -1. */
  peek(hart: number, address: bigint): bigint;
  /** Compiled routines by number. */
  readonly routines: WebAssembly.Table;
}

/** With these, what regions call. */
export type CoreInstance = CoreExports & Readonly<Record<RegionImport, unknown>>;

type Signature = [readonly ValueType[], ValueType | 'void'];

const hostSignatures: { readonly [K in keyof CoreHost]: Signature } = {
  deviceLoad: [['i32', 'i32'], 'i32'],
  deviceStore: [['i32', 'i32', 'i32', 'i32'], 'i32'],
  guardedLoad: [['i32', 'i32'], 'void'],
  guardedStore: [['i32', 'i64'], 'void'],
  dropCode: [['i32'], 'void'],
  loopOverwritten: [['i32', 'i32'], 'void'],
  regionOverwritten: [['i32'], 'void'],
  tableLinked: [['i32', 'i32', 'i32'], 'void'],
  rootSeen: [['i32'], 'void'],
  forgetStores: [[], 'void'],
  forgetTranslations: [[], 'void'],
  allocateCode: [['i32'], 'i32'],
  decodeStraddle: [['i32', 'i32'], 'void'],
  decode: [['i32'], 'void'],
  probe: [['i32'], 'i32'],
  rawInstruction: [['i32', 'i32'], 'i32'],
  float: [['i32', 'i32', 'i64', 'i64', 'i64'], 'i64'],
};

const wasmPage = 0x10000;

/** The module's bytes for a layout. */
export function coreModule(layout: MemoryLayout): Uint8Array<ArrayBuffer> {
  const module = new ModuleBuilder();
  const host = importHost(module);
  const products = declareProducts(module);
  const helpers = declareHelpers(module, host);
  defineHelpers(module, helpers, host, layout);
  const written = module.function(['i32', 'i32', 'i64'], 'void', (f) =>
    buildWritten(f, helpers, host, layout),
  );
  const functions = {
    ...helpers,
    written,
    load: module.function(['i32', 'i64', 'i32'], 'i64', (f) => buildLoad(f, helpers, host, layout)),
    store: module.function(['i32', 'i64', 'i32', 'i64'], 'void', (f) =>
      buildStore(f, helpers, host, layout, written),
    ),
    writable: module.function(['i32', 'i64'], 'i32', (f) => buildWritable(f, helpers, host, layout)),
    csr: module.function(['i32', 'i32', 'i32', 'i64', 'i32'], 'i64', (f) => buildCsr(f, helpers, layout)),
    mret: module.function(['i32', 'i32'], 'void', (f) => buildTrapReturn(f, helpers, 'mret')),
    sret: module.function(['i32', 'i32'], 'void', (f) => buildTrapReturn(f, helpers, 'sret')),
    fetch: module.function(['i32', 'i64'], 'i32', (f) => buildFetch(f, helpers, host, layout)),
    straddle: module.function(['i32', 'i32', 'i64'], 'i32', (f) => buildStraddle(f, helpers, host, layout)),
    decode: host.decode,
    routine: module.type(routineSignature.parameters, routineSignature.result),
    ...loopFunctions(module),
    probe: host.probe,
    float: host.float,
  };
  const algebra = wasmAlgebra(products);
  const run = module.function(['i32', 'i32'], 'i32', (f) => buildRun(f, { functions, algebra, layout }));
  module.export('run', run);
  exportForHost(module, { ...functions, ...products });
  exportPageFunctions(module);
  return module.finish(layout.totalBytes / wasmPage);
}

function exportPageFunctions(module: ModuleBuilder): void {
  module.export('hash', module.function(['i32', 'i32'], 'i64', buildHash));
  module.export('repeats', module.function(['i32'], 'i32', buildRepeats));
}

/** What recognised loops do at once. */
function loopFunctions(module: ModuleBuilder) {
  return {
    loop: module.function(['i32', 'i32', 'i32', 'i32', 'i64'], 'i32', buildLoop),
    wait: module.function(['i32', 'i32', 'i32', 'i32'], 'i32', buildWait),
  };
}

function importHost(module: ModuleBuilder): Record<keyof CoreHost, never> {
  const functions = Object.entries(hostSignatures).map(([name, [parameters, result]]) => [
    name,
    module.import(name, parameters, result),
  ]);
  return Object.fromEntries(functions) as Record<keyof CoreHost, never>;
}

/** What the host calls; what regions call, and the table by which they are called. */
function exportForHost(
  module: ModuleBuilder,
  functions: Readonly<Record<RegionImport | 'peek', FunctionReference>>,
): void {
  module.export('peek', functions.peek);
  module.exportTable('routines', routinesMaximum);
  for (const name of regionImports) module.export(name, functions[name]);
}

function declareHelpers(module: ModuleBuilder, host: Record<keyof CoreHost, never>): HelperFunctions {
  return {
    trap: module.declare(['i32', 'i64', 'i64'], 'void'),
    illegal: module.declare(['i32', 'i32'], 'void'),
    takeInterrupt: module.declare(['i32'], 'i32'),
    append: module.declare(['i32', 'i32', 'i64', 'i64', 'i64', 'i64', 'i64', 'i64'], 'void'),
    chooseTlb: module.declare(['i32', 'i32'], 'void'),
    translate: module.declare(['i32', 'i64', 'i32', 'i32'], 'i64'),
    forgetTable: module.declare(['i32'], 'void'),
    peek: module.declare(['i32', 'i64'], 'i64'),
    rootSeen: host.rootSeen,
    forgetStores: host.forgetStores,
    forgetTranslations: host.forgetTranslations,
  };
}

function defineHelpers(
  module: ModuleBuilder,
  helpers: HelperFunctions,
  host: Record<keyof CoreHost, never>,
  layout: MemoryLayout,
): void {
  module.define(helpers.trap, (f) => buildTrap(f, helpers));
  module.define(helpers.illegal, (f) => {
    const h = f.parameter('i32', 0);
    const raw = i64.extendU(call<'i32'>(host.rawInstruction, h, f.parameter('i32', 1)));
    f.do(call(helpers.trap, h, i64.const(BigInt(Cause.illegal)), raw));
  });
  module.define(helpers.takeInterrupt, (f) => buildTakeInterrupt(f, helpers));
  module.define(helpers.append, (f) => buildAppend(f, layout));
  module.define(helpers.chooseTlb, buildChooseTlb);
  module.define(helpers.forgetTable, (f) => buildForgetTable(f, helpers, layout));
  module.define(helpers.peek, (f) => buildPeek(f, layout));
  module.define(helpers.translate, (f) => buildTranslate(f, helpers, layout));
}

/** Compiles and connects the module; compilation is kept per layout, since machines of one shape share it. */
export function instantiateCore(
  layout: MemoryLayout,
  memory: WebAssembly.Memory,
  host: CoreHost,
): CoreInstance {
  const key = `${layout.harts}/${layout.memoryBytes}`;
  let compiled = compiledModules.get(key);
  if (!compiled) compiledModules.set(key, (compiled = new WebAssembly.Module(coreModule(layout))));
  const imports = { host: { memory, ...host } as WebAssembly.ModuleImports };
  return new WebAssembly.Instance(compiled, imports).exports as unknown as CoreInstance;
}

const compiledModules = new Map<string, WebAssembly.Module>();
