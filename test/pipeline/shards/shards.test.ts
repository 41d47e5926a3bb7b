import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { toOtlpJson } from '../../../src/export/otlp-json.js';
import type { FinishedTrace } from '../../../src/model/span.js';
import { minutes } from '../../../src/model/time.js';
import { type ReplayOptions, replay } from '../../../src/pipeline/replay.js';
import type { Job, Jobs, Report, Thread } from '../../../src/pipeline/shards/jobs.js';
import { readLater } from '../../../src/pipeline/shards/later.js';
import { GOLDEN } from '../../support/scenario.js';

const DIR = join(GOLDEN, 'create-succeeds-debug');

/** In this very thread. */
const start = (job: Job, take: (report: Report) => void): Thread => {
  const stop = new AbortController();
  void readLater(job, take, stop.signal);
  return { stop: () => stop.abort() };
};

interface Outcome {
  readonly lines: readonly string[];
  readonly calls: readonly string[];
  readonly notes: readonly string[];
}

/** All that a replay gives and reports, in order where the order counts. */
async function replayed(folder: string, jobs?: Partial<Jobs>, more: Partial<ReplayOptions> = {}): Promise<Outcome> {
  const counts = new Map<string, number>();
  const calls: string[] = [];
  const notes: string[] = [];
  const written = new WeakMap<FinishedTrace, () => Uint8Array>();
  const lines: string[] = [];
  const said =
    (what: string) =>
    (...given: unknown[]): void =>
      void calls.push(`${what} ${JSON.stringify(given)}`);
  const options: ReplayOptions = {
    ...{ paths: [folder], zone: 'UTC', lines: 'events', piece: 16384 },
    count: (name, by = 1, label = '') => counts.set(`${name} ${label}`, (counts.get(`${name} ${label}`) ?? 0) + by),
    ...{ onUnnamed: said('unnamed'), onUnread: said('unread'), onCutOff: said('cut off'), onStalls: said('stalls') },
    ...{ onWrongZone: said('zone'), onRequestless: ({ at }) => void calls.push(`requestless ${at}`) },
    onRequests: (trace, requests) => void calls.push(`${trace.traceId} ${[...requests].join()}`),
    ...(jobs && {
      jobs: {
        ...{ format: 'otlp', least: 0, start, overlap: 60 * 60_000 },
        onWritten: (trace, line) => void written.set(trace, line),
        onNote: (note) => void notes.push(note),
        ...jobs,
      },
    }),
    ...more,
  };
  for await (const trace of replay(options)) lines.push(Buffer.from(written.get(trace)?.() ?? toOtlpJson(trace)).toString());
  return { lines, calls: [...calls.sort(), ...Array.from(counts, ([key, sum]) => `${key} ${sum}`).sort()], notes };
}

const SHARED = 'two threads read the logs';
const KNEW_LESS = 'one thread read the logs: the states of the two threads differed at the cut';

/** One recording again and again, twenty minutes apart, each time with ids of its own. */
function repeated(folder: string, times: number): string {
  const made = mkdtempSync(join(tmpdir(), 'novaspan-shards-'));
  for (const name of readdirSync(join(GOLDEN, folder)).filter((each) => each.endsWith('.log'))) {
    const text = readFileSync(join(GOLDEN, folder, name), 'utf8');
    const at = (i: number): string =>
      text
        .replace(/(\d{4}-\d\d-\d\d)([ T])(\d\d:\d\d:\d\d)/g, (_, day, between, time) =>
          new Date(Date.parse(`${day}T${time}Z`) + i * minutes(20)).toISOString().slice(0, 19).replace('T', between),
        )
        .replace(/[0-9a-f]{8}(?=-[0-9a-f]{2})/g, (id) => ((Number.parseInt(id, 16) ^ (i * 0x010203)) >>> 0).toString(16).padStart(8, '0'));
    writeFileSync(join(made, name), Array.from({ length: times }, (_, i) => at(i)).join(''));
  }
  return made;
}

const made: string[] = [];
afterAll(() => made.forEach((folder) => void rmSync(folder, { recursive: true })));

describe('two threads', () => {
  it.each([
    ['create-succeeds-info', 16],
    ['delete-succeeds-eight-concurrent-debug', 8],
    ['live-migration-succeeds-there-and-back-debug', 8],
  ])('share the work, and give what one gives: %s', async (folder, times) => {
    const path = repeated(folder, times);
    made.push(path);
    const { lines, calls } = await replayed(path);
    expect(lines.length).toBeGreaterThan(times);
    for (const [at, format] of [
      [0.35, 'otlp'],
      [0.5, 'otlp'],
      [0.6, undefined],
    ] as const) {
      const shared = await replayed(path, { at, format });
      expect([at, shared.notes, shared.lines, shared.calls]).toEqual([at, [SHARED], lines, calls]);
    }
  });

  it('give what one gives where the second knows less at the cut', async () => {
    const { lines, calls } = await replayed(DIR);
    const shared = await replayed(DIR, { overlap: 1, at: 0.6 });
    expect([shared.lines, shared.calls, shared.notes]).toEqual([lines, calls, [KNEW_LESS]]);
  });

  it.each(['cut', 'there', 'done'] as const)(
    'give what one gives where the second fails in place of its report that it is %s',
    async (is) => {
      const { lines, calls } = await replayed(DIR);
      const failing: Jobs['start'] = (job, take) =>
        start(job, (report) => take(report.is === is ? { is: 'over', why: 'no space' } : report));
      const shared = await replayed(DIR, { start: failing });
      expect([shared.lines, shared.calls, shared.notes]).toEqual([lines, calls, ['one thread read the logs: no space']]);
    },
  );

  it('stop where they are told to', async () => {
    const stop = new AbortController();
    const never: Jobs['start'] = (job, take) => start(job, (report) => (report.is === 'done' ? stop.abort() : take(report)));
    const { lines } = await replayed(DIR);
    const stopped = await replayed(DIR, { start: never, at: 0.2 }, { signal: stop.signal });
    expect(lines.slice(0, stopped.lines.length)).toEqual(stopped.lines);
  });

  it('are one where the logs are small, packed, or numbered', async () => {
    const none: Jobs['start'] = () => {
      throw new Error('no thread is needed');
    };
    const notesOf = async (jobs: Partial<Jobs>, more: Partial<ReplayOptions> = {}) =>
      (await replayed(DIR, { start: none, ...jobs }, more)).notes;
    expect(await notesOf({ least: 1e9 })).toEqual([expect.stringContaining('small')]);
    expect(await notesOf({}, { lines: 'numbered' })).toEqual([expect.stringContaining('numbered')]);
  });
});
