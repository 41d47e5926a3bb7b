import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createZone } from '../../src/format/zone.js';
import type { Event } from '../../src/lifecycle/event.js';
import type { LogForm } from '../../src/model/form.js';
import type { Processes } from '../../src/read/mixed.js';
import { openSource } from '../../src/read/source.js';
import { createLineSplitter } from '../../src/tail/lines.js';
import { at, nova, P, U, vlog } from '../support/lines.js';
import { counting } from '../support/scenario.js';

interface Given {
  readonly path?: string;
  readonly service?: string;
  readonly host?: string;
  readonly form?: LogForm;
  readonly isNamed?: boolean;
  readonly zone?: string;
  /** how many bytes a piece of the log has */
  readonly piece?: number;
}

interface Read {
  readonly events: Event[];
  readonly said: string[];
  readonly counted: Record<string, number>;
  readonly isUnknown: boolean;
}

function read(lines: readonly string[], given: Given = {}): Read {
  const { path = 'nova-compute.log', isNamed = true, zone = 'UTC', piece = 1 << 20, ...others } = given;
  const events: Event[] = [];
  const { count, counted } = counting();
  const source = openSource({
    path,
    isNamed,
    ...others,
    anyHost: 'here',
    zone: () => createZone(zone),
    latest: () => at(60),
    count,
    onEvent: (event) => events.push(event),
  });
  if (source === undefined) return { events, said: [], counted, isUnknown: false };
  const splitter = createLineSplitter({ sink: source.line, count });
  const bytes = Buffer.from(lines.map((line) => `${line}\n`).join(''));
  for (let offset = 0; offset < bytes.length; offset += piece) {
    splitter.push(bytes.subarray(offset, offset + piece), offset);
    source.flushCounts();
  }
  splitter.end();
  source.end();
  return { events, said: events.map(({ text, service, host }) => `${service}@${host} ${text}`), counted, isUnknown: source.isUnknown };
}

/** Lines that the catalogue knows, told apart by their numbers. */
const built = (seconds: number): string => nova(seconds, `Took ${seconds}.00 seconds to build instance.`);
const builtText = (seconds: number): string => `Took ${seconds}.00 seconds to build instance.`;
const cri = (seconds: number, text = built(seconds)): string => `${new Date(at(seconds)).toISOString()} stdout F ${text}`;
const docker = (seconds: number, text = built(seconds)): string =>
  JSON.stringify({ log: `${text}\n`, stream: 'stdout', time: new Date(at(seconds)).toISOString() });
const journal = (ident: string, seconds: number, text: string, others: object = {}): string =>
  JSON.stringify({
    __REALTIME_TIMESTAMP: String(at(seconds) * 1000),
    _HOSTNAME: 'cmp1',
    SYSLOG_IDENTIFIER: ident,
    MESSAGE: text,
    ...others,
  });
const claimed = `Claiming lport ${P} for this chassis.`;
const numbers = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, i) => from + i);
const all = (from: number, to: number): string[] => numbers(from, to).map((n) => `nova-compute@here ${builtText(n)}`);

describe('the form of a log', () => {
  it.each([
    ['plain', built],
    ['cri', cri],
    ['docker', docker],
  ] as const)('is told from its first lines: %s', (_name, line) => {
    for (const length of [1, 2, 3, 40]) expect(read(numbers(0, length).map((n) => line(n))).said).toEqual(all(0, length));
  });

  it('is told whatever stands before the first line that says it', () => {
    expect(read(['', '  </domain>', '-- Journal begins --', cri(1), cri(2)]).said).toEqual(all(1, 3));
    expect(read([...numbers(0, 40).map(() => '  <x/>'), built(1)]).said).toEqual(all(1, 2));
  });

  it('is what most of the first lines say where a log begins in the middle of a record', () => {
    expect(read([docker(9, 'a quoted line'), built(1), built(2)]).said).toEqual(all(1, 3));
  });

  it('may be said: then the lines are not asked', () => {
    expect(read([cri(1), cri(2)], { form: 'plain' }).said).toEqual([]);
    const { said, counted } = read([built(1), ...numbers(2, 20).map(built), cri(30)], { form: 'cri' });
    expect(said).toEqual(all(30, 31));
    expect(counted).toMatchObject({ 'malformed_lines cri': 19, lines: 19 });
  });

  it('may change, and no line is lost', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.constantFrom(built, cri, docker), fc.integer({ min: 8, max: 30 })), { minLength: 1, maxLength: 5 }),
        fc.integer({ min: 50, max: 5000 }),
        (spells, piece) => {
          let n = 0;
          const lines = spells.flatMap(([line, length]) => numbers(n, (n += length)).map((each) => line(each)));
          const { said, counted } = read(lines, { piece });
          expect(said).toEqual(all(0, n));
          expect(counted).not.toHaveProperty('malformed_lines cri');
          expect(counted).not.toHaveProperty('malformed_lines docker');
        },
      ),
      { numRuns: 40 },
    );
  });

  it('does not change for a dump of lines of another form', () => {
    const dump = numbers(0, 7).map((n) => docker(100 + n));
    expect(read([built(1), built(2), ...dump, built(3), ...dump, built(4)]).said).toEqual(all(1, 5));
    const quoted = numbers(0, 7).map((n) => built(100 + n));
    const { said, counted } = read([cri(1), cri(2), ...quoted, cri(3)]);
    expect(said).toEqual(all(1, 4));
    expect(counted).toMatchObject({ 'malformed_lines cri': 7 });
  });

  it('holds against lines that are cut or broken: they are counted', () => {
    const line = docker(2);
    for (let end = 1; end < line.length; end += 7) {
      const { said, counted } = read([docker(0), docker(1), line.slice(0, end), docker(3)]);
      expect(said).toEqual([...all(0, 2), ...all(3, 4)]);
      expect(counted).toMatchObject({ 'malformed_lines docker': 1 });
    }
  });
});

