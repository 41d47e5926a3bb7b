import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createCatalogue, services, tables } from '../../src/catalogue/index.js';
import { actions } from '../../src/lifecycle/name.js';
import { indexServices } from '../../src/model/service.js';
import { knownServices, projects, rows, shared } from '../../src/model/services.js';
import { nameLog, serviceOfIdent } from '../../src/tail/name.js';

const SRC = new URL('../../src/', import.meta.url).pathname;
const names = rows.map(({ name }) => name);
const traced = new Set(rows.map((row) => row.traced ?? row.name));

describe('the table of services', () => {
  it('has every service whose messages are known', () => {
    // `glance` is the name in traces, which is taken for `--service` too.
    const unknown = services.filter((service) => !names.includes(knownServices.called(service) ?? '') && !traced.has(service));
    expect(unknown).toEqual([]);
  });

  it('has every service that a phase is of, as it is called in traces', () => {
    const of = actions.flatMap(({ phases }) => phases.flatMap(({ service }) => service));
    expect(of.filter((service) => !traced.has(service))).toEqual([]);
  });

  it('has every service that the code names', () => {
    const prefixes = projects.flatMap(({ prefix = [] }) => prefix).join('|');
    const quoted = new RegExp(`'((?:${prefixes}|ovsdb-)[a-z_-]+)'`, 'g');
    const said = (readdirSync(SRC, { recursive: true }) as string[])
      .filter((file) => file.endsWith('.ts'))
      .flatMap((file) => [...readFileSync(join(SRC, file), 'utf8').matchAll(quoted)].map(([, name]) => name!));
    expect(said.length).toBeGreaterThan(100);
    // What neutron calls its agent where it says who makes a port ready.
    expect([...new Set(said)].filter((name) => !knownServices.isCalled(name) && name !== 'ovs-agent')).toEqual([]);
  });

  it('is the only one', () => {
    const elsewhere = (readdirSync(SRC, { recursive: true }) as string[])
      .filter((file) => file.endsWith('.ts') && file !== 'model/services.ts' && !/^(?:catalogue|cli)\//.test(file))
      .filter((file) =>
        /'(?:n-cpu|q-svc|nova_compute|nova-osapi_compute|nova-super-conductor)'/.test(readFileSync(join(SRC, file), 'utf8')),
      );
    expect(elsewhere).toEqual([]);
  });

  it('gives a name to one service only', () => {
    const all = rows.flatMap(({ name, called = [] }) => [name, ...called]);
    expect(all.filter((name, place) => all.indexOf(name) !== place)).toEqual([]);
    for (const { name, project } of rows) expect([name, projects.some((each) => each.name === project)]).toEqual([name, true]);
  });
});

describe('a new service', () => {
  const more = indexServices(
    [
      ...rows,
      { name: 'manila-share', project: 'manila', part: 'control plane', called: ['m-shr'], loggers: ['manila.share'] },
      { name: 'ovn-ic', project: 'ovn', modules: ['ovn_ic'] },
    ],
    [...projects, { name: 'manila', writes: 'oslo', releases: 'openstack', prefix: 'manila-' }],
    [...shared, 'manila.share.rpcapi'],
  );

  it.each([
    ['/var/log/manila/manila-share.log', 'manila-share', undefined],
    ['/var/log/manila/share.log', 'manila-share', undefined],
    ['manila-share@vm2.log', 'manila-share', 'vm2'],
    ['manila-share-ctl01.log', 'manila-share', 'ctl01'],
    ['ctl01-manila-share.log', 'manila-share', 'ctl01'],
    ['ctl1/manila/manila-share.log', 'manila-share', 'ctl1'],
    ['manila_share.log', 'manila-share', undefined],
    ['screen-m-shr.txt.gz', 'manila-share', undefined],
    ['/var/log/pods/openstack_manila-share-0_0f1e/manila-share/0.log', 'manila-share', undefined],
    ['/var/log/ovn/ovn-ic.log', 'ovn-ic', undefined],
  ])('%s is %s, by one row', (path, service, host) => {
    expect(nameLog(path, {}, more)).toEqual({ service, host });
  });

  it.each(['manila-share', 'manila_share', 'devstack@m-shr.service', 'tripleo_manila_share.service', '/usr/bin/manila-share'])(
    '%s is known to the journal',
    (ident) => {
      expect(serviceOfIdent(ident)).toBeUndefined();
      expect(serviceOfIdent(ident, more)).toBe('manila-share');
    },
  );

  it('is known by its loggers and modules, and in what else depends on a service', () => {
    expect(['manila.share.manager', 'manila.share.rpcapi', 'manila'].map(more.writerOfLogger)).toEqual([
      'manila-share',
      undefined,
      undefined,
    ]);
    expect([more.writerOfModule('ovn_ic'), more.formatOf('ovn-ic'), more.familyOf('ovn-ic')]).toEqual(['ovn-ic', 'vlog', 'ovn']);
    expect([more.ownName('m-shr'), more.projectOf('manila-share')]).toEqual(['manila-share', 'manila']);
    expect(more.ofPart('control plane')).toContain('manila-share');
  });

  it('is read by its messages', () => {
    const says = 'Share {share:uuid} created.';
    const line = 'Share b8acd14b-35cc-4931-bd08-129b0bf97b38 created.';
    const messages = { 'share.made': { logger: 'manila.share.manager', level: 'INFO', says: [says], seen: [line] } } as const;
    const catalogue = createCatalogue([...tables, { services: ['manila-share'], messages }]);
    expect(catalogue.services).toContain('manila-share');
    expect(catalogue.recognise('manila-share', 'manila.share.manager', line)?.kind).toBe('share.made');
  });
});

it('words of a longer name of the service are no host', () => {
  expect(nameLog('nova-osapi_compute-error.log')).toEqual({ service: 'nova-api', host: undefined });
  expect(nameLog('nova-api-wsgi-cmp01.log')).toEqual({ service: 'nova-api', host: 'cmp01' });
  expect(nameLog('nova-novncproxy.log')?.service).toBe('nova-novncproxy');
});
