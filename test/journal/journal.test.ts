import { execFileSync } from 'node:child_process';
import { appendFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { PassThrough } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { checkLogs } from '../../src/check/check.js';
import { toOtlpJson } from '../../src/export/otlp-json.js';
import { Rejoin } from '../../src/journal/cursor.js';
import { type From, journalArguments, journalName } from '../../src/journal/place.js';
import { JournalTailer } from '../../src/journal/tailer.js';
import { OperatorError } from '../../src/model/errors.js';
import type { FinishedTrace } from '../../src/model/span.js';
import { LogFollower } from '../../src/pipeline/log-follower.js';
import { replay } from '../../src/pipeline/replay.js';
import type { Start } from '../../src/pipeline/resume.js';
import { runTail } from '../../src/pipeline/tail.js';
import { type Backend, startBackend } from '../support/backend.js';
import { cursorAt, journalEntries } from '../support/journal.js';
import { counting, GOLDEN } from '../support/scenario.js';
import { plainLogs, type Written } from '../support/wrap.js';

const STAND_IN = fileURLToPath(new URL('../support/journalctl.mjs', import.meta.url));
const REMOTE = '/lib/systemd/systemd-journal-remote';
const END = Date.parse('2026-11-21T01:50:00Z');

let entries: string[];
let written: Written[];
beforeAll(async () => {
  const logs = await plainLogs(join(GOLDEN, 'create-succeeds-info'), 'UTC');
  written = logs.flatMap(({ lines }) => lines).sort((a, b) => a.at - b.at);
  entries = (await journalEntries(join(GOLDEN, 'create-succeeds-info'))).map(({ line }) => line);
});

let dir: string;
let file: string;
let now: number;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'novaspan-journal-'));
  file = join(dir, 'entries');
  now = Date.parse('2026-11-21T01:42:00Z');
  vi.stubEnv('NOVASPAN_JOURNALCTL', STAND_IN);
  vi.stubEnv('JOURNAL_FILE', file);
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(dir, { recursive: true, force: true });
});

const clock = { now: () => now, sleep: async () => undefined };
const textOf = (traces: readonly FinishedTrace[]): string[] => traces.map((trace) => toOtlpJson(trace)).sort();

async function replayed(path = 'journal:', count = counting().count): Promise<string[]> {
  const traces: FinishedTrace[] = [];
  for await (const trace of replay({ paths: [path], zone: 'UTC', lines: 'events', count })) traces.push(trace);
  return textOf(traces);
}

const follow = (start: Start, count = counting().count): LogFollower =>
  new LogFollower({ logs: [{ paths: ['journal:'], timezone: 'UTC' }], host: 'localhost', start, lines: 'events', clock, count });

const offsetOf = (live: LogFollower): number => live.vitals.logs[0]?.place.offset ?? 0;
/** Over all labels. */
const sumOf = (counts: Readonly<Record<string, number>>, name: string): number =>
  Object.entries(counts).reduce((sum, [key, by]) => (key.startsWith(name) ? sum + by : sum), 0);
const sizeOf = (lines: readonly string[]): number => Buffer.byteLength(lines.join(''));

/** Cycles until so many bytes of entries have been read. The clock stands still meanwhile. */
async function readTo(live: LogFollower, offset: number): Promise<FinishedTrace[]> {
  const traces: FinishedTrace[] = [];
  while (offsetOf(live) < offset) traces.push(...(await live.cycle()).traces.map(({ trace }) => trace));
  return traces;
}

/** Cycles until the journal is at its end and everything has closed. */
async function readOut(live: LogFollower): Promise<FinishedTrace[]> {
  const traces: FinishedTrace[] = [];
  now = END + 3_600_000;
  while ((live.vitals.watermark ?? 0) < END) traces.push(...(await live.cycle()).traces.map(({ trace }) => trace));
  return traces;
}

it('replay reads the journal as it reads what journalctl wrote to a file', async () => {
  writeFileSync(file, entries.join(''));
  const { counted: counts, count } = counting();
  const traces = await replayed('journal:', count);
  const saved = join(dir, 'journal.jsonl');
  writeFileSync(saved, entries.join(''));
  const { counted: ofFile, count: countFile } = counting();
  // Where its lines lie is all that differs.
  expect(traces.map((text) => text.replaceAll('"journal:"', `"${saved}"`))).toEqual(await replayed(saved, countFile));
  expect(traces).toHaveLength(2);
  expect(traces.join()).toContain('instance create');
  expect(counts).toEqual(ofFile);
});

