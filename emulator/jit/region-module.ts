// Compiles a region: a module of the routines that were found hot together, which call the core's helpers.
import { wasmPage } from '../memory-layout.js';
import type { CoreInstance } from '../core.js';
import { wasmAlgebra } from '../isa/wasm-algebra.js';
import type { MemoryMap } from '../memory-layout.js';
import { routineSignature, routinesMaximum } from '../routine-convention.js';
import type { FunctionReference, ValueType } from '../wasm/expression.js';
import { ModuleBuilder } from '../wasm/module-builder.js';
import { buildRoutine } from './routine-code.js';
import { regionImportSignatures, regionImports, type RegionImport } from './region-interface.js';
import type { Routine } from './routines.js';
import type { WindowCode } from './window-code.js';

type Imported = { readonly [K in RegionImport]: FunctionReference<(typeof regionImportSignatures)[K][1]> };

/** The routine's virtual address: what a profile of the process shows. */
const exportName = (code: WindowCode, { start }: Routine): string =>
  BigInt.asUintN(64, code.base + BigInt(start)).toString(16);

/**
 * The module's bytes.
 * @param looksBeside words are watched, and stores beside them are many
 */
export function regionModule(
  layout: MemoryMap,
  code: WindowCode,
  routines: readonly Routine[],
  looksBeside: boolean,
): Uint8Array<ArrayBuffer> {
  const module = new ModuleBuilder();
  const functions = Object.fromEntries(
    regionImports.map((name) => {
      const [parameters, result] = regionImportSignatures[name];
      return [name, module.import<ValueType | 'void'>(name, parameters, result)];
    }),
  ) as Imported;
  module.importTable('routines', routinesMaximum);
  const algebra = wasmAlgebra({ mulHighU: functions.mulHighU });
  const { parameters, result } = routineSignature;
  const references = routines.map(() => module.declare(parameters, result));
  const links = {
    direct: new Map(routines.map(({ start }, index) => [start, references[index]])),
    type: module.type(parameters, result),
    pageOf: (offset: number) => code.pageOf(offset),
  };
  const parts = { functions, algebra, layout, links, windowBase: code.base, looksBeside };
  routines.forEach((routine, index) => {
    module.define(references[index], (f) => buildRoutine(f, parts, routine));
    module.export(exportName(code, routine), references[index]);
  });
  return module.finish(layout.ram / wasmPage);
}

/** Compiles and connects it; the routines, for the core's table. */
export function instantiateRegion(
  bytes: Uint8Array<ArrayBuffer>,
  memory: WebAssembly.Memory,
  core: CoreInstance,
  code: WindowCode,
  routines: readonly Routine[],
): unknown[] {
  const functions = Object.fromEntries(regionImports.map((name) => [name, core[name]]));
  const instance = new WebAssembly.Instance(new WebAssembly.Module(bytes), {
    host: { memory, routines: core.routines, ...functions },
  });
  return routines.map((routine) => instance.exports[exportName(code, routine)]);
}
