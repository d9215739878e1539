// The last step of `npm run build`: what a process loads when it starts, as a few files. Node takes about a third of a
// millisecond for each module, and a run needs some six hundred.
import { build } from 'rolldown';

await build({
  input: {
    cli: 'dist/cli.js',
    'event-worker': 'dist/tracer/session/event-worker.js',
    bench: 'dist/test/bench/bench.js',
  },
  platform: 'node',
  // Packages with files of their own beside their code.
  external: [/^@duckdb\/node-bindings/, 'lz4-wasm-nodejs'],
  // In one folder, since the thread for events is found beside the code that starts it.
  output: {
    dir: 'dist/bundle',
    cleanDir: true,
    entryFileNames: '[name].js',
    chunkFileNames: '[name]-[hash].js',
  },
});
