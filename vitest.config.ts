import { defineConfig } from 'vitest/config';

/**
 * `npm test` is what a person waits for: a smaller version of each long test is among it. `npm run test:long` runs what is long: these
 * files, with more of the same. `npm run test:fast` leaves out what takes most of the time, and little can break. `npm run bench:lines`
 * measures how long a line takes, which no test does.
 */
const LONG = [
  'test/contributing.test.ts',
  'test/fuzz/lines.test.ts',
  'test/golden.test.ts',
  'test/grafana/alerts-promtool.test.ts',
  'test/journal/killed.test.ts',
  'test/mutation.test.ts',
  'test/outage.test.ts',
  'test/receive/sent-equals-replay.test.ts',
  'test/restart.test.ts',
  'test/tail-equals-replay.test.ts',
  'test/tail/model.test.ts',
];
/** Tests in a real browser: `npm run test:browser`. Without one they say so, and are skipped. */
const BROWSER = ['test/browser/**/*.test.ts'];
/** Left out of `npm run test:fast`: all that is long but the golden traces, and what takes five seconds or more. */
const SLOW = [
  ...LONG.filter((file) => file !== 'test/golden.test.ts'),
  'test/correlate/{cuts,heads}.test.ts',
  'test/forms.test.ts',
  'test/journal/journal.test.ts',
  'test/pipeline/shards/shards.test.ts',
  'test/receive/{full,killed}.test.ts',
];
/** What makes the pictures of docs/ anew: `npm run pictures`. */
const PICTURES = ['test/browser/pictures.ts'];
const HOUR = 3_600_000;

const INCLUDED: Readonly<Record<string, string[]>> = { long: LONG, browser: BROWSER, pictures: PICTURES, bench: ['bench/**/*.bench.ts'] };

export default defineConfig(({ mode }) => ({
  test: {
    include: INCLUDED[mode] ?? ['test/**/*.test.ts'],
    exclude: ['test/stack/**', 'node_modules/**', ...(mode === 'browser' ? [] : BROWSER), ...(mode === 'fast' ? SLOW : [])],
    env: mode === 'long' ? { NOVASPAN_LONG: '1' } : {},
    globalSetup: 'test/support/leaves-nothing.ts',
    // One of the cores would otherwise be left to others. What is measured is measured alone.
    maxWorkers: mode === 'bench' ? 1 : '100%',
    // No test is about real time: this ends what hangs, and nothing that is slow.
    testTimeout: HOUR,
    hookTimeout: HOUR,
    teardownTimeout: HOUR,
  },
}));
