import { mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toOtlpJson } from '../src/export/otlp-json.js';
import { keys } from '../src/model/attributes.js';
import type { LogForm } from '../src/model/form.js';
import type { FinishedTrace } from '../src/model/span.js';
import { replay } from '../src/pipeline/replay.js';
import { counting, GOLDEN, zoneOf } from './support/scenario.js';
import { asDevstack, asObjects, containerOf, type PlainLog, plainLogs, type Random, type Written, wrappers } from './support/wrap.js';

const SCENARIOS = ['create-succeeds-debug', 'create-fails-max-retries-debug', 'rebuild-succeeds-seoul-zone-info'];

/** Where a line stands in its file is all that may differ. */
const PLACE: readonly string[] = [keys.logPath, keys.logOffset];

function comparable(traces: readonly FinishedTrace[]): string[] {
  const strip = (attributes: Readonly<Record<string, unknown>>) =>
    Object.fromEntries(Object.entries(attributes).filter(([key]) => !PLACE.includes(key)));
  return traces
    .map((trace) =>
      toOtlpJson({
        ...trace,
        spans: trace.spans.map((span) => ({
          ...span,
          attributes: strip(span.attributes) as never,
          events: span.events.map((event) => ({ ...event, attributes: strip(event.attributes) as never })),
        })),
      }),
    )
    .sort();
}

interface Replayed {
  readonly traces: FinishedTrace[];
  readonly counted: Record<string, number>;
}

async function replayed(paths: readonly string[], zone: string, form?: LogForm): Promise<Replayed> {
  const { count, counted } = counting();
  const traces: FinishedTrace[] = [];
  for await (const trace of replay({ paths, zone, lines: 'events', count, ...(form !== undefined && { form }) })) traces.push(trace);
  return { traces, counted };
}

