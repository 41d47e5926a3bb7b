import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { toOtlpJson } from '../../src/export/otlp-json.js';
import { traceText } from '../../src/export/terminal/trace-text.js';
import { OperatorError } from '../../src/model/errors.js';
import type { FinishedTrace } from '../../src/model/span.js';
import { type ReplayOptions, replay } from '../../src/pipeline/replay.js';
import { counting, GOLDEN } from '../support/scenario.js';

const DIR = join(GOLDEN, 'create-succeeds-debug');

async function replayed(options: Partial<ReplayOptions> = {}): Promise<FinishedTrace[]> {
  const traces: FinishedTrace[] = [];
  for await (const trace of replay({ paths: [DIR], zone: 'UTC', lines: 'events', count: counting().count, ...options })) traces.push(trace);
  return traces;
}
const fault = async (options: Partial<ReplayOptions>): Promise<OperatorError> => {
  const thrown: unknown = await replayed(options).then(
    () => undefined,
    (error) => error,
  );
  expect(thrown).toBeInstanceOf(OperatorError);
  return thrown as OperatorError;
};

describe('replay', () => {
  it('gives the same bytes when it is run again', async () => {
    const bytes = async (): Promise<string> => (await replayed()).map((trace) => toOtlpJson(trace)).join('\n');
    const first = await bytes();
    expect(first).toContain('instance create');
    expect(await bytes()).toBe(first);
  });

  it('counts what it read and what it gave', async () => {
    const { count, counted } = counting();
    const traces = await replayed({ count });
    expect(counted['actions']).toBe(traces.filter(({ form }) => form === 'action').length);
    const lines = readFileSync(join(DIR, 'nova-compute@vm.log'), 'utf8').split('\n').length - 1;
    expect(counted['lines nova-compute']).toBe(lines);
  });

  it('says how far it has come, and reads every byte once', async () => {
    const progress: number[] = [];
    await replayed({ onProgress: (read) => progress.push(read) });
    expect(progress).toEqual([...progress].sort((a, b) => a - b));
    expect(progress.at(-1)).toBeGreaterThan(readFileSync(join(DIR, 'nova-compute@vm.log')).length);
  });

  it('reads one log from standard input, when told whose it is', async () => {
    const log = readFileSync(join(DIR, 'nova-compute@vm.log'));
    const traces = await replayed({ paths: ['-'], service: 'nova-compute', host: 'vm', stdin: Readable.from([log]) });
    expect(traces[0]).toMatchObject({ form: 'action', action: 'create' });
  });

  it('reads a journal from standard input, and is told by it whose lines they are', async () => {
    const log = readFileSync(join(GOLDEN, 'create-succeeds-journald-json-debug', 'journal.jsonl'));
    const traces = await replayed({ paths: ['-'], stdin: Readable.from([log]), zone: 'Asia/Seoul' });
    expect(traces.map(traceText).join('\n')).toBe(
      readFileSync(join(GOLDEN, 'create-succeeds-journald-json-debug', 'expected.trace'), 'utf8'),
    );
  });

  it.each([
    ['grep', (log: string, line: string) => `/var/log/openstack/${log}.log:${line}\n`],
    ['cat', (_: string, line: string) => `${line}\n`],
  ])('reads several logs in one file of %s whole before anything closes: its times go back', async (_, lineOf) => {
    const dir = join(GOLDEN, 'resize-succeeds-confirm-revert-same-host-debug');
    const logs = ['glance-api', 'neutron-server', 'nova-api', 'nova-compute', 'placement-api'];
    const lines = logs.flatMap((log) =>
      readFileSync(join(dir, `${log}@vm.log`), 'utf8')
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => lineOf(log, line)),
    );
    const bytes = Buffer.from(lines.join(''));
    const pieces = Array.from({ length: Math.ceil(bytes.length / 65536) }, (_, i) => bytes.subarray(i * 65536, (i + 1) * 65536));
    const traces = await replayed({ paths: ['-'], stdin: Readable.from(pieces) });
    expect(new Set(traces.map(({ form }) => form))).toEqual(new Set(['action']));
    expect(new Set(traces.map(({ traceId }) => traceId)).size).toBe(traces.length);
  });

  it('stops in the middle when it is told to', async () => {
    const stop = new AbortController();
    stop.abort();
    expect(await replayed({ signal: stop.signal })).toEqual([]);
  });

  it('refuses a zone that does not exist', async () => {
    const { code, message, remedy } = await fault({ zone: 'Europe/Berlinn' });
    expect([code, message, remedy]).toEqual(['USAGE', 'there is no time zone "Europe/Berlinn"', expect.stringContaining('IANA')]);
  });

  it('refuses a log whose service nobody can tell', async () => {
    const path = join(DIR, 'truth.json');
    const { code, message, remedy } = await fault({ paths: [path] });
    expect([code, message, remedy]).toEqual(['LOG_UNKNOWN', expect.stringContaining(path), expect.stringContaining('--service')]);
  });

  it('refuses standard input whose service nobody can tell', async () => {
    expect((await fault({ paths: ['-'], stdin: Readable.from(['x']) })).code).toBe('LOG_UNKNOWN');
  });

  it('refuses a service that it does not know', async () => {
    const { code, message } = await fault({ paths: [join(DIR, 'nova-compute@vm.log')], service: 'my-service' });
    expect([code, message]).toEqual(['USAGE', expect.stringContaining('none of the logs')]);
  });

  it('refuses a path that is not there', async () => {
    expect((await fault({ paths: [join(DIR, 'no-such.log')] })).code).toBe('LOG_UNREADABLE');
  });
});
