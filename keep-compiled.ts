// Part of `npm run build`, run from the bundle: carries out a command, and keeps what V8 has compiled for it.
import { readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { keepCompiled } from './code-cache.js';

const folder = path.dirname(fileURLToPath(import.meta.url));
const require = createRequire(import.meta.url);

process.on('exit', () => {
  // The rest is for other commands and for the thread that makes events: only that it can be loaded is kept.
  for (const file of readdirSync(folder)) if (/^chunk-.*\.cjs$/.test(file)) require(path.join(folder, file));
  keepCompiled();
});
void import('./cli.js');