it.each([0.2, 0.45, 0.7, 0.9])('tail that is killed after %d of the entries gives what replay gives', async (part) => {
  writeFileSync(file, entries.join(''));
  const expected = await replayed();
  const first = entries.slice(0, Math.floor(entries.length * part));
  writeFileSync(file, first.join(''));

  const one = follow({ from: 'backfill' });
  const traces = await readTo(one, sizeOf(first));
  const saved = one.save([]);
  await one.close();
  appendFileSync(file, entries.slice(first.length).join(''));

  const two = follow(saved === undefined ? { from: 'backfill' } : { from: 'resume', saved: JSON.parse(JSON.stringify(saved)) });
  traces.push(...(await readTo(two, sizeOf(entries))), ...(await readOut(two)));
  await two.close();
  expect(textOf(traces)).toEqual(expected);
});

it('a checkpoint holds the cursor behind which all lines are that are still needed', async () => {
  writeFileSync(file, entries.join(''));
  const live = follow({ from: 'backfill' });
  await readTo(live, sizeOf(entries));
  await readOut(live);
  const saved = live.save([])!;
  await live.close();
  expect(saved.logs[0]).toMatchObject({
    at: { file: 0, offset: sizeOf(entries) },
    from: { cursor: expect.stringMatching(new RegExp(`^s=1;i=${entries.length.toString(16)};`)) },
  });
});

it('goes on where it was when journalctl dies in the middle of an entry', async () => {
  const half = Math.floor(entries.length / 2);
  writeFileSync(file, entries.join(''));
  const expected = await replayed();
  writeFileSync(file, entries.slice(0, half).join(''));
  writeFileSync(`${file}.do`, JSON.stringify({ cut: entries[half]!.slice(0, 120) }));
  const { counted: counts, count } = counting();
  const live = follow({ from: 'backfill' }, count);
  const traces = await readTo(live, sizeOf(entries.slice(0, half)));
  while (live.vitals.logs[0]?.readable !== false) await live.cycle();
  rmSync(`${file}.do`);
  writeFileSync(file, entries.join(''));
  now += 1000;
  traces.push(...(await readTo(live, sizeOf(entries))), ...(await readOut(live)));
  await live.close();
  expect(textOf(traces)).toEqual(expected);
  expect(sumOf(counts, 'sources_unreadable')).toBeGreaterThan(0);
  expect(sumOf(counts, 'malformed_lines')).toBe(0);
});

it('counts what is no entry, and reads on', async () => {
  writeFileSync(file, entries.join(''));
  const expected = await replayed();
  writeFileSync(file, [...entries.slice(0, 9), 'garbage\n', '{"__CURSOR":"s=1\n', ...entries.slice(9)].join(''));
  const { counted: counts, count } = counting();
  const live = follow({ from: 'backfill' }, count);
  const traces = [...(await readTo(live, sizeOf(entries))), ...(await readOut(live))];
  await live.close();
  expect(textOf(traces)).toEqual(expected);
  expect(sumOf(counts, 'malformed_lines')).toBe(2);
});

const tailerAt = (cursor: string | undefined, count = counting().count) =>
  new JournalTailer({
    path: 'journal:',
    open: () => () => undefined,
    begin: () => 'oldest',
    from: cursor === undefined ? undefined : { cursor },
    clock,
    count,
  });

async function firstFault(tailer: JournalTailer): Promise<string> {
  for (;;) {
    const { reason } = (await tailer.poll()).sources[0]!;
    if (reason !== undefined) return reason;
  }
}

it('looks for the entry at which reading stopped among those of the same time', () => {
  const [before, sought, other, later] = [1, 2, 3, 4].map((number) => cursorAt(number, number === 4 ? 9 : 5)) as [
    string,
    string,
    string,
    string,
  ];
  const found = new Rejoin<string>(sought);
  expect([before, other, sought].map((cursor) => found.next(cursor, cursor).is)).toEqual(['sought', 'sought', 'found']);
  const gone = new Rejoin<string>(sought);
  expect(gone.next(before, before)).toEqual({ is: 'sought' });
  expect(gone.next(later, later)).toEqual({ is: 'gone', entries: [before, later] });
});

