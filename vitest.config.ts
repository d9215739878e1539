// `npm test`: the fast tests, minutes on a small machine. What needs longer is named *.slow.test.ts.
import { defineConfig } from 'vitest/config';
import { SkipsReporter } from './test/support/skips-reporter.js';

export default defineConfig({
  test: {
    reporters: [new SkipsReporter(), 'default'],
    include: ['test/**/*.test.ts'],
    exclude: ['test/**/*.slow.test.ts', 'node_modules/**'],
    testTimeout: 120_000,
    hookTimeout: 120_000,
    pool: 'forks',
    maxWorkers: 2,
  },
});
