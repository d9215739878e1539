// Part of `npm run build`, run from dist/: generates the machine's module once, for all later runs of this build.
import { writeFileSync } from 'node:fs';
import { coreModule } from './core-code.js';

const text = Buffer.from(coreModule()).toString('base64');
writeFileSync(new URL('./generated-core.js', import.meta.url), `export const generatedCore = '${text}';\n`);
