import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { type ConfigSources, loadConfig } from '../../src/config/load.js';
import { OperatorError } from '../../src/model/errors.js';

const fixture = (name: string): string => fileURLToPath(new URL(`fixtures/${name}.yaml`, import.meta.url));

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

function yaml(text: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'novaspan-config-'));
  folders.push(folder);
  const file = join(folder, 'novaspan.yaml');
  writeFileSync(file, text);
  return file;
}

type Given = Partial<ConfigSources> & { readonly yaml?: string };
const load = ({ yaml: text, ...sources }: Given) =>
  loadConfig({ env: {}, flags: {}, paths: [], ...sources, ...(text !== undefined && { file: yaml(text) }) });

function faultOf(sources: Given): OperatorError {
  try {
    load(sources);
  } catch (error) {
    if (error instanceof OperatorError) return error;
    throw error;
  }
  throw new Error('it was taken for valid');
}

describe('loadConfig', () => {
  it('fills in the defaults', () => {
    expect(load({ paths: ['/var/log/nova', '/var/log/ovn'] })).toEqual({
      logs: [{ path: '/var/log/nova' }, { path: '/var/log/ovn' }],
      host: hostname(),
      timezone: new Intl.DateTimeFormat().resolvedOptions().timeZone,
      pollInterval: 250,
      checkpointInterval: 5000,
      lookBack: 900_000,
      backfill: false,
      output: 'otlp',
      otlp: {},
      lines: 'events',
      logLevel: 'info',
      queue: 1000,
      queueBytes: 67_108_864,
      rules: [],
      drainTimeout: 10_000,
      receive: { listen: 'off', delay: 30_000, bufferBytes: 1_073_741_824, timezones: {} },
      view: { listen: 'off', traces: 1000, bytes: 33_554_432 },
      telemetry: { listen: '127.0.0.1:9464', phaseHistograms: 'off', logSlowerThan: 60_000 },
    });
  });

  it('reads every field of a file', () => {
    expect(load({ file: fixture('everything') })).toEqual({
      logs: [
        { path: '/var/log/nova/nova-compute.log' },
        { path: '/srv/compute.txt', service: 'nova-compute', host: 'cmp7', form: 'cri', timezone: 'Asia/Seoul' },
      ],
      host: 'cmp1',
      timezone: 'Europe/Berlin',
      pollInterval: 120_000,
      stateDir: '/var/lib/novaspan-7',
      checkpointInterval: 1000,
      lookBack: 3_600_000,
      backfill: true,
      output: 'json',
      otlp: { endpoint: 'https://gateway:4318', headers: { 'x-scope-orgid': '7' }, timeout: 1500 },
      lines: 'off',
      logLevel: 'warn',
      queue: 20,
      queueBytes: 1_073_741_824,
      rules: ['/etc/novaspan/rules.yaml'],
      drainTimeout: 3_600_000,
      receive: { listen: '127.0.0.1:4319', delay: 300_000, bufferBytes: 2_147_483_648, timezones: { cmp7: 'Asia/Seoul' } },
      view: { listen: '127.0.0.1:9465', traces: 200, bytes: 8_388_608 },
      telemetry: { listen: '[::1]:9999', phaseHistograms: 'off', logSlowerThan: 30_000 },
    });
  });

  it('the environment beats the file', () => {
    const env = {
      NOVASPAN_LOGS: '/a.log::/b',
      NOVASPAN_HOST: 'cmp2',
      NOVASPAN_TIMEZONE: 'UTC',
      NOVASPAN_POLL_INTERVAL: '5s',
      NOVASPAN_STATE_DIR: 'none',
      NOVASPAN_CHECKPOINT_INTERVAL: '2s',
      NOVASPAN_LOOK_BACK: '30m',
      NOVASPAN_BACKFILL: 'false',
      NOVASPAN_QUEUE_BYTES: '1MiB',
      NOVASPAN_TELEMETRY_LISTEN: 'off',
      NOVASPAN_VIEW_LISTEN: '127.0.0.1:9466',
      NOVASPAN_RECEIVE_LISTEN: 'off',
      NOVASPAN_RECEIVE_DELAY: '1m',
      NOVASPAN_RECEIVE_BUFFER_BYTES: '128MiB',
      NOVASPAN_OUTPUT: 'text',
      NOVASPAN_LINES: 'events',
      NOVASPAN_LOG_LEVEL: 'debug',
      NOVASPAN_QUEUE: '7',
      NOVASPAN_DRAIN_TIMEOUT: '1m',
      NOVASPAN_RULES: '/x.yaml:/y.yaml',
      NOVASPAN_SERVICE_HOST: '10.0.0.1',
    };
    expect(load({ file: fixture('everything'), env })).toEqual({
      logs: [{ path: '/a.log' }, { path: '/b' }],
      host: 'cmp2',
      timezone: 'UTC',
      pollInterval: 5000,
      stateDir: 'none',
      checkpointInterval: 2000,
      lookBack: 1_800_000,
      backfill: false,
      output: 'text',
      otlp: { endpoint: 'https://gateway:4318', headers: { 'x-scope-orgid': '7' }, timeout: 1500 },
      lines: 'events',
      logLevel: 'debug',
      queue: 7,
      queueBytes: 1_048_576,
      rules: ['/x.yaml', '/y.yaml'],
      drainTimeout: 60_000,
      receive: { listen: 'off', delay: 60_000, bufferBytes: 134_217_728, timezones: { cmp7: 'Asia/Seoul' } },
      view: { listen: '127.0.0.1:9466', traces: 200, bytes: 8_388_608 },
      telemetry: { listen: 'off', phaseHistograms: 'off', logSlowerThan: 30_000 },
    });
  });

  it('the command line beats both', () => {
    const env = { NOVASPAN_LOGS: '/a.log', NOVASPAN_HOST: 'cmp2', NOVASPAN_BACKFILL: 'false', NOVASPAN_LINES: 'events' };
    const flags = {
      ...{ host: 'cmp3', timezone: 'Asia/Tokyo', endpoint: 'http://g:4318', lines: 'off', backfill: 'true', 'log-level': 'error' },
      ...{ service: 'nova-api', 'log-form': 'docker' },
    };
    expect(load({ file: fixture('everything'), env, flags, paths: ['/c.log'] })).toMatchObject({
      logs: [{ path: '/c.log', service: 'nova-api', form: 'docker' }],
      logLevel: 'error',
      host: 'cmp3',
      timezone: 'Asia/Tokyo',
      backfill: true,
      lines: 'off',
      otlp: { endpoint: 'http://g:4318', timeout: 1500 },
    });
  });

  it('needs no logs where they are sent', () => {
    expect(load({ flags: { receive: '127.0.0.1:4319' } })).toMatchObject({ logs: [], receive: { listen: '127.0.0.1:4319' } });
    expect(faultOf({}).message).toContain('name at least one log');
    expect(faultOf({ yaml: 'receive: {}' }).message).toContain('name at least one log');
  });

  it('needs a folder for what is sent', () => {
    const flags = { receive: '127.0.0.1:4319' };
    expect(faultOf({ flags: { ...flags, 'state-dir': 'none' } }).message).toContain('needs a stateDir');
    expect(faultOf({ flags, env: { NOVASPAN_OUTPUT: 'text' } }).message).toContain('(from --receive)');
    expect(load({ flags: { ...flags, 'state-dir': '/tmp/x' }, env: { NOVASPAN_OUTPUT: 'text' } }).stateDir).toBe('/tmp/x');
  });

  it('says of what is sent all that is wrong at once', () => {
    const { message } = faultOf({
      yaml: 'receive:\n  listen: everywhere\n  bufferBytes: 1MiB\n  timezones: { ../../etc: UTC }\nqueue: many\n',
      flags: { 'state-dir': 'none' },
    });
    for (const part of ['HOST:PORT', '64MiB or more', 'the name of a host', 'whole number', 'needs a stateDir'])
      expect(message).toContain(part);
  });

  it('the former names of receive.bufferBytes are read, and a fault names the one that was given', () => {
    const logs = ['a.log'];
    const env = { NOVASPAN_RECEIVE_SPOOL_BYTES: '128MiB' };
    const yaml = 'receive:\n  spoolBytes: 2GiB\n';
    expect(load({ yaml, paths: logs }).receive.bufferBytes).toBe(2 * 1024 ** 3);
    expect(load({ yaml, env, paths: logs }).receive.bufferBytes).toBe(128 * 1024 ** 2);
    const both = { ...env, NOVASPAN_RECEIVE_BUFFER_BYTES: '64MiB' };
    expect(load({ env: both, paths: logs }).receive.bufferBytes).toBe(64 * 1024 ** 2);
    expect(faultOf({ yaml: 'receive:\n  spoolBytes: 1MiB\n', paths: logs }).message).toContain('64MiB or more (from spoolBytes, line 2)');
    expect(faultOf({ env: { NOVASPAN_RECEIVE_SPOOL_BYTES: '1MiB' }, paths: logs }).message).toContain('from NOVASPAN_RECEIVE_SPOOL_BYTES');
    expect(faultOf({ yaml: `${yaml}  bufferBytes: 1GiB\n`, paths: logs }).message).toContain('spoolBytes');
  });

  it('--service is said of logs that have no service', () => {
    const { logs } = load({ file: fixture('everything'), flags: { service: 'nova-api' } });
    expect(logs.map(({ service }) => service)).toEqual(['nova-api', 'nova-compute']);
  });

  it('an empty variable is not set, an empty file says nothing', () => {
    const env = { NOVASPAN_HOST: '', NOVASPAN_TIMEZONE: ' ' };
    expect(load({ yaml: '', env, paths: ['a.log'] }).host).toBe(hostname());
    expect(load({ yaml: '# nothing yet\n', paths: ['a.log'] }).queue).toBe(1000);
  });

  it('fields of the file give way to the standard variables, which the SDK reads itself', () => {
    const file = fixture('everything');
    expect(load({ file, env: { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://x:4318' } }).otlp).toEqual({
      headers: { 'x-scope-orgid': '7' },
      timeout: 1500,
    });
    expect(load({ file, env: { OTEL_EXPORTER_OTLP_TRACES_HEADERS: 'a=b', OTEL_EXPORTER_OTLP_TIMEOUT: '5' } }).otlp).toEqual({
      endpoint: 'https://gateway:4318',
    });
    expect(load({ file, env: { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://x:4318' }, flags: { endpoint: 'http://y:1' } }).otlp.endpoint).toBe(
      'http://y:1',
    );
  });

  it('leaves no prototype open to a file', () => {
    expect(faultOf({ yaml: '__proto__: {polluted: 1}\nlogs: [{path: a}]' }).message).toContain('__proto__');
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });
});

describe('what is wrong', () => {
  it('is told all at once, each with where it was said', () => {
    const { message, exitCode } = faultOf({
      file: fixture('three-faults-at-once'),
      env: { NOVASPAN_QUEUE: 'many' },
      flags: { lines: 'maybe' },
    });
    expect(exitCode).toBe(78);
    expect(message.replace(/^.*\/fixtures/, '')).toMatchInlineSnapshot(`
      "/three-faults-at-once.yaml is not a valid configuration
      ✖ Unrecognized key: "colour" (line 5)
      ✖ must be a duration from 1ms to 24h, such as 250ms, 5s, 2m or 1h (line 4)
        → at pollInterval
      ✖ Invalid option: expected one of "events"|"off" (from --lines)
        → at lines
      ✖ must be a whole number (from NOVASPAN_QUEUE)
        → at queue
      ✖ must be an IANA time zone, such as Europe/Berlin or UTC (not an offset like +02:00, which is wrong for half of the year) (line 3)
        → at logs[0].timezone"
    `);
  });

  it.each(['timezone: auto\nlogs: [{path: a}]', 'logs: [{path: a, timezone: auto}]'])('a zone that is to be learnt: %j', (yaml) => {
    expect(faultOf({ yaml }).message).toMatch(/cannot be auto: .*summer time.*novaspan check/);
  });

  it.each<[string, Given, string]>([
    ['no logs', {}, 'name at least one log'],
    ['an empty list of logs', { yaml: 'logs: []\n' }, 'name at least one log'],
    ['logs that are no list', { yaml: 'logs: /var/log/nova\n' }, 'must be a list'],
    ['a log without a path', { yaml: 'logs:\n  - service: nova-api\n' }, 'logs[0].path'],
    ['an endpoint without http', { file: fixture('endpoint-not-url') }, 'http:// or https:// (line 4)'],
    ['a zone that is not there', { paths: ['a'], flags: { timezone: 'Europe/Berln' } }, '(from --timezone)'],
    ['an offset for a zone', { paths: ['a'], env: { NOVASPAN_TIMEZONE: '+02:00' } }, '(from NOVASPAN_TIMEZONE)'],
    ['a number for a duration', { paths: ['a'], yaml: 'pollInterval: 5\n' }, 'such as 250ms, 5s, 2m or 1h (line 1)'],
    ['no interval at all', { paths: ['a'], env: { NOVASPAN_POLL_INTERVAL: '0s' } }, 'must be a duration'],
    ['longer than a timer can', { paths: ['a'], env: { NOVASPAN_DRAIN_TIMEOUT: '25h' } }, 'must be a duration'],
    ['a queue of nothing', { paths: ['a'], env: { NOVASPAN_QUEUE: '0' } }, 'must be 1 or more'],
    ['a header that is a number', { paths: ['a'], yaml: 'otlp:\n  headers:\n    x: 7\n' }, 'put it in quotes (line 3)'],
    ['an unknown flag', { paths: ['a'], flags: { colour: 'blue' } }, '(from --colour)'],
    ['an empty --service', { paths: ['a'], flags: { service: '' } }, '(from --service)'],
    ['a file that is a list', { yaml: '- a\n', paths: ['a'] }, 'it must be a mapping of fields'],
    ['a file that is not there', { file: '/nowhere/novaspan.yaml', paths: ['a'] }, 'it cannot be read: ENOENT'],
    ['a field that is there twice', { yaml: 'host: a\nhost: b\n', paths: ['a'] }, 'line 2, column 1'],
  ])('%s', (_, sources, says) => {
    expect(faultOf(sources).message).toContain(says);
  });

  it('in a file that is no YAML is told with the line and without the text, which may be a secret', () => {
    const { message } = faultOf({ file: fixture('not-yaml'), flags: { timezone: 'Mars' } });
    expect(message).toMatch(/line \d+, column \d+/);
    expect(message).toContain('(from --timezone)');
    expect(message).not.toContain('s3cret');
    expect(message).not.toContain('name at least one log');
  });
});
