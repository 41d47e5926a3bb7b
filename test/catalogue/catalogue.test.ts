import { describe, expect, it } from 'vitest';
import type { MessageSpec } from '../../src/catalogue/define.js';
import { knowsLogger, messagesOf, readings, recognise, services } from '../../src/catalogue/index.js';
import { tables } from '../../src/catalogue/tables.js';
import { compileTemplate } from '../../src/catalogue/template.js';

const entries = tables.flatMap((table) =>
  Object.entries<MessageSpec>(table.messages).map(([kind, spec]) => ({ kind, spec, services: table.services })),
);

/** The loggers that can be tried: `*` stands for any. */
const loggersOf = (spec: MessageSpec) => [spec.logger].flat().map((logger) => (logger === '*' ? 'anything' : logger));

describe('every entry', () => {
  it('reads its own lines, and nothing else does', () => {
    const wrong = entries.flatMap(({ kind, spec, services }) =>
      services.flatMap((service) =>
        loggersOf(spec).flatMap((logger) =>
          spec.seen.flatMap((line) => {
            const found = readings(service, logger, line)
              .filter((one) => spec.general === true || one.spec.general !== true)
              .map((one) => one.kind);
            const first = recognise(service, logger, line)?.kind;
            const isRight = found.length === 1 && found[0] === kind && first === kind;
            return isRight ? [] : [{ kind, found, first, of: `${service} ${logger}: ${line}` }];
          }),
        ),
      ),
    );
    expect(wrong).toEqual([]);
  });

  it('has seen each of its wordings', () => {
    const unseen = entries.flatMap(({ kind, spec }) =>
      spec.says
        .filter((says) => !spec.seen.some((line) => compileTemplate(says, spec.level).read(line) !== undefined))
        .map((says) => ({ kind, says })),
    );
    expect(unseen).toEqual([]);
  });

  it('has a name of the form noun.participle', () => {
    expect(entries.map(({ kind }) => kind).filter((kind) => !/^[a-z0-9]+(?:\.[a-z0-9]+)+$/.test(kind))).toEqual([]);
  });
});

it('no kind stands in two tables', () => {
  const kinds = entries.map(({ kind }) => kind);
  expect(kinds.filter((kind, place) => kinds.indexOf(kind) !== place)).toEqual([]);
});

it('a general entry yields to a particular one', () => {
  const line = '127.0.0.1 "POST /v2.1/servers HTTP/1.1" status: 202 len: 743 time: 2.2308931';
  const found = readings('nova-api', 'nova.osapi_compute.wsgi.server', line).map(({ kind }) => kind);
  expect(found).toEqual(['server.create.requested', 'api.requested']);
  expect(recognise('nova-api', 'nova.osapi_compute.wsgi.server', line)?.kind).toBe('server.create.requested');
});

it('a logger is known by service', () => {
  expect(knowsLogger('nova-compute', 'oslo_concurrency.lockutils')).toBe(true);
  expect(knowsLogger('nova-api', 'oslo_concurrency.lockutils')).toBe(false);
  expect(knowsLogger('ovs-vswitchd', 'netdev_linux')).toBe(false);
  expect(
    recognise(
      'ovs-vswitchd',
      'netdev_linux',
      'Dropped 6 log messages in last 5 seconds (most recently, 4 seconds ago) due to excessive rate',
    )?.kind,
  ).toBe('messages.dropped');
});

it.each(['neutron-api', 'neutron-rpc-server', 'neutron-periodic-workers', 'neutron-ovn-maintenance-worker'])(
  '%s is read as neutron-server is',
  (service) => {
    expect(services).toContain(service);
    expect(messagesOf(service)).toEqual(messagesOf('neutron-server'));
  },
);

it.each([
  ['a line that begins as one we know', 'nova.compute.manager', 'Took 12 parsecs to build instance.'],
  [
    'an instance-events lock',
    'oslo_concurrency.lockutils',
    'Acquiring lock "b8acd14b-35cc-4931-bd08-129b0bf97b38-events" by "nova.compute.manager.InstanceEvents.pop_instance_event.<locals>._pop_event"',
  ],
  ['an unknown logger', 'nova.virt.hardware', 'Starting instance...'],
  ['a line of nothing', 'nova.compute.manager', ''],
])('%s has no reading', (_, logger, line) => {
  expect(recognise('nova-compute', logger, line)).toBeUndefined();
});

it('a gateway port is no neutron port', () => {
  expect(
    recognise('ovn-controller', 'binding', 'Claiming lport cr-lrp-7b9df836-3a62-4f14-9411-3be36e6914bb for this chassis.'),
  ).toBeUndefined();
});