describe('a line of a request that no user made', () => {
  const lock = `"refresh_cache-${U}"`;
  const texts = [`Acquiring lock ${lock}`, `Acquired lock ${lock}`, `Releasing lock ${lock}`];
  const loaded = `Lazy-loading 'info_cache' on Instance uuid ${U}`;

  it('is passed over where periodic tasks print it all day', () => {
    const { events, counted } = read([...texts, loaded].map((text, i) => nova(i, text, { user: null })));
    expect(events).toEqual([]);
    expect(counted).toMatchObject({ 'records nova-compute': 4, 'unrecognised nova-compute': 4 });
  });

  it('is read where it has no request, or says something of an instance or a host', () => {
    const told = ['Auditing locally available compute resources for vm1 (node: vm1)', builtText(9)];
    expect(read(texts.map((text, i) => nova(i, text, { request: null }))).events).toHaveLength(3);
    expect(read(told.map((text, i) => nova(i, text, { user: null }))).events).toHaveLength(2);
  });

  it('of one that a user made is read', () => {
    expect(read([...texts, loaded].map((text, i) => nova(i, text))).said).toEqual(
      [...texts, loaded].map((text) => `nova-compute@here ${text}`),
    );
  });
});

describe('a log that several services write to', () => {
  it('is read by whose lines they are, on which host', () => {
    const { said, counted } = read(
      [
        journal('nova_compute', 1, built(1)),
        journal('ovn_controller', 2, vlog(2, 'binding', claimed)),
        journal('nova-compute', 3, built(3), { _HOSTNAME: 'cmp2' }),
        journal('systemd', 4, 'Started Session 1.'),
        journal('keystone', 5, built(5)),
      ],
      { path: '-' },
    );
    expect(said).toEqual([`nova-compute@cmp1 ${builtText(1)}`, `ovn-controller@cmp1 ${claimed}`, `nova-compute@cmp2 ${builtText(3)}`]);
    expect(counted).toMatchObject({ 'other_program_lines systemd': 1, 'other_program_lines keystone': 1, 'lines nova-compute': 2 });
  });

  it('keeps what a name does not know for the service that was named, once it writes records', () => {
    const { said, counted } = read(
      [
        journal('python3', 1, 'not yet'),
        journal('python3', 2, built(2)),
        journal('sudo', 3, 'session opened'),
        journal('python3', 4, built(4)),
      ],
      { service: 'nova-compute' },
    );
    expect(said).toEqual([`nova-compute@cmp1 ${builtText(2)}`, `nova-compute@cmp1 ${builtText(4)}`]);
    expect(counted).toMatchObject({ 'other_program_lines python3': 1, 'other_program_lines sudo': 1 });
  });

  it('keeps programs of a unit out that are not its service', () => {
    const unit = { _SYSTEMD_UNIT: 'nova-compute.service' };
    const { said } = read([journal('sudo', 1, 'session opened', unit), journal('uwsgi', 2, built(2), unit)], { path: '-' });
    expect(said).toEqual([`nova-compute@cmp1 ${builtText(2)}`]);
  });

  it('is on the host that was given, before the one that its lines say', () => {
    const lines = [journal('nova-compute', 1, built(1))];
    expect(read(lines, { path: 'nova-compute@vm7.log', host: 'x' }).said).toEqual([`nova-compute@vm7 ${builtText(1)}`]);
    expect(read(lines, { host: 'x' }).said).toEqual([`nova-compute@x ${builtText(1)}`]);
  });

  it('holds continuation lines apart by service', () => {
    const failed = nova(1, 'Instance failed to spawn: nova.exception.X: no', { level: 'ERROR' });
    const { events } = read(
      [
        journal('nova-compute', 1, failed),
        journal('neutron-server', 2, 'a line of something else'),
        journal('nova-compute', 3, 'Traceback (most recent call last):'),
      ],
      { path: '-' },
    );
    expect(events.map(({ detail }) => detail)).toEqual([['Traceback (most recent call last):']]);
  });

  it('is not endless in the names it remembers', () => {
    const { counted } = read(
      numbers(0, 3000).map((n) => journal(`program${n}`, 1, 'x')),
      { path: '-' },
    );
    expect(Object.keys(counted).length).toBeLessThan(60);
    expect(counted['other_program_lines others']).toBeGreaterThan(2900);
  });
});

