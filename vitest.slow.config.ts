// `npm run test:slow`: whole kernels, other people’s trees where they are named, long random comparisons.
import { defineConfig } from 'vitest/config';
import { SkipsReporter } from './test/support/skips-reporter.js';

export default defineConfig({
  test: {
    reporters: [new SkipsReporter(), 'default'],
    include: ['test/**/*.slow.test.ts'],
    testTimeout: 3_600_000,
    hookTimeout: 600_000,
    pool: 'forks',
    maxWorkers: 1,
  },
});
