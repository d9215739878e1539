// The last step of `npm run build`: what a process loads when it starts, as a few files. Node takes about a third of a
// millisecond for each module, and a run needs some six hundred.
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { build } from 'rolldown';

await build({
  input: {
    'code-cache': 'dist/code-cache.js',
    cli: 'dist/cli.js',
    'event-worker': 'dist/tracer/session/event-worker.js',
    'while-recording': 'dist/analyzer/while-recording.js',
    'check-worker': 'dist/analyzer/check-worker.js',
    bench: 'dist/test/bench/bench.js',
    'keep-compiled': 'dist/keep-compiled.js',
  },
  platform: 'node',
  // Packages with files of their own beside their code.
  external: [/^@duckdb\/node-bindings/, 'lz4-wasm-nodejs'],
  output: {
    // One folder, since the thread for events is found beside the code that starts it.
    dir: 'dist/bundle',
    cleanDir: true,
    // CommonJS, since what V8 has compiled of such files can be kept (code-cache.ts).
    format: 'cjs',
    entryFileNames: '[name].cjs',
    chunkFileNames: 'chunk-[name]-[hash].cjs',
    intro: ({ isEntry, name }) => (isEntry && name !== 'code-cache' ? "require('./code-cache.cjs');" : ''),
    // That thread loads a module by its URL, and asks it for what it exports by name.
    minifyInternalExports: false,
  },
});

// npm makes a command executable when it links it, and not again when the file behind the link is replaced.
chmodSync('dist/bundle/cli.cjs', 0o755);

const folder = mkdtempSync(path.join(tmpdir(), 'cowtrace-build-'));
try {
  const command = ['run', '--quiet', '--memory', '16', '--out', path.join(folder, 'boot.trace')];
  execFileSync(process.execPath, ['dist/bundle/keep-compiled.cjs', ...command], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
} finally {
  rmSync(folder, { recursive: true, force: true });
}