describe('a log of which nothing says whose it is', () => {
  it('is unknown once that is clear, and counted', () => {
    const line = built(1).replace('nova.compute.manager', 'oslo_concurrency.lockutils');
    expect(read([line], { path: 'dump.txt' })).toMatchObject({ isUnknown: true, counted: { 'unknown_logs dump.txt': 1 } });
    expect(read([built(1)], { path: 'dump.txt' })).toMatchObject({ isUnknown: false, said: all(1, 2) });
    expect(read(['unparsed_lines'], { path: 'dump.txt' }).isUnknown).toBe(true);
    expect(read([], { path: 'dump.txt' }).isUnknown).toBe(false);
  });

  it('is read once its lines say it', () => {
    const lines = [
      ...numbers(0, 20).map((n) => `${n} of a program's own lines`),
      ...numbers(20, 30).map((n) => journal('nova-compute', n, built(n))),
    ];
    expect(read(lines, { path: 'dump.txt' }).said.length).toBe(10);
  });

  it('is read from a folder only where it is called a journal, or a form was asked for', () => {
    const lines = [journal('nova-compute', 1, built(1))];
    expect(read(lines, { path: '/var/log/auth.log', isNamed: false }).said).toEqual([]);
    expect(read(lines, { path: '/var/log/journal.jsonl', isNamed: false }).said.length).toBe(1);
    expect(read(lines, { path: '/var/log/auth.log', isNamed: false, form: 'journal-json' }).said.length).toBe(1);
    expect(read(lines, { path: '/var/log/nova/nova-novncproxy.log' }).said).toEqual([]);
  });
});

describe('OVS in syslog', () => {
  it('has the time of the header', () => {
    const line = `2026-11-21T02:50:38.516123+01:00 cmp1 ovn-controller[812]: ovs|00012|binding|INFO|${claimed}`;
    const { events } = read([line], { path: 'messages' });
    expect(events.map(({ at: time, service, host }) => [time, service, host])).toEqual([
      [Date.UTC(2026, 10, 21, 1, 50, 38, 516) + 0.123, 'ovn-controller', 'cmp1'],
    ]);
  });
});

describe('a log of several services that is read on after a restart', () => {
  const line = (pid: number, rest: string): string =>
    `2026-11-21T10:50:31.664123+00:00 cmp1 python3[1]: 2026-11-21 10:50:31.664 ${pid} ${rest}`;
  const told = line(12, 'INFO nova.compute.claims [-] Claim successful on node cmp1');
  const shared = line(12, 'INFO os_vif [-] Successfully plugged vif VIFOpenVSwitch(active=True)');

  function opened(knownProcesses?: Readonly<Record<string, Processes>>) {
    const { count, counted } = counting();
    const source = openSource({
      path: 'journal.log',
      isNamed: true,
      anyHost: 'here',
      form: 'syslog',
      knownProcesses,
      zone: () => createZone('UTC'),
      latest: () => at(60),
      count,
      onEvent: () => undefined,
    })!;
    return {
      counted,
      processes: () => source.processes,
      take(text: string) {
        source.line(Buffer.from(text), 0, Buffer.byteLength(text), 0);
        source.flushCounts();
      },
    };
  }

  it('knows whose its processes are', () => {
    const before = opened();
    before.take(told);
    before.take(shared);
    expect(before.counted['records nova-compute']).toBe(2);
    const after = opened(structuredClone(before.processes()));
    after.take(shared);
    expect(after.counted['records nova-compute']).toBe(1);
    const without = opened();
    without.take(shared);
    expect(without.counted['other_program_lines python3']).toBe(1);
  });
});