it('lags behind by the age of the newest entry that was read, while there may be more', async () => {
  writeFileSync(file, entries.slice(0, -1).join(''));
  const tailer = tailerAt(undefined);
  const first = written[0]!.at;
  let source = (await tailer.poll(() => 1)).sources[0]!;
  expect(source.behind).toBeUndefined();
  while (source.readBytes === 0) source = (await tailer.poll(() => 1)).sources[0]!;
  expect(source.behind).toBeCloseTo(first, 0);
  while (!source.atEnd) source = (await tailer.poll()).sources[0]!;
  expect(source.behind).toBeUndefined();
  // While nothing is read, what journalctl has printed shows that there is more.
  expect((await tailer.poll(() => 0)).sources[0]!.behind).toBeUndefined();
  appendFileSync(file, entries.at(-1)!);
  do {
    await turn();
    source = (await tailer.poll(() => 0)).sources[0]!;
  } while (source.behind === undefined);
  expect(source.behind).toBeCloseTo(written.at(-2)!.at, 0);
  await tailer.close();
});

type Fields = Record<string, unknown> & { readonly MESSAGE: string };

it.each<[string, (fields: Fields, i: number) => Record<string, unknown>, number]>([
  ['as bytes', (fields) => ({ ...fields, MESSAGE: [...Buffer.from(fields.MESSAGE)] }), 0],
  ['with a field twice', (fields) => ({ ...fields, SYSLOG_IDENTIFIER: [fields['SYSLOG_IDENTIFIER'], 'x'] }), 0],
  ['of several lines', (fields) => ({ ...fields, MESSAGE: `${fields.MESSAGE}\n  more` }), 0],
  ['beside some that are withheld', (fields, i) => (i === 0 ? { ...fields, MESSAGE: null } : fields), 1],
])('reads entries %s', async (_, change, damaged) => {
  const changed = entries.map((line, i) => `${JSON.stringify(change(JSON.parse(line), i))}\n`);
  writeFileSync(file, changed.join(''));
  const { counted: counts, count } = counting();
  const live = follow({ from: 'backfill' }, count);
  const traces = [...(await readTo(live, sizeOf(changed))), ...(await readOut(live))];
  await live.close();
  expect(textOf(traces)).toEqual(await replayed());
  expect(traces).toHaveLength(2);
  expect(sumOf(counts, 'malformed_lines')).toBe(damaged);
});

it('check shows what the journal holds, by service, and reads the newest entries where there are many', async () => {
  const ofJournal = { paths: ['journal:'], zone: 'UTC', env: {}, all: false };
  writeFileSync(file, entries.join(''));
  const report = await checkLogs(ofJournal);
  expect(report.problems).toEqual([]);
  expect(report.sources.map(({ service, host, form }) => `${service} ${host} ${form}`)).toContain('nova-compute vm journal-json');
  expect(JSON.parse(readFileSync(`${file}.calls`, 'utf8').split('\n')[0]!)).toContain(`--lines=${NEWEST}`);
  expect(report.notes.join()).not.toContain('newest');

  writeFileSync(
    file,
    '{"__CURSOR":"s=1;i=1;t=1","__REALTIME_TIMESTAMP":"1795225831664123","MESSAGE":"-- MARK --"}\n'.repeat(NEWEST) + entries.join(''),
  );
  expect((await checkLogs(ofJournal)).notes).toContain('of journal: the newest 104,858 entries were read: --all reads everything');
  rmSync(`${file}.calls`);
  expect((await checkLogs({ ...ofJournal, all: true })).notes.join()).not.toContain('newest');
  expect(readFileSync(`${file}.calls`, 'utf8')).not.toContain('--lines');

  writeFileSync(`${file}.do`, JSON.stringify({ exit: 1, says: 'No journal files were opened due to insufficient permissions.\n' }));
  const { problems, exitCode } = await checkLogs(ofJournal);
  expect(problems).toMatchObject([{ about: 'unreadable', remedy: expect.stringContaining('group systemd-journal') }]);
  expect(exitCode).toBe(66);
});
/** So many of its entries are about 64 MiB. */
const NEWEST = 104_858;

/** Polls until something is known to be missing. */
async function firstLost(tailer: JournalTailer): Promise<string> {
  for (;;) {
    const { lost } = (await tailer.poll()).sources[0]!;
    if (lost !== undefined) return lost;
  }
}

