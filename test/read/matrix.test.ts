import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { toOtlpJson } from '../../src/export/otlp-json.js';
import { createZone } from '../../src/format/zone.js';
import type { Event } from '../../src/lifecycle/event.js';
import { openSource } from '../../src/read/source.js';
import { createLineSplitter } from '../../src/tail/lines.js';
import { correlate, counting, GOLDEN, type Log } from '../support/scenario.js';
import { isLong } from '../support/size.js';

/** One boot as nova-compute and ovn-controller wrote it. */
const DIR = join(GOLDEN, 'create-succeeds-info');
const LOGS = ['nova-compute', 'ovn-controller'].map((service) => ({
  service,
  lines: readFileSync(join(DIR, `${service}@vm.log`), 'utf8')
    .trimEnd()
    .split('\n'),
}));

type Change = (line: string, service: string) => string;
const isOslo = (service: string): boolean => service === 'nova-compute';
/** When a line was taken: three ms after its stamp, in UTC. A line of a traceback without one is taken with those before it. */
let last = 0;
function takenAt(line: string): Date {
  const stamp = /(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d\.\d{3})/.exec(line);
  if (stamp !== null) last = Date.parse(`${stamp[1]}T${stamp[2]}Z`) + 3;
  return new Date(last);
}
const iso = (line: string): string => takenAt(line).toISOString();
const short = (line: string): string => {
  const [, month, day, time] = /^\w+, (\d\d) (\w+) \d+ (\S+)/
    .exec(takenAt(line).toUTCString())!
    .map((_, i, all) => [all[0], all[2], all[1], all[3]][i]!);
  return `${month} ${day!.replace(/^0/, ' ')} ${time}`;
};
const journal = (line: string, service: string, message: unknown): string =>
  JSON.stringify({
    __REALTIME_TIMESTAMP: String(takenAt(line).getTime() * 1000),
    _HOSTNAME: 'vm',
    SYSLOG_IDENTIFIER: service,
    MESSAGE: message,
  });

const COLOURS: Readonly<Record<string, Change>> = {
  none: (line) => line,
  'at the end': (line) => `${line}\x1b[00m`,
  "at the end, rsyslog's": (line) => `${line}#033[00m`,
  "at the end, Apache's": (line) => `${line}\\x1b[00m`,
  'at both ends': (line) => `\x1b[00;32m${line}\x1b[00m`,
  'in the context': (line) => line.replace(/\[(None req-\S+) (\S+ \S+)/, '[\x1b[01;36m$1 \x1b[00;36m$2') + '\x1b[00m',
  'everywhere, without the escape': (line) => `[00;32m${line}[00m`,
};
/** Put before a service's own line, inside what wraps it. */
const INSIDE: Readonly<Record<string, Change>> = {
  nothing: (line) => line,
  "Apache's time": (line, service) => (isOslo(service) ? `${iso(line).slice(0, 23).replace('T', ' ')}568 ${line}` : line),
};
const WRAPPERS: Readonly<Record<string, Change>> = {
  plain: (line) => line,
  cri: (line) => `${iso(line)} stdout F ${line}`,
  docker: (line) => JSON.stringify({ log: `${line}\n`, stream: 'stdout', time: iso(line) }),
  'journal-json': (line, service) => journal(line, service, line),
  'journal-json of bytes': (line, service) => journal(line, service, [...Buffer.from(line)]),
  'syslog without a year': (line, service) => `${short(line)} vm ${service}[129891]: ${line}`,
  'syslog with its zone': (line, service) => `${iso(line).replace('Z', '+00:00')} vm ${service}[129891]: ${line}`,
  rfc5424: (line, service) => `<30>1 ${iso(line)} vm ${service} 7 - - ${line}`,
  'docker in cri': (line) => `${iso(line)} stdout F ${JSON.stringify({ log: `${line}\n`, stream: 'stdout', time: iso(line) })}`,
  'syslog in docker': (line, service) =>
    JSON.stringify({ log: `${short(line)} vm ${service}[7]: ${line}\n`, stream: 'stdout', time: iso(line) }),
  'cri in journal-json': (line, service) => journal(line, service, `${iso(line)} stdout F ${line}`),
};
/** Put before whatever there is. */
const OUTSIDE: Readonly<Record<string, Change>> = {
  nothing: (line) => line,
  'a file name': (line, service) => `sosreport-vm/var/log/${service}.log:${line}`,
  'a file name and a number': (line, service) => `./${service}.log:25547:${line}`,
  'the name of a line around': (line, service) => `${service}.log-12-${line}`,
  'a number': (line) => `25547:${line}`,
  blanks: (line) => `    ${line}`,
  tabs: (line) => `\t${line}`,
  'a quotation': (line) => `> ${line}`,
  'an indented quotation of what grep found': (line, service) => `  > ${service}.log:${line}`,
  "the colours of grep's name": (line, service) => `\x1b[35m\x1b[K${service}.log\x1b[m\x1b[K\x1b[36m\x1b[K:\x1b[m\x1b[K${line}`,
};

/** Events without what says where in a file they were. */
function eventsOf(path: string, lines: readonly string[]): Event[] {
  const { count } = counting();
  const events: Event[] = [];
  const source = openSource({
    path,
    isNamed: true,
    anyHost: 'localhost',
    zone: () => createZone('UTC'),
    latest: () => Date.parse('2026-12-31T00:00:00Z'),
    count,
    onEvent: (event) => events.push({ ...event, origin: { ...event.origin, path: `${event.service}@vm.log`, offset: events.length } }),
  })!;
  const splitter = createLineSplitter({ sink: source.line, count });
  splitter.push(Buffer.from(lines.map((line) => `${line}\n`).join('')), 0);
  splitter.end();
  source.end();
  return events;
}

function spansOf(change: Change): string[] {
  const logs: Log[] = LOGS.map(({ service, lines }) => {
    last = 0;
    const path = `${service}@vm.log`;
    const events = eventsOf(
      path,
      lines.map((line) => change(line, service)),
    );
    return { path, service, host: 'vm', events };
  });
  return correlate(logs).map((trace) => toOtlpJson(trace));
}

/** Each colour in turn; all of them where there is time. */
let turn = 0;
const painted = (): [string, Change][] => {
  const all = Object.entries(COLOURS);
  return isLong ? all : [all[turn++ % all.length]!];
};

const expected = spansOf((line) => line);

describe('wrappers x prefixes x colours', () => {
  it('there is an action', () => {
    expect(expected.length).toBeGreaterThan(0);
  });

  for (const [wrapper, wrap] of Object.entries(WRAPPERS))
    for (const [outside, before] of Object.entries(OUTSIDE))
      it(`${wrapper} behind ${outside}`, () => {
        for (const [colour, paint] of painted())
          for (const [inside, put] of Object.entries(INSIDE)) {
            const change: Change = (line, service) => before(wrap(put(paint(line, service), service), service), service);
            expect(spansOf(change), `colours ${colour}, ${inside} inside, ${change(LOGS[0]!.lines[0]!, 'nova-compute')}`).toEqual(expected);
          }
      });
});
