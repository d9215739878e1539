// Compiles a region: a module of its own with one function, which calls the core's helpers.
import type { CoreInstance } from '../core.js';
import { wasmAlgebra } from '../isa/wasm-algebra.js';
import type { MemoryLayout } from '../memory-layout.js';
import type { FunctionReference, ValueType } from '../wasm/expression.js';
import { ModuleBuilder } from '../wasm/module-builder.js';
import type { Block, RegionPage } from './blocks.js';
import { buildRegion } from './region-code.js';
import {
  regionImportSignatures,
  regionImports,
  regionSignature,
  type RegionImport,
} from './region-interface.js';

type Imported = { readonly [K in RegionImport]: FunctionReference<(typeof regionImportSignatures)[K][1]> };

/** The module's bytes. */
export function regionModule(
  layout: MemoryLayout,
  number: number,
  pages: readonly RegionPage[],
  blocks: readonly Block[],
): Uint8Array<ArrayBuffer> {
  const module = new ModuleBuilder();
  const functions = Object.fromEntries(
    regionImports.map((name) => {
      const [parameters, result] = regionImportSignatures[name];
      return [name, module.import<ValueType | 'void'>(name, parameters, result)];
    }),
  ) as Imported;
  const algebra = wasmAlgebra({ mulHighU: functions.mulHighU });
  const run = module.function(regionSignature.parameters, regionSignature.result, (f) =>
    buildRegion(f, { functions, algebra, layout }, number, pages, blocks),
  );
  module.export('run', run);
  return module.finish(layout.totalBytes / 0x10000);
}

/** Compiles and connects it; the function for the core's table. */
export function instantiateRegion(
  bytes: Uint8Array<ArrayBuffer>,
  memory: WebAssembly.Memory,
  core: CoreInstance,
): unknown {
  const functions = Object.fromEntries(regionImports.map((name) => [name, core[name]]));
  const instance = new WebAssembly.Instance(new WebAssembly.Module(bytes), {
    host: { memory, ...functions },
  });
  return instance.exports.run;
}