it.each([
  ['vacuumed', (at: number) => cursorAt(1, at - 5_000_000), 'with the next one'],
  ['of no journal', () => 's=0;i=1', 'with those since 2026-11-21T01:41:00.000Z'],
  ['of a clock that was set back since', (at: number) => cursorAt(1, at + 3_600_000_000), 'with those since 2026-11-21T01:41:00.000Z'],
])('says once that an entry is gone that was %s, and reads on', async (_, cursor, goesOn) => {
  writeFileSync(file, entries.join(''));
  const { counted: counts, count } = counting();
  const tailer = tailerAt(cursor(written[0]!.at * 1000), count);
  expect(await firstLost(tailer)).toContain(goesOn);
  while (tailer.positions()[0]!.files[0]!.offset < sizeOf(entries)) {
    const [source] = (await tailer.poll()).sources;
    expect(source).toMatchObject({ readable: true });
    expect(source!.lost).toBeUndefined();
  }
  expect(sumOf(counts, 'files_lost')).toBe(1);
  expect(tailer.positions()[0]!.files[0]).toMatchObject({ file: 1, offset: sizeOf(entries) });
  await tailer.close();
});

/** One life of `tail`, until it has read an entry. @returns what it logged */
async function tailUntil(entry: string): Promise<string> {
  const stopping = new AbortController();
  const stderr = new PassThrough();
  const [state, read] = [join(dir, 'state'), `"${/"(s=1;[^"]*)"/.exec(entry)![1]}"`];
  const hasRead = (): boolean => readFileSync(join(state, 'checkpoint'), { encoding: 'utf8', flag: 'a+' }).includes(read);
  const flags = { timezone: 'UTC', host: 'localhost', 'state-dir': state, metrics: 'off', endpoint: backend.url, backfill: 'true' };
  await runTail(
    { config: undefined, paths: ['journal:'], flags },
    {
      stdout: new PassThrough(),
      stderr,
      env: { NOVASPAN_CHECKPOINT_INTERVAL: '1ms' },
      clock: {
        now: () => (now += 1000),
        sleep: async () => {
          await turn();
          if (hasRead()) stopping.abort();
        },
      },
      signal: stopping.signal,
    },
  );
  return String(stderr.read() ?? '');
}

it('tail logs once that a part of the journal was vacuumed', async () => {
  backend = await startBackend();
  now = END;
  writeFileSync(file, entries.join(''));
  expect(await tailUntil(entries.at(-1)!)).not.toContain('missed');
  const [first, second] = [1, 2].map((i) => later(i));
  writeFileSync(file, first! + second!);
  const said = await tailUntil(second!);
  await backend.close();
  expect(said.split('a part of a log was missed')).toHaveLength(2);
  expect(said).toContain('"path":"journal:","reason":"the entry at which reading stopped is no longer in the journal');
});
/** An entry that comes after all others. */
const later = (number: number): string =>
  entries
    .at(-1)!
    .replace(/"s=1;[^"]*"/, `"${cursorAt(entries.length + number, (written.at(-1)!.at + 60_000 * number) * 1000)}"`)
    .replace(/"__REALTIME_TIMESTAMP":"\d+"/, `"__REALTIME_TIMESTAMP":"${(written.at(-1)!.at + 60_000 * number) * 1000}"`);
let backend: Backend;

it.each([
  ['No journal files were opened due to insufficient permissions.\n', 'group systemd-journal'],
  ['Failed to open journal: Input/output error\n', 'exit code 1'],
])('says what to do about %j, waits longer each time, and tries again', async (says, what) => {
  writeFileSync(file, '');
  writeFileSync(`${file}.do`, JSON.stringify({ exit: 1, says }));
  const error = await replayed().then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toMatchObject({ code: 'LOG_UNREADABLE' });
  expect(error instanceof OperatorError && `${error.message} ${error.remedy}`).toContain(what);
  const tailer = tailerAt(undefined);
  expect(await firstFault(tailer)).toContain(what);
  const calls = (): number => readFileSync(`${file}.calls`, 'utf8').trim().split('\n').length;
  const before = calls();
  await tailer.poll();
  now += 999;
  await tailer.poll();
  expect(tailer.openFiles).toBe(0);
  now += 1;
  await tailer.poll();
  while (tailer.openFiles === 1) await tailer.poll();
  expect(calls()).toBe(before + 1);
  now += 1999;
  await tailer.poll();
  expect(tailer.openFiles).toBe(0);
  await tailer.close();
});

it('says that journalctl is not installed', async () => {
  vi.stubEnv('NOVASPAN_JOURNALCTL', join(dir, 'none'));
  await expect(replayed()).rejects.toThrow('journalctl is not installed here');
  expect(await firstFault(tailerAt(undefined))).toContain('journalctl is not installed here');
});

