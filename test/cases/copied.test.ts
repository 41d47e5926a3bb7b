import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { OperatorError } from '../../src/model/errors.js';
import type { FinishedTrace } from '../../src/model/span.js';
import type { UnreadLog } from '../../src/model/unread.js';
import { replay } from '../../src/pipeline/replay.js';
import { cleanerOf } from '../../src/read/clean.js';
import { cutOffAt } from '../../src/read/diagnose.js';
import { rewriteOf } from '../../src/read/head.js';
import { counting } from '../support/scenario.js';

const on = (request: string, instance: string) =>
  `[None req-${request.repeat(8)}-1111-4111-8111-111111111111 u p - - default default] [instance: ${instance.repeat(8)}-aaaa-4aaa-8aaa-aaaaaaaaaaaa]`;
const BOOTED = on('1', 'a');
const FAILED = on('2', 'b');
const TRACEBACK = `2024-07-11 18:10:55.400 2 ERROR nova.compute.manager ${FAILED.slice(FAILED.indexOf('[instance'))}`;
/** A boot that succeeds in 6.4 s, and one that fails after 5.8 s. */
const LINES = [
  `2024-07-11 18:10:40.100 2 INFO nova.compute.claims ${BOOTED} Claim successful on node cmp1`,
  `2024-07-11 18:10:40.900 2 DEBUG nova.compute.manager ${BOOTED} Start spawning the instance on the hypervisor. _build_and_run_instance /usr/lib/python3/dist-packages/nova/compute/manager.py:2621`,
  `2024-07-11 18:10:46.400 2 INFO nova.compute.manager ${BOOTED} Took 5.20 seconds to spawn the instance on the hypervisor.`,
  `2024-07-11 18:10:46.500 2 INFO nova.compute.manager ${BOOTED} Took 6.40 seconds to build instance.`,
  `2024-07-11 18:10:50.100 2 INFO nova.compute.claims ${FAILED} Claim successful on node cmp1`,
  `2024-07-11 18:10:55.400 2 ERROR nova.compute.manager ${FAILED} Instance failed to spawn: nova.exception.VirtualInterfaceCreateException: Virtual Interface creation failed`,
  `${TRACEBACK} Traceback (most recent call last):`,
  `${TRACEBACK}   File "/usr/lib/python3/dist-packages/nova/compute/manager.py", line 2571, in _build_and_run_instance`,
  `${TRACEBACK} nova.exception.VirtualInterfaceCreateException: Virtual Interface creation failed`,
  `2024-07-11 18:10:55.900 2 ERROR nova.compute.manager ${FAILED} Build of instance ${'b'.repeat(8)}-aaaa-4aaa-8aaa-aaaaaaaaaaaa aborted: Failed to allocate the network(s), not rescheduling.`,
];

const isoOf = (line: string): string => `${line.slice(0, 10)}T${line.slice(11, 23)}`;
const millisOf = (line: string): number => Date.parse(`${isoOf(line)}Z`);
const html = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
const cutAt = (width: number, lines = LINES): string[] => lines.flatMap((line) => line.match(new RegExp(`.{1,${width}}`, 'g'))!);
/** As mail programs do. */
function cutAtBlanks(width: number): string[] {
  return LINES.flatMap((line) => {
    const pieces: string[] = [];
    for (const word of line.split(' ')) {
      const last = pieces.at(-1);
      if (last !== undefined && `${last} ${word}`.length <= width) pieces[pieces.length - 1] = `${last} ${word}`;
      else pieces.push(word);
    }
    return pieces;
  });
}
const each = (wrap: (line: string, i: number) => string): string => `${LINES.map(wrap).join('\n')}\n`;
const text = (...lines: string[]): string => `${lines.join('\n')}\n`;
const ecs = (line: string) => ({
  '@timestamp': `${isoOf(line)}Z`,
  message: line,
  log: { file: { path: '/var/log/nova/nova-compute.log' } },
  host: { name: 'cmp1' },
});

