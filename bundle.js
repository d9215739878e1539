// The last step of `npm run build`: what a process loads when it starts, as a few files. Node takes about a third of a
// millisecond for each module, and a run needs some six hundred.
import { chmodSync } from 'node:fs';
import { build } from 'rolldown';

await build({
  input: {
    cli: 'dist/cli.js',
    'event-worker': 'dist/tracer/session/event-worker.js',
    'while-recording': 'dist/analyzer/histories/while-recording.js',
    bench: 'dist/test/bench/bench.js',
  },
  platform: 'node',
  // Packages with files of their own beside their code.
  external: [/^@duckdb\/node-bindings/, 'lz4-wasm-nodejs'],
  output: {
    // One folder, since the thread for events is found beside the code that starts it.
    dir: 'dist/bundle',
    cleanDir: true,
    entryFileNames: '[name].js',
    chunkFileNames: '[name]-[hash].js',
    // That thread loads a module by its URL, and asks it for what it exports by name.
    minifyInternalExports: false,
  },
});

// npm makes a command executable when it links it, and not again when the file behind the link is replaced.
chmodSync('dist/bundle/cli.js', 0o755);
