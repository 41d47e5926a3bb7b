import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Exporter, ExportResult } from '../../src/export/exporter.js';
import { type RetryOptions, retrying } from '../../src/export/retrying.js';
import { oneSpan } from './support.js';

const busy: ExportResult = { outcome: 'retryable', reason: 'busy' };
const delivered: ExportResult = { outcome: 'delivered', rejected: 0 };

/** Sends against a backend that gives these answers (the last one for ever), on a clock that is always in the future. */
async function sending(answers: readonly ExportResult[], options: Partial<RetryOptions> & { abortAfter?: number } = {}) {
  const waits: number[] = [];
  const counted: string[] = [];
  const aborter = new AbortController();
  let calls = 0;
  const exporter: Exporter = {
    export: async () => answers[Math.min(calls++, answers.length - 1)] as ExportResult,
    shutdown: async () => undefined,
  };
  const clock = {
    now: () => 0,
    async sleep(ms: number) {
      waits.push(ms);
      if (waits.length === options.abortAfter) aborter.abort();
    },
  };
  const result = await retrying(exporter, {
    clock,
    count: (name) => void counted.push(name),
    random: () => 1 - Number.EPSILON,
    signal: aborter.signal,
    ...options,
  }).export(oneSpan);
  return { result, waits, counted, calls };
}

describe('a retrying exporter', () => {
  it('sends until the backend takes it, and counts', async () => {
    const { result, calls, counted } = await sending([...Array(40).fill(busy), delivered]);
    expect(result).toBe(delivered);
    expect(calls).toBe(41);
    expect(counted).toEqual(Array(40).fill('exports_retried'));
  });

  it('waits twice as long each time, up to the longest wait', async () => {
    const { waits } = await sending([...Array(9).fill(busy), delivered]);
    expect(waits.map(Math.round)).toEqual([500, 1000, 2000, 4000, 8000, 16000, 30000, 30000, 30000]);
  });

  it('spreads its waits over the whole range (full jitter)', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.double({ min: 0, max: 0.999, noNaN: true }), { minLength: 12, maxLength: 12 }), async (dice) => {
        const left = [...dice];
        const { waits } = await sending([...Array(12).fill(busy), delivered], { random: () => left.shift() as number });
        expect(waits).toEqual(dice.map((die, n) => die * Math.min(30_000, 500 * 2 ** n)));
      }),
    );
  });

  it('waits at least as long as the backend asks, and not all of a fleet alike', async () => {
    const asked: ExportResult = { outcome: 'retryable', reason: 'busy', retryInMs: 7000 };
    const { waits } = await sending([asked, asked, delivered], { random: () => 0.5 });
    expect(waits).toEqual([7250, 7500]);
  });

  it('does not take a wait that overflows the timer for no wait at all', async () => {
    const { waits } = await sending([{ outcome: 'retryable', reason: 'busy', retryInMs: 1e12 }, delivered]);
    expect(waits).toEqual([3_600_000]);
  });

  it('gives up when told to, with the last answer, and sends no more', async () => {
    const { result, calls, counted } = await sending([busy], { abortAfter: 3 });
    expect(result).toBe(busy);
    expect(calls).toBe(3);
    expect(counted).toHaveLength(2);
  });

  it('tries once even when it is told to stop already', async () => {
    const { result, waits, calls } = await sending([busy], { signal: AbortSignal.abort() });
    expect({ result, waits, calls }).toEqual({ result: busy, waits: [], calls: 1 });
  });

  it('does not try a refusal again', async () => {
    const refused: ExportResult = { outcome: 'refused', about: 'trace', reason: 'too large' };
    const { result, calls } = await sending([refused]);
    expect(result).toBe(refused);
    expect(calls).toBe(1);
  });

  it('tells why it waits', async () => {
    const told: string[] = [];
    await sending([busy, delivered], { random: () => 0, waiting: ({ reason }, ms) => void told.push(`${reason} ${ms}`) });
    expect(told).toEqual(['busy 0']);
  });
});