async function readAs(name: string, content: string | Buffer, zone = 'UTC') {
  const dir = mkdtempSync(join(tmpdir(), 'novaspan-copied-'));
  const { count, counted } = counting();
  const traces: FinishedTrace[] = [];
  const seen: string[] = [];
  try {
    writeFileSync(join(dir, name), content);
    const onUnread = (log: UnreadLog): void => void seen.push(log.seen ?? '');
    const onCutOff = (_path: string, what: string): void => void seen.push(what);
    for await (const trace of replay({ paths: [join(dir, name)], zone, lines: 'events', count, onUnread, onCutOff })) traces.push(trace);
  } catch (fault) {
    if (!(fault instanceof OperatorError)) throw fault;
    seen.push(fault.message);
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
  const found = traces.map(({ spans }) => `${spans[0]!.name} ${spans[0]!.start} ${spans[0]!.end} ${spans[0]!.error} ${spans.length}`);
  return { found, traces, counted, seen };
}

const RIGHT = (await readAs('pasted.txt', text(...LINES))).found;

describe('a log that was copied is read as it was written', () => {
  it('to begin with', () => {
    expect(RIGHT).toHaveLength(2);
  });

  it.each<[string, string | Buffer]>([
    ['F1: less shows the escape', each((line) => `ESC[00;36m${line}ESC[00m`)],
    ['F1: vim does', each((line) => `<1B>[01;31m${line}<1B>[00m`)],
    ['F1: echo -e', each((line) => `\\e[00;36m${line}\\e[00m`)],
    ['F1: a sign for it', each((line) => `\u241b[00;36m${line}\u241b[00m`)],
    ['F1: a question mark for it', each((line) => `?[00;36m${line}?[00m`)],
    ['F1: a character that is none', each((line) => `\ufffd[00;36m${line}\ufffd[00m`)],
    ['F1: grep --color in a logger', each((line) => line.replace('nova.compute', '\x1b[01;31m\x1b[Knova.compute\x1b[m\x1b[K'))],
    ['F1: grep --color in an instance', each((line) => line.replace(/(b{8}|a{8})-aaaa/, '\x1b[01;31m\x1b[K$1\x1b[m\x1b[K-aaaa'))],
    [
      'F1: ccze',
      each((line) =>
        line
          .split(' ')
          .map((word) => `\x1b[36m${word}\x1b[0m`)
          .join(' '),
      ),
    ],
    ['F1: script', text('Script started\r', ...LINES.map((line) => `\x1b[?2004l\r${line}\r`), '\x1b]0;root@cmp1: ~\x07root@cmp1:~# exit')],
    ['F1: a page', each((line) => `<span style="color:#0aa">${html(line)}</span>`)],
    [
      'F2: Pebble, and a wrapper of Apache',
      each((line, i) => (i === 1 ? `${isoOf(line)}Z [apache forwarder] AH00558: x\n` : '') + `${isoOf(line)}Z [nova-compute] ${line}`),
    ],
    ['F5: cat -n', each((line, i) => `${String(i + 1).padStart(6)}\t${line}`)],
    ['F5: less -N', each((line, i) => `${String(i + 1).padStart(7)} ${line}`)],
    ['F5: pdsh and grep', each((line) => `cmp1.example.org: /var/log/nova/nova-compute.log:${line}`)],
    ['F5: standard input', each((line) => `(standard input):${line}`)],
    ['F5: grep, a copy of Windows', each((line, i) => `nova-compute (1).log:${i}:${line}`)],
    ['F5: Select-String', each((line, i) => `logs\\nova-compute.log:${i}:${line}\r`)],
    ['F6: the service in brackets', each((line) => `[nova-compute] ${line}`)],
    ['F6: kail', each((line) => `openstack/nova-compute-default-x7k2p[nova-compute]: ${line}`)],
    ['F9: a quotation in bars', each((line) => `| ${line}`)],
    ['F9: a quotation of a quotation', each((line) => `> > ${line}`)],
    ['F9: diff', each((line) => `+${line}`)],
    ['F9: code in Markdown', each((line) => `\`${line}\``)],
    ['F9: a fence in Markdown', text('```console', '$ tail nova-compute.log', ...LINES, '```')],
    ['F9: Jira', text(`{noformat}${LINES[0]}`, ...LINES.slice(1, -1), `${LINES.at(-1)}{noformat}`)],
    ['F9: quoted cells', each((line) => `"${line.replaceAll('"', '""')}"`)],
    [
      'F9: what Ansible has of a command',
      text('ok: [cmp1] => {', '    "result.stdout_lines": [', ...LINES.map((line) => `        ${JSON.stringify(line)},`), '    ]', '}'),
    ],
    [
      'F9: CSV of Kibana',
      text('"@timestamp",message', ...LINES.map((line) => `"Jul 11, 2024 @ ${line.slice(11, 23)}","${line.replaceAll('"', '""')}"`)),
    ],
    ['F9: a table', each((line) => `| ${line.padEnd(300)} |`)],
    ['F9: a terminal in a box', each((line) => `\u2502 ${line.padEnd(300)} \u2502`)],
    ['F9: entities', each(html)],
    ['F9: paragraphs', each((line) => `<p>${html(line)}</p>`)],
    ['F9: breaks', LINES.map(html).join('<br>')],
    ['F9: blanks that do not break', each((line) => line.replaceAll(' ', '\u00a0'))],
    ['F9: the same as entities', each((line) => html(line).replaceAll(' ', '&nbsp;'))],
    ['F9: invisible signs', each((line) => `\u200b${line}`)],
    ['F9: tabs', each((line) => line.replaceAll(' ', '\t'))],
    ['F9: typeset', each((line) => line.replaceAll('"', '\u201d').replaceAll(' - ', ' \u2013 '))],
    ['F9: blanks at the end', each((line) => `${line}   `)],
    ['F9: two blanks', each((line) => line.replace(/ (INFO|ERROR|DEBUG) /, '  $1  '))],
    ['F9: an old Macintosh', LINES.join('\r')],
    ['F9: a carriage return before', each((line) => `\r${line}`)],
    ['F9: a byte order mark', `\ufeff${text(...LINES)}`],
    ['F9: one string', LINES.join('\\n')],
    ['F9: cut at 80', text(...cutAt(80))],
    ['F9: cut at 132, quoted', text(...cutAt(132).map((line) => `> ${line}`))],
    ['F9: cut at 100, indented', text(...cutAt(100).map((line) => `    ${line}`))],
    [
      'F9: cut behind syslog',
      text(
        ...cutAt(
          80,
          LINES.map((line) => `Jul 11 ${line.slice(11, 19)} cmp1 nova-compute[2]: ${line}`),
        ),
      ),
    ],
    [
      'F9: cut behind kubectl',
      text(
        ...cutAt(
          80,
          LINES.map((line) => `[pod/nova-compute-default-x7k2p/nova-compute] ${line}`),
        ),
      ),
    ],
    [
      'F9: cut behind grep',
      text(
        ...cutAt(
          80,
          LINES.map((line) => `/var/log/nova/nova-compute.log:${line}`),
        ),
      ),
    ],
    ...[72, 80, 100, 132].map((width): [string, string] => [`F9: a mail, cut at blanks before ${width}`, text(...cutAtBlanks(width))]),
    ['F9: a mail, cut and quoted', text(...cutAtBlanks(76).map((line) => `> ${line}`))],
    ['F9: Zuul', each((line) => `2024-07-11 18:20:00.123456 | controller | ${line}`)],
    ['F9: GitHub', each((line) => `run-tests\tDump logs\t${isoOf(line)}9999Z ${line}`)],
    ['F9: Jenkins', each((line) => `[${isoOf(line)}Z] ${line}`)],
    ['F9: ts', each((line) => `Jul 11 18:20:01 ${line}`)],
    ['F9: a chat', each((line) => `18:20 <alice> ${line}`)],
    ['F9: journalctl -o short-full', each((line) => `Thu 2024-07-11 ${line.slice(11, 19)} UTC cmp1 nova-compute[2]: ${line}`)],
    ['F9: journalctl -o with-unit', each((line) => `Thu 2024-07-11 ${line.slice(11, 19)} UTC cmp1 nova-compute.service[2]: ${line}`)],
    ['F9: a date with a T', each((line) => line.replace(' ', 'T'))],
    ['F9: brackets', each((line) => `[${line.slice(0, 23)}] [2] ${line.slice(26)}`)],
    ['F9: a colon behind the level', each((line) => line.replace(/ (INFO|ERROR|DEBUG) /, ' $1: '))],
    ['F9: the name of the process', each((line) => line.replace(' 2 ', ' 2 MainProcess '))],
    [
      'F9: Vector',
      each((line) => JSON.stringify({ file: '/var/log/nova/nova-compute.log', host: 'cmp1', message: line, timestamp: `${isoOf(line)}Z` })),
    ],
    ['F9: Fluent Bit', each((line) => JSON.stringify({ date: millisOf(line) / 1000, log: line, file: '/var/log/nova/nova-compute.log' }))],
    [
      'F9: Fluent Bit in Kubernetes',
      each((line) =>
        JSON.stringify({
          log: line,
          stream: 'stdout',
          time: `${isoOf(line)}Z`,
          kubernetes: { container_name: 'nova-compute', host: 'cmp1' },
        }),
      ),
    ],
    ['F9: Splunk', each((line) => JSON.stringify({ result: { _raw: line, host: 'cmp1', source: '/var/log/nova/nova-compute.log' } }))],
    [
      'F9: Graylog',
      each((line) => JSON.stringify({ timestamp: `${isoOf(line)}Z`, source: 'cmp1', message: line, application_name: 'nova-compute' })),
    ],
    [
      'F9: GELF',
      each((line) =>
        JSON.stringify({ host: 'cmp1', short_message: line, timestamp: millisOf(line) / 1000, _container_name: 'nova_compute' }),
      ),
    ],
    ['F9: CloudWatch', JSON.stringify({ events: LINES.map((line) => ({ timestamp: millisOf(line), message: line })) })],
    [
      'F9: stern -o json',
      each((line) => JSON.stringify({ message: line, podName: 'nova-compute-default-x7k2p', containerName: 'nova-compute' })),
    ],
    ['F9: fields of Kibana', each((line) => JSON.stringify({ _id: 'x', fields: { '@timestamp': [`${isoOf(line)}Z`], message: [line] } }))],
    [
      'F9: an array',
      JSON.stringify(
        LINES.map((line) => ({ _source: ecs(line) })),
        null,
        1,
      ),
    ],
    ['F9: an array of texts', JSON.stringify(LINES, null, 2)],
    ['F9: printed over several lines', each((line) => JSON.stringify(ecs(line), null, 2))],
    ['F9: an answer of OpenSearch', JSON.stringify({ took: 3, hits: { hits: LINES.map((line) => ({ _source: ecs(line) })) } })],
    [
      'F9: an answer of Loki',
      JSON.stringify({ data: { result: [{ stream: { host: 'cmp1' }, values: LINES.map((line) => [`${millisOf(line)}000000`, line]) }] } }),
    ],
    [
      'F9: OTLP',
      each((line) =>
        JSON.stringify({
          resourceLogs: [
            {
              resource: { attributes: [{ key: 'host.name', value: { stringValue: 'cmp1' } }] },
              scopeLogs: [{ logRecords: [{ timeUnixNano: `${millisOf(line)}000000`, body: { stringValue: line } }] }],
            },
          ],
        }),
      ),
    ],
  ])('%s', async (_what, content) => {
    const { found } = await readAs('pasted.txt', content);
    expect(found).toEqual(RIGHT);
  });
});

describe('what is not as it was written', () => {
  it('F9: two records suffice where they break off inside of brackets', async () => {
    const { found } = await readAs('pasted.txt', text(...cutAt(80, LINES.slice(2, 4))));
    expect(found).toHaveLength(1);
    expect(found).toEqual((await readAs('pasted.txt', text(...LINES.slice(2, 4)))).found);
  });

  it.each<[string, string]>([
    ['with a T', 'T'],
    ['with a blank', ' '],
  ])("F9: a zone in the stamp %s is the line's own", async (_what, between) => {
    const content = each((line) => line.replace(' ', between).replace(/\.(\d{3}) /, '.$1+09:00 '));
    const { traces } = await readAs('nova-compute.log', content, 'Europe/Rome');
    expect(traces[0]!.spans[0]!.start).toBe(Date.UTC(2024, 6, 11, 9, 10, 40, 100));
  });

  it('F9: what a collector took apart is put together', async () => {
    const content = each((line) =>
      JSON.stringify({
        '@timestamp': `${isoOf(line)}Z`,
        loglevel: / (INFO|DEBUG|ERROR) /.exec(line)![1],
        module: line.split(' ')[4],
        request_id: /req-\S+/.exec(line)?.[0],
        message: line.slice(line.indexOf('[instance')),
        programname: 'nova-compute',
      }),
    );
    const { traces } = await readAs('pasted.json', content);
    expect(traces.map(({ spans }) => spans[0]!.start)).toEqual([
      Date.UTC(2024, 6, 11, 18, 10, 40, 100),
      Date.UTC(2024, 6, 11, 18, 10, 50, 100),
    ]);
  });

  it.each<[string, string, RegExp]>([
    ['a date that is missing', each((line) => line.slice(11)), /begin with a time and no date/],
    ['a time that is missing', each((line) => line.slice(26)), /level and logger: the date and the time before them were cut away/],
    ['one object of several records', JSON.stringify(LINES.slice(0, 2).join(' ')), /.*/],
  ])('F9: of %s no action comes, and it is said why', async (_what, content, said) => {
    const { found, seen } = await readAs('pasted.txt', content);
    expect(found).toEqual([]);
    expect(seen.join(' ')).toMatch(said);
  });

  it.each<[string, (line: string) => string]>([
    ['less -S', (line) => `${line.slice(0, 79)}>`],
    ['a page', (line) => `${line.slice(0, 140)}...`],
  ])('F9: lines that %s cut off are named', (_what, cut) => {
    expect(cutOffAt(LINES.map(cut))).toMatch(/^its lines were cut off at column \d+/);
    expect(cutOffAt(LINES)).toBeUndefined();
    expect(cutOffAt(LINES.map(() => LINES[0]!))).toBeUndefined();
  });

  it('F9: of lines that were wrapped and are joined nothing is said to be lost, of lines that were cut off it is', async () => {
    expect((await readAs('pasted.txt', text(...cutAt(120, LINES)))).seen).toEqual([]);
    const { seen } = await readAs('pasted.txt', text(...LINES.map((line) => `${line.slice(0, 140)}...`)));
    expect(seen.join(' ')).toContain('cut off at column 143');
  });

  it('F9: a log with entities and signs of its own is left as it is', () => {
    const own = [...LINES, '2024-07-11 18:10:56.000 2 DEBUG nova.x [-] <description>a &quot;b&quot;</description> "c"'];
    expect(cleanerOf(own)).toBeUndefined();
    expect(rewriteOf(own)).toBeUndefined();
  });

  it('F6: a date behind the name of the service', async () => {
    expect((await readAs('nova-compute_2024-07-11.log', text(...LINES))).found).toEqual(RIGHT);
    expect((await readAs('nova-compute.log-20240711', text(...LINES))).found).toEqual(RIGHT);
  });

  const APACHE = '[Thu Jul 11 18:10:39.811568 2024]';
  const API = `2024-07-11 18:10:39.811 2805 INFO nova.api.openstack.requestlog [None req-11111111-1111-4111-8111-111111111111 u p - - default default] 192.0.2.42 "POST /v2.1/servers" status: 202 len: 447 microversion: 2.1 time: 1.200820`;
  it.each<[string, string]>([
    ['its own time and colours', `2024-07-11 18:10:39.811568 \x1b[00;36m${API}\x1b[00m`],
    ['its own time, escaped colours', `2024-07-11 18:10:39.811568 \\x1b[00;36m${API}\\x1b[00m`],
    ['no name of a module', `${APACHE} [:error] [pid 2805] ${API}`],
    [
      'the page that led there',
      `${APACHE} [wsgi:error] [pid 2805:tid 1] [client 192.0.2.1:5] ${API}, referer: http://192.0.2.1/dashboard/`,
    ],
    ['a container around it', `2024-07-11T18:10:39.812Z stderr F ${APACHE} [wsgi:error] [pid 2805:tid 1] ${API}`],
    ['syslog around it', `2024-07-11T18:10:39.812+00:00 ctl1 apache2[2805]: ${APACHE} [wsgi:error] [pid 2805:tid 1] ${API}`],
    ['Pebble around it', `2024-07-11T18:10:39.812Z [wsgi-nova-api] 2024-07-11 18:10:39.811568 ${API}`],
    [
      'docker around it',
      JSON.stringify({ log: `2024-07-11 18:10:39.811568 ${API}\n`, stream: 'stdout', time: '2024-07-11T18:10:39.812Z' }),
    ],
    ['the name of its file', `/var/log/apache2/nova-api_error.log:${APACHE} [wsgi:error] [pid 2805:tid 1] ${API}`],
  ])('F3: a request behind Apache, with %s', async (_what, line) => {
    expect((await readAs('error.log', text(line, line))).counted['events nova-api']).toBe(2);
  });

  it('loghub: lines of several services behind the names of their files', async () => {
    const line = (service: string, rest: string) => `${service}.log.1.2017-05-16_13:55:31 2017-05-16 ${rest}`;
    const request = '[req-33333333-3333-4333-8333-333333333333 113d3a99 54fadb41 - - -]';
    const on3 = '[instance: cccccccc-cccc-4ccc-8ccc-cccccccccccc]';
    const { traces, counted } = await readAs(
      'OpenStack.log',
      text(
        line(
          'nova-api',
          `00:00:04.000 25746 INFO nova.osapi_compute.wsgi.server ${request} 192.0.2.1 "POST /v2/54fadb41/servers HTTP/1.1" status: 202 len: 733 time: 0.5`,
        ),
        line(
          'nova-compute',
          `00:00:05.000 2931 INFO nova.compute.claims ${request} ${on3} Attempting claim: memory 2048 MB, disk 20 GB, vcpus 1 CPU`,
        ),
        line('nova-compute', `00:00:05.100 2931 INFO nova.compute.claims ${request} ${on3} Claim successful`),
        line(
          'nova-compute',
          `00:00:10.303 2931 INFO nova.compute.manager ${request} ${on3} Took 5.05 seconds to spawn the instance on the hypervisor.`,
        ),
        line('nova-compute', `00:00:10.470 2931 INFO nova.compute.manager ${request} ${on3} Took 5.84 seconds to build instance.`),
      ),
    );
    expect(counted).toMatchObject({ 'records nova-api': 1, 'records nova-compute': 4 });
    expect(traces.map(({ spans }) => spans[0]!.name)).toEqual(['instance create']);
  });
});
