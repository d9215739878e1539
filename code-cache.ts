// What V8 has compiled of the bundle's files, kept beside them by the build: loading them is a sixth of the time that a
// kernel takes to boot. An entry of the bundle loads this first. V8 refuses what another version of it has kept, and
// compiles the text.
// It also says when V8 optimises, and when it collects garbage.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire, Module } from 'node:module';
import path from 'node:path';
import { setFlagsFromString } from 'node:v8';
import vm from 'node:vm';

/**
 * Bytes of bytecode that a function executes before V8 looks whether to optimise it: four times its own choice. A run
 * lasts seconds, and a quarter of its processor time went into optimising functions that had little left to do.
 */
const interruptBudget = 4 * 66 * 1024;

/**
 * How much larger than what is alive the heap may become before V8 looks for what is not, in percent. It counts
 * columns, which lie outside of the heap and are many times what is in it, and so looked through the same 13 MB some
 * twenty times in a run.
 */
const heapGrowth = 1000;
/** Megabytes of heap, and of columns with it, that a thread has at first before V8 looks. */
const heapAtFirst = 256;

/** V8 from Node 21 on has no such budget, and says on stderr that it does not know the flag. */
const hasInterruptBudget = Number.parseInt(process.versions.node, 10) < 21;

// What is kept is refused unless the flags are those under which it was compiled, so this comes first.
if (hasInterruptBudget) setFlagsFromString(`--interrupt-budget=${interruptBudget}`);
setFlagsFromString(`--heap-growing-percent=${heapGrowth}`);
setFlagsFromString(`--initial-old-space-size=${heapAtFirst}`);

type Wrapped = (
  exports: unknown,
  require: NodeJS.Require,
  module: NodeJS.Module,
  file: string,
  folder: string,
) => void;

const loaded = new Map<string, vm.Script>();
const cacheOf = (file: string): string => `${file}.cache`;

/** Loads a module of the bundle as Node would, but that it cannot import: only entries can, which Node loads. */
function load(module: NodeJS.Module, file: string): void {
  const text = readFileSync(file, 'utf8').replace(/^#!/, '//');
  const script = new vm.Script(Module.wrap(text), {
    filename: file,
    ...(existsSync(cacheOf(file)) && { cachedData: readFileSync(cacheOf(file)) }),
  });
  loaded.set(file, script);
  const run = script.runInThisContext() as Wrapped;
  run.call(module.exports, module.exports, createRequire(file), module, file, path.dirname(file));
}

/** Writes down what was compiled of the modules that are loaded, functions that were called included. */
export function keepCompiled(): void {
  for (const [file, script] of loaded) writeFileSync(cacheOf(file), script.createCachedData());
}

// Only files of the bundle are called so.
createRequire(import.meta.url).extensions['.cjs'] ??= load;
