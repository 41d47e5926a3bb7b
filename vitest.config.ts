import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/stack/**', 'node_modules/**'],
    globalSetup: 'test/support/leaves-nothing.ts',
    testTimeout: 120_000,
  },
});
