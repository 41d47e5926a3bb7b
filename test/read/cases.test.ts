import { join } from 'node:path';
import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { toOtlpJson } from '../../src/export/otlp-json.js';
import { replay } from '../../src/pipeline/replay.js';
import { counting } from '../support/scenario.js';

const CASES = new URL('../cases/', import.meta.url).pathname;

async function replayed(file: string, given: { service?: string; stdin?: string } = {}) {
  const { count, counted } = counting();
  const spans: string[] = [];
  const actions: string[] = [];
  const { stdin, ...options } = given;
  const paths = [stdin === undefined ? join(CASES, file) : '-'];
  const input = stdin === undefined ? {} : { stdin: Readable.from([Buffer.from(stdin)]) };
  for await (const trace of replay({ paths, zone: 'UTC', lines: 'events', count, ...options, ...input })) {
    spans.push(toOtlpJson(trace));
    actions.push(trace.spans[0]!.name);
  }
  return { spans, actions, counted };
}

/** Spans without where in which file their lines are. */
const withoutPlaces = (spans: readonly string[]): string[] =>
  spans.map((span) =>
    span.replaceAll(/01-rsyslog-033\.(?:log|clean)/g, 'LOG').replaceAll(/"(?:intValue|stringValue)":"?(?:LOG:)?\d+"?/g, 'N'),
  );

describe('inputs from the field', () => {
  it("F1: rsyslog's colours at the end change nothing", async () => {
    const { spans } = await replayed('F1/01-rsyslog-033.log');
    expect(spans.length).toBe(2);
    expect(spans.join('')).not.toMatch(/#033|\\u001b|\[00m/);
    const clean = await replayed('F1/01-rsyslog-033.clean');
    expect(withoutPlaces(spans)).toEqual(withoutPlaces(clean.spans));
  });

  it.each(['F1/10-colour-at-end-only.log', 'F1/17-journal-json-bytes.jsonl', 'F9/13-indented.log'])(
    '%s: three lines, a boot',
    async (file) => {
      const { spans, counted } = await replayed(file);
      expect(spans.length).toBe(1);
      expect(counted['events nova-compute']).toBe(3);
    },
  );

  it('F5: lines of syslog behind the name of a file', async () => {
    const { spans, counted } = await replayed('F5/12-grep-r-syslog.txt');
    expect(spans.length).toBe(1);
    expect(spans[0]).toContain('cmp1');
    expect(counted['events nova-compute']).toBe(1);
  });

  it('F5: the numbers of lines before them', async () => {
    expect((await replayed('F5/17-grep-n.nova-scheduler.log')).counted['events nova-scheduler']).toBe(2);
  });

  it.each([undefined, 'nova-compute'])('F6: each line is of the service that its file names, with --service %s', async (service) => {
    const { counted, spans } = await replayed('F6/12-grep-r-many-services.txt', service === undefined ? {} : { service });
    expect(counted).toMatchObject({ 'events nova-api': 1, 'events nova-compute': 2 });
    expect(spans.length).toBe(1);
  });

  it('F6: a file of errors that names no service', async () => {
    expect((await replayed('F6/27-errors.txt')).counted['events nova-compute']).toBe(1);
  });
});

const stamped = (second: number, pid: number, rest: string): string => `2024-07-11 18:10:${second}.100 ${pid} ${rest}`;
const REQUEST = '[None req-11111111-1111-4111-8111-111111111111 u p - - default default]';
const INSTANCE = '[instance: aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa]';

describe('a mixed log on standard input', () => {
  const lines = [
    stamped(
      39,
      11,
      `INFO nova.api.openstack.requestlog ${REQUEST} 192.0.2.42 "POST /v2.1/servers" status: 202 len: 447 microversion: 2.1 time: 1.200820`,
    ),
    stamped(40, 12, `INFO nova.compute.claims ${REQUEST} ${INSTANCE} Claim successful on node cmp1`),
    stamped(41, 12, `INFO os_vif ${REQUEST} Successfully plugged vif VIFOpenVSwitch(active=True)`),
    stamped(42, 99, 'INFO oslo_service.periodic_task [-] Whose is this'),
    '2024-07-11T18:10:43.000Z|00012|binding|INFO|Claiming lport df247bb8-4779-4902-aede-8e714f4bed2c for this chassis.',
    stamped(46, 12, `INFO nova.compute.manager ${REQUEST} ${INSTANCE} Took 6.40 seconds to build instance.`),
  ];

  it.each([undefined, 'nova-api'])('goes to the services that its loggers name, with --service %s', async (service) => {
    const { counted } = await replayed('', { stdin: `${lines.join('\n')}\n`, ...(service !== undefined && { service }) });
    expect(counted).toMatchObject({
      'records nova-compute': 3,
      'records ovn-controller': 1,
      'lines nova-api': service === undefined ? 1 : 2,
    });
    expect(counted['other_program_lines others']).toBe(service === undefined ? 1 : undefined);
  });

  it('guesses nothing where every container has the same process', async () => {
    const same = lines.map((line) => line.replace(/\.100 \d+ /, '.100 7 '));
    const { counted } = await replayed('', { stdin: `${same.join('\n')}\n` });
    expect(counted).toMatchObject({ 'records nova-api': 1, 'records nova-compute': 2, 'other_program_lines others': 2 });
  });
});
