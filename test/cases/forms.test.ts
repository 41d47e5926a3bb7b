import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { FinishedTrace } from '../../src/model/span.js';
import { replay } from '../../src/pipeline/replay.js';
import { counting } from '../support/scenario.js';

const CASES = new URL('.', import.meta.url).pathname;

async function read(path: string, service?: string, zone = 'UTC') {
  const { count, counted } = counting();
  const traces: FinishedTrace[] = [];
  for await (const trace of replay({ paths: [path], zone, lines: 'events', count, ...(service !== undefined && { service }) }))
    traces.push(trace);
  const spans = traces.flatMap(({ spans: all }) => all.map(({ name }) => name));
  const starts = traces.map(({ spans: [root] }) => root!.start);
  return { traces, counted, spans, starts };
}

async function readText(name: string, text: string, service?: string, zone?: string) {
  const dir = mkdtempSync(join(tmpdir(), 'novaspan-case-'));
  try {
    writeFileSync(join(dir, name), text);
    return await read(join(dir, name), service, zone);
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

const CONTEXT = '[None req-11111111-1111-4111-8111-111111111111 u p - - default default]';
const ON = '[instance: aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa]';
const CLAIM = `2024-07-11 18:10:40.100 2 INFO nova.compute.claims ${CONTEXT} ${ON} Claim successful on node cmp1`;
const SPAWN = `2024-07-11 18:10:46.400 2 INFO nova.compute.manager ${CONTEXT} ${ON} Took 5.20 seconds to spawn the instance on the hypervisor.`;
const BUILD = `2024-07-11 18:10:46.500 2 INFO nova.compute.manager ${CONTEXT} ${ON} Took 6.40 seconds to build instance.`;
const BOOT = [CLAIM, SPAWN, BUILD];
const UTC = [Date.UTC(2024, 6, 11, 18, 10, 40, 100)];

describe('logs as they are pasted and collected', () => {
  it.each([
    ['F9/13-compose.log', undefined],
    ['F9/13-kubectl-prefix.log', undefined],
    ['F9/13-stern.log', undefined],
    ['F9/13-hard-wrapped.log', 'nova-compute'],
  ])('%s is a boot of 6.4 s', async (path, service) => {
    const { traces, spans } = await read(join(CASES, path), service);
    expect(traces).toHaveLength(1);
    expect(spans).toEqual(expect.arrayContaining(['instance create', 'spawn']));
  });

  it.each([
    ['F9/15-filebeat.ndjson', undefined],
    ['F9/15-kolla-opensearch.ndjson', undefined],
    ['F9/15-logcli.jsonl', undefined],
    ['F9/14-devstack-screen.log', 'nova-compute'],
    ['F9/devstack-n-cpu.log', 'nova-compute'],
  ])('%s is the part of a boot', async (path, service) => {
    const { traces, spans } = await read(join(CASES, path), service);
    expect(traces).toHaveLength(1);
    expect(spans).toContain('instance create');
  });

  it('F2/pebble.log is read, each line as its service', async () => {
    const { counted } = await read(join(CASES, 'F2/pebble.log'));
    expect(counted).toMatchObject({ 'records nova-conductor': 1, 'records neutron-server': 1, 'events neutron-server': 1 });
  });

  it('F9/vpp-queens.log is joined: the failure is found', async () => {
    const { counted } = await read(join(CASES, 'F9/vpp-queens.log'), 'nova-compute');
    expect(counted['lines nova-compute']).toBe(10);
    expect(counted['unparsed_lines nova-compute']).toBeUndefined();
  });

  it.each<[string, (line: string, i: number) => string]>([
    ['pebble', (line) => `${line.slice(0, 10)}T${line.slice(11, 23)}Z [nova-compute] ${line}`],
    ['kubectl, coloured', (line) => `\x1b[36m[pod/nova-compute-default-x7k2p/nova-compute]\x1b[0m ${line}`],
    ['kubectl, the pod known', (line) => `[pod/nova-compute-0/main] ${line}`],
    ['stern in several namespaces', (line) => `openstack nova-compute-default-x7k2p nova-compute ${line}`],
    ['stern, coloured', (line) => `\x1b[38;5;2mnova-compute-default-x7k2p\x1b[0m \x1b[38;5;10mnova-compute\x1b[0m ${line}`],
    ['stern with arrows', (line) => `nova-compute-default-x7k2p › nova-compute ${line}`],
    ['compose', (line) => `nova-compute-1    | ${line}`],
    ['compose, coloured', (line) => `\x1b[36mnova-compute-1  | \x1b[0m${line}`],
    ['compose of old, coloured', (line) => `\x1b[36mnova_compute_1  |\x1b[0m ${line}`],
    [
      'filebeat, nested',
      (line) =>
        JSON.stringify({
          '@timestamp': '2024-07-12T01:00:00.000Z',
          message: line,
          log: { file: { path: '/var/log/nova/nova-compute.log' } },
        }),
    ],
    [
      'filebeat, dotted and exported',
      (line) =>
        JSON.stringify({
          _index: 'x',
          _source: { '@timestamp': '2024-07-12T01:00:00.000Z', message: line, 'kubernetes.container.name': 'nova-compute' },
        }),
    ],
    ['logcli', (line) => `2024-07-12T01:00:00Z {filename="/var/log/kolla/nova/nova-compute.log", host="cmp1"} ${line}`],
    ['logcli, coloured', (line) => `\x1b[34m2024-07-12T01:00:00Z\x1b[0m \x1b[31m{app="nova-compute"}\x1b[0m ${line}`],
    [
      'logcli -o jsonl of Kubernetes',
      (line) => JSON.stringify({ labels: { container: 'nova-compute' }, line, timestamp: '2024-07-12T01:00:00Z' }),
    ],
    [
      'kolla',
      (line, i) =>
        JSON.stringify({
          Hostname: 'cmp1',
          Payload: line.slice(line.indexOf('[instance')),
          log_level: 'INFO',
          python_module: i === 0 ? 'nova.compute.claims' : 'nova.compute.manager',
          request_id: '11111111-1111-4111-8111-111111111111',
          user_id: 'u',
          tenant_id: 'p',
          programname: 'nova-compute',
          Pid: '2',
          Timestamp: line.slice(0, 23),
          '@timestamp': `${line.slice(0, 10)}T${line.slice(11, 23)}000000+00:00`,
        }),
    ],
  ])('a boot behind %s needs no option', async (_what, wrap) => {
    const { spans, starts, counted } = await readText('pasted.log', `${BOOT.map(wrap).join('\n')}\n`);
    expect(starts).toEqual(UTC);
    expect(spans).toContain('spawn');
    expect(counted['malformed_lines']).toBeUndefined();
  });

  it('kubectl --timestamps proves the zone', async () => {
    const text = BOOT.map((line) => `${line.slice(0, 10)}T09:10:${line.slice(17, 23)}456789Z ${line}\n`).join('');
    expect((await readText('nova-compute.log', text, undefined, 'Europe/Rome')).starts).toEqual([Date.UTC(2024, 6, 11, 9, 10, 40, 100)]);
  });

  it('the time at which filebeat read a file proves no zone, that of a container does', async () => {
    const wrap = (more: object) =>
      BOOT.map((message) =>
        JSON.stringify({
          '@timestamp': `2024-07-11T09:10:${message.slice(17, 23)}Z`,
          message,
          container: { name: 'nova-compute' },
          ...more,
        }),
      ).join('\n');
    expect((await readText('x.log', wrap({}), undefined, 'UTC')).starts).toEqual(UTC);
    expect((await readText('x.log', wrap({ stream: 'stderr' }), undefined, 'UTC')).starts).toEqual([Date.UTC(2024, 6, 11, 9, 10, 40, 100)]);
  });

  it("Pebble's own lines are nobody's, and a traceback is its service's", async () => {
    const at = '2024-07-11T18:10:46.500Z';
    const text = [
      `${at} [pebble] Service "nova-compute" starting: nova-compute`,
      `${at} [nova-compute] ${CLAIM}`,
      `${at} [nova-compute] 2024-07-11 18:10:41.400 2 ERROR nova.compute.manager ${CONTEXT} ${ON} Instance failed to spawn: nova.exception.VirtualInterfaceCreateException: Virtual Interface creation failed`,
      `${at} [nova-compute] Traceback (most recent call last):`,
      `${at} [nova-compute] nova.exception.VirtualInterfaceCreateException: Virtual Interface creation failed`,
    ].join('\n');
    const { counted, traces } = await readText('nova.log', text);
    expect(counted['other_program_lines pebble']).toBe(1);
    expect(counted['unparsed_lines nova-compute']).toBeUndefined();
    expect(traces).toHaveLength(1);
  });

  it("Apache's error log holds nova-api's requests, and what Apache says is nobody's", async () => {
    const line = `2025-05-14 11:56:05.811 2805 INFO nova.api.openstack.requestlog ${CONTEXT} 192.0.2.42 "POST /v2.1/servers" status: 202 len: 447 microversion: 2.1 time: 1.200820`;
    const text = [
      '[Wed May 14 11:56:01.000001 2025] [mpm_event:notice] [pid 1:tid 140213] AH00489: Apache/2.4.58 (Ubuntu) configured -- resuming normal operations',
      `[Wed May 14 11:56:05.811568 2025] [wsgi:error] [pid 2805:tid 140213] [remote 192.0.2.1:50000] ${line}`,
    ].join('\n');
    const { counted } = await readText('nova-api.log', text);
    expect(counted).toMatchObject({ 'events nova-api': 1, 'other_program_lines apache2': 1 });
  });

  it('says what it sees of a log that nobody can read', async () => {
    await expect(readText('x.log', '2025/05/14 11:56:05 [error] 12#12: *1 connect() failed\n')).rejects.toThrow(
      /x\.log is not known: its lines look like those of nginx's error log/,
    );
  });
});
