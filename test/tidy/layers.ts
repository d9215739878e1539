// Who may import whom. The first row whose folder holds a file is that file's; a file may always import its own folder.
// ARCHITECTURE.md draws the same picture: change both.

/** What the files under a path may import beside each other. */
export interface Layer {
  /** What a path must begin with: a folder with its slash, or a file. */
  readonly folder: string;
  /** Files and folders of the project; `*` stands for one folder. */
  readonly may: readonly string[];
  /** Those of them that it may not import after all. */
  readonly not?: readonly string[];
  /** Packages, Node's own among them; `node:` means all of Node's. */
  readonly packages: readonly string[];
  /** What this keeps apart, and where the code belongs instead. */
  readonly why: string;
}

const emulatorParts =
  'The emulator imports itself and the event schema: it knows nothing of files, SQL or xv6. What comes from outside ' +
  'enters through the configuration, the boot image and the console port of machine.ts.';

/** Modules that may be imported beside their part's face, by whom the face would take long to load. */
export const leaves = [
  'analyzer/reports/index.ts',
  'emulator/engine.ts',
  'emulator/ring/records.ts',
  'tracer/probes/translator.ts',
];

const faces = ['emulator/index.ts', 'tracer/*/index.ts', 'analyzer/index.ts', 'fixtures/index.ts'];
const shared = ['errors.ts', 'package-root.ts', 'text/index.ts'];

