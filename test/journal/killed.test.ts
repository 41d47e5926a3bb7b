import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { toOtlpJson } from '../../src/export/otlp-json.js';
import { hours, seconds } from '../../src/model/time.js';
import { replay } from '../../src/pipeline/replay.js';
import { type Backend, startBackend } from '../support/backend.js';
import { compiled } from '../support/compiled.js';
import { type Entry, journalEntries } from '../support/journal.js';
import { counting, GOLDEN } from '../support/scenario.js';
import { sized } from '../support/size.js';

const CHILD = fileURLToPath(new URL('../support/journal-child.mjs', import.meta.url));
const STAND_IN = fileURLToPath(new URL('../support/journalctl.mjs', import.meta.url));

let program: Awaited<ReturnType<typeof compiled>>;
let entries: Entry[];
let dir: string;
let file: string;
let backend: Backend;
let child: ChildProcess | undefined;
const warned: string[] = [];
beforeAll(async () => {
  program = await compiled();
  entries = await journalEntries(join(GOLDEN, 'create-succeeds-eight-concurrent-info'));
});
afterAll(() => program.remove());
beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'novaspan-journal-killed-'));
  file = join(dir, 'entries');
  vi.stubEnv('NOVASPAN_JOURNALCTL', STAND_IN);
  vi.stubEnv('JOURNAL_FILE', file);
  backend = await startBackend();
});
afterEach(async () => {
  child?.kill('SIGKILL');
  await backend.close();
  vi.unstubAllEnvs();
  rmSync(dir, { recursive: true, force: true });
});

/** Where it dies, and at which of its times there: an entry, a checkpoint, a trace that is sent. */
interface Death {
  readonly dies: 'line' | 'torn' | 'written' | 'renamed' | 'sent' | 'answered';
  readonly after: number;
}
const PLACES = ['line', 'torn', 'sent', 'line', 'written', 'answered', 'line', 'renamed'] as const;
const KILLS = sized({ fast: 6, long: 60 }, 'JOURNAL_KILLS');
/** The same ones each time: near, then far. */
const deaths: readonly Death[] = Array.from({ length: KILLS }, (_, i) => {
  const dies = PLACES[i % PLACES.length]!;
  const far = Math.ceil((i + 1) / PLACES.length);
  return { dies, after: dies === 'line' ? 1 + ((i * 37) % 90) : dies === 'sent' || dies === 'answered' ? 1 : far };
});

async function start(time: number, death: Death | undefined): Promise<void> {
  const started = fork(CHILD, [JSON.stringify({ dist: program.dir, state: join(dir, 'state'), url: backend.url, time, ...death })], {
    execArgv: [],
  });
  child = started;
  started.on('message', (message: { readonly warned?: string }) => {
    if (message.warned !== undefined) warned.push(message.warned);
  });
}

/** Moves its clock and lets it read up to an entry. @returns false where it died on the way */
async function pass(time: number, entry: number): Promise<boolean> {
  const it = child!;
  if (it.exitCode !== null || it.signalCode !== null) return false;
  const died = new AbortController();
  return new Promise((resolve) => {
    const end = (isAlive: boolean): void => {
      died.abort();
      it.off('message', hear);
      it.off('exit', gone);
      resolve(isAlive);
    };
    const hear = (message: { readonly passed?: number }): void => {
      if (message.passed === time) end(true);
    };
    const gone = (): void => end(false);
    it.on('message', hear);
    it.on('exit', gone);
    it.send({ time, entry }, () => undefined);
  });
}

const idOf = (span: { readonly traceId: string; readonly spanId: string }): string => `${span.traceId} ${span.spanId}`;

it('killed at any moment, tail exports every trace of the journal as replay builds it', async () => {
  writeFileSync(file, entries.map(({ line }) => line).join(''));
  const expected = new Map<string, unknown>();
  for await (const trace of replay({ paths: ['journal:'], zone: 'UTC', lines: 'events', count: counting().count }))
    for (const { scopeSpans } of JSON.parse(toOtlpJson(trace)).resourceSpans)
      for (const { spans } of scopeSpans) for (const span of spans) expected.set(idOf(span), span);

  const left = [...deaths];
  let died = 0;
  /** Until it has read so far and is alive: what kills it may do so at once, again and again. */
  const reach = async (time: number, entry: number): Promise<void> => {
    while (!(await pass(time, entry))) {
      died++;
      await start(time, left.shift());
    }
  };
  // Written bit by bit; whatever is open is read again and again.
  writeFileSync(file, '');
  await start(entries[0]!.at, left.shift());
  const last = entries.at(-1)!.at;
  for (let at = 0; at < entries.length; ) {
    const upTo = Math.min(entries.length, at + 1 + ((at * 7) % 40));
    appendFileSync(
      file,
      entries
        .slice(at, upTo)
        .map(({ line }) => line)
        .join(''),
    );
    at = upTo;
    await reach(entries[at - 1]!.at, at);
  }
  for (let hour = 1; hour <= 15; hour++) await reach(last + hours(hour) + seconds(left.length), entries.length);
  // Whose death has not come dies between two polls, and is there again.
  while (left.length > 0) {
    const it = child!;
    if (it.kill('SIGKILL') && it.exitCode === null && it.signalCode === null) await once(it, 'exit');
    await reach(last + hours(16), entries.length);
  }
  for (let wait = 0; backend.spans.size < expected.size && wait < 2000; wait++) await reach(last + hours(17) + wait, entries.length);

  expect(expected.size).toBeGreaterThan(200);
  expect([...backend.spans.keys()].sort()).toEqual([...expected.keys()].sort());
  for (const [id, texts] of backend.spans) expect([id, [...texts].map((text) => JSON.parse(text))]).toEqual([id, [expected.get(id)]]);
  expect(died).toBeGreaterThanOrEqual(KILLS / 2);
  expect(warned).toEqual([]);
});
