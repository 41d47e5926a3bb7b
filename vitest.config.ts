import { defineConfig } from 'vitest/config';

/** What measures the processor's time: another test on a core beside it would be measured, too. */
const MEASURE = ['test/catalogue/cost.test.ts', 'test/fuzz/**/*.test.ts'];

const all = {
  exclude: ['test/stack/**', 'node_modules/**'],
  testTimeout: 120_000,
};

export default defineConfig({
  test: {
    globalSetup: 'test/support/leaves-nothing.ts',
    // One of the cores would otherwise be left to others.
    maxWorkers: '100%',
    projects: [
      {
        extends: true,
        test: { ...all, name: 'tests', include: ['test/**/*.test.ts'], exclude: [...all.exclude, ...MEASURE], sequence: { groupOrder: 0 } },
      },
      { extends: true, test: { ...all, name: 'alone', include: MEASURE, maxWorkers: 1, sequence: { groupOrder: 1 } } },
    ],
  },
});