export const layers: readonly Layer[] = [
  {
    folder: 'errors.ts',
    may: [],
    packages: [],
    why: 'errors.ts is for everybody, so it leans on nobody.',
  },
  {
    folder: 'package-root.ts',
    may: [],
    packages: ['node:'],
    why: 'package-root.ts is for everybody, so it leans on nobody.',
  },
  {
    folder: 'text/',
    may: [],
    packages: [],
    why: 'text/ is how everybody writes for people, so it leans on nobody.',
  },
  {
    folder: 'emulator/wasm/',
    may: [],
    packages: [],
    why: 'The WebAssembly encoder knows no RISC-V and no machine: pass what it needs as an argument.',
  },
  {
    folder: 'emulator/isa/',
    may: ['emulator/wasm/'],
    packages: [],
    why: 'An instruction row means the same in every engine: say it in terms of the algebra.',
  },
  {
    folder: 'emulator/build-core.ts',
    may: ['emulator/'],
    packages: ['node:'],
    why: 'Only the build writes what was generated to a file.',
  },
  {
    folder: 'emulator/devices/',
    may: [],
    packages: [],
    why: 'A device is given an interrupt line, guest memory and ports by board.ts; it never reaches for the machine.',
  },
  {
    folder: 'emulator/interpreter/',
    may: ['emulator/', 'tracer/schema/'],
    not: ['emulator/jit/'],
    packages: [],
    why: 'The engines never import each other: what both need belongs in isa/, hart/, mmu/ or effects/.',
  },
  {
    folder: 'emulator/jit/',
    may: ['emulator/', 'tracer/schema/'],
    not: ['emulator/interpreter/'],
    packages: [],
    why: 'The engines never import each other: what both need belongs in isa/, hart/, mmu/ or effects/.',
  },
  { folder: 'emulator/', may: ['tracer/schema/'], packages: ['node:crypto'], why: emulatorParts },
  {
    folder: 'tracer/schema/',
    may: [],
    packages: [],
    why: 'The schema is a leaf that anyone may import: whoever makes or reads events imports it, not the reverse.',
  },
  {
    folder: 'tracer/files/',
    may: ['errors.ts'],
    packages: ['node:'],
    why: 'tracer/files writes bytes; what they mean is its callers’ business.',
  },
  {
    folder: 'tracer/disk-image/',
    may: ['errors.ts', 'text/index.ts'],
    packages: [],
    why: 'The disk format works on bytes in memory: read and write files where the bytes come from.',
  },
  {
    folder: 'tracer/symbols/',
    may: ['errors.ts', 'text/index.ts'],
    packages: ['node:zlib'],
    why: 'Symbols are what an ELF file says; what they mean for a run is for tracer/probes.',
  },
  {
    folder: 'tracer/arrow/',
    may: ['errors.ts', 'tracer/files/', 'tracer/schema/'],
    packages: ['apache-arrow', 'lz4-wasm-nodejs', 'node:'],
    why: 'tracer/arrow is the format of event files, nothing of runs: give it schema rows.',
  },
  {
    folder: 'tracer/recording/',
    may: ['errors.ts', 'tracer/files/', 'tracer/schema/'],
    packages: ['protobufjs', 'node:'],
    why: 'tracer/recording is the format of recordings: the session tells it what happened.',
  },
  {
    folder: 'tracer/directory/',
    may: ['errors.ts', 'tracer/arrow/', 'tracer/files/', 'tracer/recording/', 'tracer/schema/'],
    packages: ['node:'],
    why: 'tracer/directory keeps a run’s files together: it is told what to keep, and asks no emulator.',
  },
  {
    folder: 'tracer/probes/discovery/',
    may: [...shared, 'emulator/index.ts', 'tracer/schema/index.ts', 'tracer/symbols/index.ts'],
    packages: [],
    why: 'What a kernel is made of is told by its file alone, before anything runs: followers lean on it.',
  },
  {
    folder: 'tracer/',
    may: [...shared, 'emulator/index.ts', 'emulator/ring/records.ts', 'tracer/', 'fixtures/index.ts'],
    packages: ['node:'],
    why: 'The tracer drives the machine through emulator/index.ts and knows no analyzer: export there what it needs.',
  },
  {
    folder: 'analyzer/database.ts',
    may: [...shared, 'analyzer/', 'tracer/arrow/', 'tracer/schema/'],
    packages: ['@duckdb/node-api', 'node:'],
    why: 'database.ts is the one file that knows DuckDB; it loads events and answers SQL.',
  },
  {
    folder: 'analyzer/',
    may: [...shared, 'tracer/arrow/', 'tracer/directory/', 'tracer/schema/'],
    packages: ['node:'],
    why:
      'The analyzer judges what a trace says, so it reads the trace only: what it lacks belongs in an event row ' +
      '(tracer/schema) or in the manifest (tracer/directory).',
  },
  {
    folder: 'fixtures/',
    may: [...shared, 'tracer/disk-image/'],
    packages: ['node:'],
    why: 'fixtures builds and hands out images; what runs them imports it.',
  },
  {
    folder: 'commands/',
    may: [...faces, ...shared, ...leaves],
    packages: ['commander', 'node:'],
    why: 'A command asks through faces (index.ts): export there what it needs.',
  },
  {
    folder: 'cli.ts',
    may: [...shared, 'commands/'],
    packages: ['commander', 'node:'],
    why: 'cli.ts starts the program and nothing else: commands are in commands/table.ts.',
  },
  {
    folder: 'code-cache.ts',
    may: [],
    packages: ['node:'],
    why: 'code-cache.ts loads before all else, so it leans on nobody.',
  },
  {
    folder: 'keep-compiled.ts',
    may: ['code-cache.ts', 'cli.ts'],
    packages: ['node:'],
    why: 'keep-compiled.ts is part of the build: it runs the program.',
  },
  {
    folder: 'test/arrow/',
    may: [''],
    packages: ['apache-arrow', 'vitest', 'node:'],
    why: 'Tests use faces.',
  },
  {
    folder: 'test/session/compiled.ts',
    may: [''],
    packages: ['typescript', 'node:'],
    why: 'It compiles what a thread of a test runs, and nothing else.',
  },
  {
    folder: 'test/tidy/',
    may: [''],
    packages: ['typescript', 'vitest', 'node:'],
    why: 'Tests use faces.',
  },
  {
    folder: 'test/',
    may: [''],
    packages: ['vitest', 'node:'],
    why: 'Libraries have one place each: test through the face of the folder that owns the library.',
  },
  {
    folder: 'vitest.',
    may: ['test/support/'],
    packages: ['vitest'],
    why: 'Test configuration says which files run and how.',
  },
];

/** Whether a path is the pattern's file or in its folder. */
function matches(path: string, pattern: string): boolean {
  const expression = pattern.replace(/[.]/g, '\\.').replace('*', '[^/]+');
  return new RegExp(`^${expression}${/[/]$|^$/.test(pattern) ? '' : '$'}`).test(path);
}

/** The layer that holds a file. */
export function layerOf(path: string): Layer | undefined {
  return layers.find((layer) => path.startsWith(layer.folder));
}

/** Whether files of a layer may import a file of the project, or a package. */
export function allows(layer: Layer, to: string, isProject: boolean): boolean {
  if (!isProject)
    return layer.packages.some((name) => (name === 'node:' ? to.startsWith(name) : to === name));
  if (layer.not?.some((pattern) => matches(to, pattern))) return false;
  return to.startsWith(layer.folder) || layer.may.some((pattern) => matches(to, pattern));
}
