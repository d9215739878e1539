// Puts the generated functions of the machine into one WebAssembly module.
import { buildCsr } from './hart/csr-code.js';
import type { HelperFunctions } from './hart/hart-code.js';
import { buildTakeInterrupt, buildTrap, buildTrapReturn, Cause } from './hart/trap-code.js';
import { buildLoop } from './idioms/loop-code.js';
import { buildWait } from './idioms/wait-code.js';
import { buildFetch, buildStraddle } from './interpreter/fetch-code.js';
import { buildRun } from './interpreter/interpreter-code.js';
import { declareProducts, wasmAlgebra } from './isa/wasm-algebra.js';
import type { CoreHost } from './core.js';
import { regionImports, type RegionImport } from './jit/region-interface.js';
import { memoryMap, wasmPage, type MemoryMap } from './memory-layout.js';
import { buildLoad, buildStore, buildWritable } from './mmu/access-code.js';
import { buildFreeHeadChanged } from './mmu/free-frames-code.js';
import { buildLeafChanged, buildReviewFrame } from './mmu/user-mappings-code.js';
import { buildUnwatched } from './mmu/unwatched-code.js';
import { buildForgetTable, buildWatchedWritten, buildWritten } from './mmu/written-code.js';
import { buildChooseTlb } from './mmu/tlb-code.js';
import { buildPeek, buildTranslate } from './mmu/translate-code.js';
import { Pte } from '../tracer/schema/index.js';
import { buildAppend } from './ring/append-code.js';
import { buildFaultBegins, buildFaultEnds } from './ring/fault-content-code.js';
import { buildHeldLocks } from './ring/held-locks-code.js';
import { buildAppendStore } from './ring/store-record-code.js';
import { routinesMaximum, routineSignature } from './routine-convention.js';
import { buildHash, buildRepeats } from './snapshot/hash-code.js';
import { call, i64, type FunctionReference, type ValueType } from './wasm/expression.js';
import { ModuleBuilder } from './wasm/module-builder.js';

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

/** The module's bytes: the same for every machine. */
export function coreModule(): Uint8Array<ArrayBuffer> {
  const layout = memoryMap;
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
    store: module.function(['i32', 'i32', 'i64', 'i32', 'i64'], 'void', (f) =>
      buildStore(f, helpers, host, layout, written),
    ),
    unwatched: module.function(['i32', 'i64', 'i64'], 'i32', (f) => buildUnwatched(f, layout)),
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
  return module.finish(layout.ram / wasmPage);
}

function exportPageFunctions(module: ModuleBuilder): void {
  module.export('hash', module.function(['i32'], 'void', buildHash));
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
    appendStore: module.declare(['i32', 'i32', 'i64', 'i64', 'i64', 'i32'], 'void'),
    watchedWritten: module.declare(['i32', 'i32', 'i64'], 'void'),
    leafChanged: module.declare(['i64', 'i64'], 'void'),
    reviewFrame: module.declare(['i32'], 'void'),
    freeHeadChanged: module.declare(['i64', 'i64'], 'void'),
    heldLocks: module.declare(['i32'], 'i32'),
    faultBegins: module.declare(['i32', 'i64', 'i64'], 'void'),
    faultEnds: module.declare(['i32', 'i64'], 'i32'),
    chooseTlb: module.declare(['i32', 'i32'], 'void'),
    translate: module.declare(['i32', 'i64', 'i32', 'i32'], 'i64'),
    forgetTable: module.declare(['i32'], 'void'),
    peek: module.declare(['i32', 'i64'], 'i64'),
    peekUser: module.declare(['i32', 'i64'], 'i64'),
    rootSeen: host.rootSeen,
    forgetStores: host.forgetStores,
    forgetTranslations: host.forgetTranslations,
  };
}

function defineHelpers(
  module: ModuleBuilder,
  helpers: HelperFunctions,
  host: Record<keyof CoreHost, never>,
  layout: MemoryMap,
): void {
  module.define(helpers.trap, (f) => buildTrap(f, helpers));
  module.define(helpers.illegal, (f) => {
    const h = f.parameter('i32', 0);
    const raw = i64.extendU(call<'i32'>(host.rawInstruction, h, f.parameter('i32', 1)));
    f.do(call(helpers.trap, h, i64.const(BigInt(Cause.illegal)), raw));
  });
  module.define(helpers.takeInterrupt, (f) => buildTakeInterrupt(f, helpers));
  module.define(helpers.append, (f) => buildAppend(f, layout));
  module.define(helpers.appendStore, (f) => buildAppendStore(f, helpers, layout));
  module.define(helpers.watchedWritten, (f) => buildWatchedWritten(f, helpers, host, layout));
  module.define(helpers.leafChanged, (f) => buildLeafChanged(f, helpers, layout));
  module.define(helpers.reviewFrame, (f) => buildReviewFrame(f, layout));
  module.define(helpers.freeHeadChanged, (f) => buildFreeHeadChanged(f, layout));
  module.define(helpers.heldLocks, (f) => buildHeldLocks(f, layout));
  module.define(helpers.faultBegins, (f) => buildFaultBegins(f, helpers, layout));
  module.define(helpers.faultEnds, (f) => buildFaultEnds(f, helpers, layout));
  module.define(helpers.chooseTlb, buildChooseTlb);
  module.define(helpers.forgetTable, (f) => buildForgetTable(f, helpers, layout));
  module.define(helpers.peek, (f) => buildPeek(f, layout));
  module.define(helpers.peekUser, (f) => buildPeek(f, layout, Pte.u));
  module.define(helpers.translate, (f) => buildTranslate(f, helpers, layout));
}
