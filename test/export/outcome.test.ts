import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { answerRules, outcomeOf, type Treatment } from '../../src/export/outcome.js';

const WORDS: Record<Treatment, string> = {
  wait: 'sends it again, without end',
  doubt: 'sends it again; moves it to the dead-letter folder when it alone fails',
  settings: 'waits with all traces until the settings are corrected',
  'dead-letter': 'moves the trace to the dead-letter folder',
};

it('docs/delivery.md has a row for each rule', () => {
  const page = readFileSync(new URL('../../docs/delivery.md', import.meta.url), 'utf8');
  const rows = page.split('\n').filter((line) => /^\| ([0-9]{3}|[345]xx, any other) \|/.test(line));
  expect(rows).toEqual(
    answerRules.map(
      ({ status, does, says }) => `| ${typeof status === 'number' ? status : `${status}, any other`} | ${WORDS[does]} | ${says} |`,
    ),
  );
});

const answered = (status: number) =>
  outcomeOf({ status, headers: {}, body: new Uint8Array() }, 'http://b', () => ({}), { now: () => 0, sleep: async () => undefined });

it('every answer has an outcome', () => {
  for (let status = 100; status < 1000; status++) expect(answered(status).outcome, `${status}`).toMatch(/^(delivered|retryable|refused)$/);
});

it('what OTLP calls worth another try is tried again without a doubt, and is never set aside', () => {
  for (const status of [429, 502, 503, 504]) expect(answered(status), `${status}`).not.toHaveProperty('isDoubtful');
  for (const status of [429, 502, 503, 504]) expect(answered(status), `${status}`).toMatchObject({ outcome: 'retryable' });
});

it('answers that say the same in other words are one fault', () => {
  const of = (words: string) =>
    outcomeOf({ status: 503, headers: { 'content-type': 'text/plain' }, body: Buffer.from(words) }, 'http://b', () => ({}), {
      now: () => 0,
      sleep: async () => undefined,
    });
  expect([of('request 1'), of('request 2')]).toMatchObject([{ fault: 'http://b 503' }, { fault: 'http://b 503' }]);
});