/** Writes files, replays them and takes them away. */
async function replayedFiles(files: Readonly<Record<string, readonly string[]>>, zone: string, isWhole = true): Promise<Replayed> {
  const dir = mkdtempSync(join(tmpdir(), 'novaspan-forms-'));
  try {
    for (const [name, lines] of Object.entries(files)) {
      const path = join(dir, name);
      writeFileSync(path, lines.map((line) => `${line}\n`).join(''));
      utimesSync(path, WRITTEN, WRITTEN);
    }
    return await replayed(isWhole ? [dir] : Object.keys(files).map((name) => join(dir, name)), zone);
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

const WRITTEN = new Date('2026-11-22T00:00:00Z');
const isPython = ({ service }: PlainLog): boolean => !/^(?:ovn-controller|ovs)/.test(service);
const randomOf =
  (numbers: Iterator<number>): Random =>
  (below) =>
    (numbers.next().value as number) % below;

/** A wrapper takes a line some ms after it was written, seldom minutes. */
const later = (random: Random): number => (random(50) === 0 ? random(120_000) : random(40)) + random(1000) / 1000;

/** Lines in the order in which a journal got them. */
function journalOf(logs: readonly PlainLog[], random: Random): { line: Written; taken: number }[] {
  const queues = logs.map(({ lines }) => {
    let taken = 0;
    return lines.map((line) => {
      taken = Math.max(taken, line.at + random(40));
      return { line, taken };
    });
  });
  return queues.flat().sort((a, b) => a.taken - b.taken);
}

describe.each(SCENARIOS)('%s', (scenario) => {
  const dir = join(GOLDEN, scenario);
  const zone = zoneOf(dir);
  const plain = replayed([dir], zone);

  it.each(Object.keys(wrappers) as (keyof typeof wrappers)[])('wrapped by %s gives the same traces', async (name) => {
    const expected = comparable((await plain).traces);
    const logs = await plainLogs(dir, zone);
    // The zone is that of the wrapper where this has none, and of nothing where it has one.
    const given = name === 'syslog without a zone' ? 'Asia/Seoul' : 'America/New_York';
    await fc.assert(
      fc.asyncProperty(fc.infiniteStream(fc.nat()), async (numbers) => {
        const random = randomOf(numbers);
        const files = Object.fromEntries(
          logs.map((log) => [log.name, log.lines.flatMap((line) => wrappers[name](line, line.at + later(random), random))]),
        );
        const { traces, counted } = await replayedFiles(files, given);
        expect(comparable(traces)).toEqual(expected);
        expect(Object.keys(counted).filter((name) => name.startsWith('malformed_lines'))).toEqual([]);
      }),
      { numRuns: 3 },
    );
  });

  it.each(['oslo-json', 'fluent'] as const)('written as %s gives the same traces', async (name) => {
    const logs = await plainLogs(dir, zone);
    const files = Object.fromEntries(
      logs.map((log) => [log.name, isPython(log) ? asObjects[name](log) : log.lines.map(({ text }) => text)]),
    );
    // `created` is UTC; `time` is local, as the plain stamp is.
    const { traces } = await replayedFiles(files, name === 'fluent' ? zone : 'America/New_York');
    expect(comparable(traces)).toEqual(comparable((await plain).traces));
  });

  it.each(['oslo-json', 'fluent'] as const)('written as %s inside of docker gives the same traces', async (name) => {
    const logs = await plainLogs(dir, zone);
    const files = Object.fromEntries(
      logs.map((log) => {
        const at = log.lines[0]?.at ?? 0;
        const texts = isPython(log) ? asObjects[name](log) : log.lines.map(({ text }) => text);
        // Each is taken a minute late at most: what is tested is the zone.
        const times = texts.map((text) => Number(/"created":([\d.]+)/.exec(text)?.[1] ?? 0) * 1000 || at);
        return [
          log.name,
          texts.map((text, i) => JSON.stringify({ log: `${text}\n`, stream: 'stdout', time: new Date(times[i]!).toISOString() })),
        ];
      }),
    );
    const { traces } = await replayedFiles(files, 'America/New_York');
    expect(comparable(traces)).toEqual(comparable((await plain).traces));
  });

  it.each([
    ['as their containers are called', containerOf],
    ['as DevStack calls its units', (service: string) => UNITS[service] ?? service],
  ] as const)('in one journal, services told apart %s, gives the same traces', async (_how, ident) => {
    const logs = await plainLogs(dir, zone);
    await fc.assert(
      fc.asyncProperty(fc.infiniteStream(fc.nat()), async (numbers) => {
        const random = randomOf(numbers);
        const lines = journalOf(logs, random).flatMap(({ line, taken }) => [
          JSON.stringify({
            __REALTIME_TIMESTAMP: String(taken * 1000),
            _HOSTNAME: line.host,
            SYSLOG_IDENTIFIER: ident(line.service),
            MESSAGE: line.text,
          }),
          ...(random(10) === 0 ? [noise(line, taken)] : []),
        ]);
        const { traces, counted } = await replayedFiles({ 'journalctl.out': lines }, 'America/New_York', false);
        expect(comparable(traces)).toEqual(comparable((await plain).traces));
        expect(counted['other_program_lines sudo']).toBeGreaterThan(0);
      }),
      { numRuns: 2 },
    );
  });

  it('as DevStack has it gives the same traces', async () => {
    const logs = await plainLogs(dir, zone);
    const files = Object.fromEntries(
      logs.map((log) => [
        log.name,
        isPython(log)
          ? asDevstack(log, (service) => UNITS[service] ?? service)
          : log.lines.flatMap((line) => wrappers.syslog(line, line.at)),
      ]),
    );
    const { traces } = await replayedFiles(files, 'UTC');
    expect(comparable(traces)).toEqual(comparable((await plain).traces));
  });
});

const UNITS: Readonly<Record<string, string>> = {
  'nova-compute': 'nova-compute',
  'nova-api': 'devstack@n-api.service',
  'nova-conductor': 'nova-conductor',
  'nova-scheduler': 'devstack@n-sch.service',
  'neutron-server': 'devstack@q-svc.service',
  'placement-api': 'devstack@placement-api.service',
};

const noise = ({ host }: Written, taken: number): string =>
  JSON.stringify({
    __REALTIME_TIMESTAMP: String(taken * 1000),
    _HOSTNAME: host,
    SYSLOG_IDENTIFIER: 'sudo',
    _SYSTEMD_UNIT: 'nova-compute.service',
    MESSAGE: 'pam_unix(sudo:session): session opened for user root',
  });