it('reads nothing while it is paused, and journalctl waits', async () => {
  writeFileSync(file, entries.join('').repeat(50));
  const tailer = tailerAt(undefined);
  while ((await tailer.poll(() => 1000)).readBytes === 0);
  const { offset } = tailer.positions()[0]!.files[0]!;
  for (let i = 0; i < 20; i++) expect((await tailer.poll(() => 0)).sources[0]).toMatchObject({ readBytes: 0, atEnd: false });
  expect(tailer.positions()[0]!.files[0]!.offset).toBe(offset);
  await tailer.close();
});

it.each([
  ['journal:', []],
  ['journal:nova-compute.service,devstack@n-cpu', ['--unit=nova-compute.service', '--unit=devstack@n-cpu']],
  [
    'journal:edpm_nova_compute,CONTAINER_NAME=nova_compute',
    ['_SYSTEMD_UNIT=edpm_nova_compute.service', '+', 'CONTAINER_NAME=nova_compute'],
  ],
  ['journal:/nowhere/system.journal', ['--file=/nowhere/system.journal']],
  ['journal:/nowhere/journal', ['--directory=/nowhere/journal']],
  ['journal:./nowhere', ['--directory=./nowhere']],
  ['journal:OBJECT=/a/b', ['OBJECT=/a/b']],
])('%s is what journalctl is asked for', (path, selection) => {
  expect(journalArguments(path, 'oldest', false).slice(5)).toEqual(selection);
  expect(journalName(path)).not.toContain('@');
});

const hasRemote = existsSync(REMOTE) && existsSync('/usr/bin/journalctl');
const ifReal = it.skipIf(!hasRemote);
const SKIPPED = `(skipped where there is no ${REMOTE}: apt-get install systemd-journal-remote)`;

/** Writes a journal file with these lines. */
function writeJournal(path: string, lines: readonly Written[]): void {
  const stream = lines.map(({ at, text, host, service }) =>
    [
      `__REALTIME_TIMESTAMP=${Math.round(at * 1000)}`,
      `__MONOTONIC_TIMESTAMP=${Math.round(at * 1000)}`,
      '_BOOT_ID=0123456789abcdef0123456789abcdef',
      `_HOSTNAME=${host}`,
      '_PID=7',
      `SYSLOG_IDENTIFIER=${service}`,
      `MESSAGE=${text}`,
      '\n',
    ].join('\n'),
  );
  mkdirSync(dirname(path), { recursive: true });
  execFileSync(REMOTE, ['--output', path, '-'], {
    input: stream.join('').replace(/\n\n+/g, '\n\n'),
    stdio: ['pipe', 'ignore', 'ignore'],
  });
}

ifReal(`reads a real journal ${SKIPPED}`, async () => {
  vi.stubEnv('NOVASPAN_JOURNALCTL', 'journalctl');
  const path = join(dir, 'journal', 'remote.journal');
  writeJournal(path, written);
  const traces = await replayed(`journal:${path}`);
  expect(traces).toHaveLength(2);
  expect(traces.join()).toContain('instance create');
});

ifReal(`goes on behind an entry of a real journal, or with the next one where it was vacuumed ${SKIPPED}`, async () => {
  vi.stubEnv('NOVASPAN_JOURNALCTL', 'journalctl');
  const half = Math.floor(written.length / 2);
  const [old, young] = [written.slice(0, half), written.slice(half)];
  // Files of one boot: what lies between them is told by their times.
  writeJournal(join(dir, 'journal', 'old.journal'), old);
  writeJournal(join(dir, 'journal', 'young.journal'), young);
  const [path, messages] = [`journal:${join(dir, 'journal')}`, [] as string[]];
  const tailerFrom = (from: From | undefined) =>
    new JournalTailer({
      path,
      open: () => (bytes, start, end) => void messages.push(JSON.parse(bytes.subarray(start, end).toString()).MESSAGE),
      begin: () => 'oldest',
      from,
      clock,
      count: counting().count,
    });
  const one = tailerFrom(undefined);
  while (messages.length < half) await one.poll(() => 1);
  const { from } = one.comeBack(one.positions()[0]!.files[0]!);
  await one.close();

  const two = tailerFrom(from);
  while (messages.length < written.length) expect((await two.poll()).sources[0]!.lost).toBeUndefined();
  await two.close();
  expect(messages).toEqual(written.map(({ text }) => text));

  messages.length = 0;
  rmSync(join(dir, 'journal', 'old.journal'));
  const three = tailerFrom(from);
  expect(await firstLost(three)).toContain('with the next one');
  while (messages.length < young.length) await three.poll();
  await three.close();
  expect(messages).toEqual(young.map(({ text }) => text));
});
