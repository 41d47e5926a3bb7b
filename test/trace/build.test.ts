import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Correlator } from '../../src/correlate/correlator.js';
import type { Event } from '../../src/lifecycle/event.js';
import type { FinishedTrace, SpanData } from '../../src/model/span.js';
import { buildTrace, withoutRepeats } from '../../src/trace/build.js';
import { rootIdOf, traceIdOf } from '../../src/trace/span-id.js';
import { A, at, B, E, eventsOf, nova, oslo, P, U, vif, vlog } from '../support/lines.js';
import { correlate, counting, GOLDEN, logsOf, scenarios } from '../support/scenario.js';

function tracesOf(events: readonly Event[], lines: 'events' | 'off' = 'events'): FinishedTrace[] {
  const correlator = new Correlator(() => undefined);
  for (const event of events) correlator.accept(event);
  return correlator.advance(Number.POSITIVE_INFINITY).map((closed) => buildTrace(closed, { lines, reads: () => true }));
}
const compute = (...lines: readonly string[]): Event[] => eventsOf('nova-compute', lines);

const CLAIM = 'Claim successful on node cmp1';
const BUILT = 'Took 7.00 seconds to build instance.';
const SPAWNED = 'Took 4.00 seconds to spawn the instance on the hypervisor.';
const plugged = (s: number): string => nova(s, `Successfully plugged vif ${vif(P)}`, { instance: null });
const boot = (): Event[] => compute(nova(10, CLAIM), nova(10.5, 'Creating image(s)'), plugged(12), nova(15, SPAWNED), nova(16, BUILT));
const unclaimed = (): Event[] => compute(nova(10.5, 'Creating image(s)'), plugged(12), nova(15, SPAWNED), nova(16, BUILT));
const names = (spans: readonly SpanData[]): string[] => spans.map(({ name }) => name);
const spanOf = ({ spans }: FinishedTrace, name: string): SpanData => spans.find((span) => span.name === name)!;

describe('the trace of a small boot', () => {
  it('has a line that bounds two spans of a service as one event of both', () => {
    const events = tracesOf(boot())[0]!.spans.flatMap((span) => span.events);
    const unlike = new Map(events.map((event) => [JSON.stringify(event), event]));
    expect(events.length).toBeGreaterThan(unlike.size);
    expect(new Set(events).size).toBe(unlike.size);
  });

  it('has the root first, with the ids that can be computed by hand', () => {
    const [trace] = tracesOf(boot());
    const [root] = trace!.spans;
    expect(trace).toMatchObject({ form: 'action', instance: U, request: A, action: 'create', traceId: traceIdOf(U, A) });
    expect(root).toMatchObject({
      name: 'instance create',
      spanId: rootIdOf(traceIdOf(U, A)),
      parentSpanId: undefined,
      start: at(9),
      end: at(16),
    });
    expect(root!.attributes).toMatchObject({
      'openstack.instance.id': U,
      'openstack.request.id': A,
      'openstack.project.id': '4ffd406b476c40ac99ad03adedfc02e9',
      'openstack.user.id': 'e0344a94f86c4079bd457335f9e44ee0',
      'openstack.outcome': 'succeeded',
      'novaspan.reported_duration_s': 7,
      'novaspan.start.evidence': 'derived',
      'novaspan.end.evidence': 'observed',
    });
    expect(root!.error).toBeUndefined();
  });

  it('says what nova itself says that the spawn took', () => {
    const [trace] = tracesOf(boot());

    expect(spanOf(trace!, 'spawn').attributes['novaspan.reported_duration_s']).toBe(4);
    expect(trace!.spans.filter(({ attributes }) => attributes['novaspan.reported_duration_s'] !== undefined)).toHaveLength(2);
  });

  it('says what none of its spans covers', () => {
    // 9 … 16; covered are the disks and the plug 10.5 … 12, `spawn` 11 … 15 and `build finish` 15 … 16.
    const [trace] = tracesOf(unclaimed());
    expect(spanOf(trace!, 'image create + network wait + guest xml + vif plug')).toMatchObject({ start: at(10.5), end: at(12) });
    expect(spanOf(trace!, 'spawn')).toMatchObject({ start: at(11), end: at(15) });
    expect(trace!.spans[0]!.attributes['novaspan.unexplained_ms']).toBe(1500);
  });

  it('is not explained by what nobody saw end', () => {
    // Of 9 … 16 only 10.5 … 12 is known: when the guest had started nobody says.
    const [trace] = tracesOf(compute(nova(10.5, 'Creating image(s)'), plugged(12), nova(16, BUILT)));
    expect(spanOf(trace!, 'guest start')).toMatchObject({
      start: at(12),
      end: at(16),
      attributes: { 'novaspan.end.evidence': 'unobserved' },
    });
    expect(trace!.spans[0]!.attributes['novaspan.unexplained_ms']).toBe(5500);
  });

  it('has a part that begins some ms before the whole, which is known to two digits, as a part of it', () => {
    const [trace] = tracesOf(compute(nova(10.988, 'Creating image(s)'), plugged(12), nova(15, SPAWNED), nova(16, BUILT)));
    const part = spanOf(trace!, 'image create + network wait + guest xml + vif plug');
    expect(part).toMatchObject({ start: at(10.988), parentSpanId: spanOf(trace!, 'spawn').spanId });
    expect(part.attributes).not.toHaveProperty('novaspan.outside_parent_ms');
  });

  it('is not explained by what lies outside the root', () => {
    const post = eventsOf('nova-api', [
      oslo('nova-api', 9.5, '127.0.0.1 "POST /v2.1/servers HTTP/1.1" status: 202 len: 860 time: 2.0000000'),
    ]);
    const [trace] = tracesOf([...unclaimed(), ...post]);
    expect(spanOf(trace!, 'api request')).toMatchObject({ start: at(7.5), end: at(9.5) });
    // of the call, 9 … 9.5 lies inside
    expect(trace!.spans[0]!.attributes['novaspan.unexplained_ms']).toBe(1000);
  });

  it('has the lines behind a span as its events, and none where they are not wanted', () => {
    const [trace] = tracesOf(boot());
    const { events } = spanOf(trace!, 'build finish');
    expect(events.map(({ name }) => name)).toEqual(['instance.spawn.timed', 'instance.built']);
    expect(events.map(({ attributes }) => attributes['novaspan.log.message'])).toEqual([SPAWNED, BUILT]);
    expect(spanOf(trace!, 'build finish').events[0]!.attributes).toMatchObject({ 'log.file.path': 'nova-compute@cmp1.log' });
    for (const span of tracesOf(boot(), 'off')[0]!.spans) expect(span.events).toEqual([]);
  });

  it('puts a phase below the one that it is part of, and says by how much it reaches out', () => {
    const [trace] = tracesOf([
      ...boot(),
      ...compute(
        nova(11.5, `Preparing to wait for external event network-vif-plugged-${P}`),
        nova(15.25, `Processing event network-vif-plugged-${P}`, { request: E }),
      ),
    ]);
    const waited = spanOf(trace!, 'vif-plugged wait');
    expect(waited.parentSpanId).toBe(spanOf(trace!, 'spawn').spanId);
    expect(waited.attributes['novaspan.outside_parent_ms']).toBe(250);
    expect(waited).toMatchObject({ start: at(12), end: at(15.25) });
  });

  it('names the port on the spans that are of one', () => {
    const [trace] = tracesOf([
      ...boot(),
      ...eventsOf('ovs-vswitchd', [vlog(12.5, 'bridge', `bridge br-int: added interface tap${P.slice(0, 11)} on port 3`)]),
    ]);
    expect(spanOf(trace!, 'ovs interface add').attributes).toMatchObject({
      'openstack.port.id': P,
      'openstack.interface.name': `tap${P.slice(0, 11)}`,
      'openstack.mac': 'fa:16:3e:00:00:df',
    });
  });

  it('calls the interface as OVS does: with hybrid plug it is not the tap', () => {
    const qvo = `qvo${P.slice(0, 11)}`;
    const [trace] = tracesOf([
      ...boot(),
      ...eventsOf('ovs-vswitchd', [vlog(12.5, 'bridge', `bridge br-int: added interface ${qvo} on port 3`)]),
    ]);
    expect(spanOf(trace!, 'ovs interface add').attributes['openstack.interface.name']).toBe(qvo);
    expect(spanOf(trace!, 'image create + network wait + guest xml + vif plug').attributes['openstack.interface.name']).toBe(qvo);
  });

  it('of a request tells method, path and status, and never the query', () => {
    const get =
      '127.0.0.1 "GET /v2.0/ports?tenant_id=4ffd406b476c40ac99ad03adedfc02e9&device_id=secret HTTP/1.1" status: 200  len: 440 time: 0.0100000';
    const [trace] = tracesOf([
      ...boot(),
      ...eventsOf('neutron-server', [oslo('neutron-server', 13, get, { request: 'req-68a66cea-61af-4489-a39a-71c24e1e5609', global: A })]),
    ]);
    const { attributes, kind } = spanOf(trace!, 'GET /v2.0/ports');
    expect(kind).toBe('server');
    expect(attributes).toMatchObject({
      'http.request.method': 'GET',
      'http.route': '/v2.0/ports',
      'url.path': '/v2.0/ports',
      'http.response.status_code': 200,
    });
    expect(JSON.stringify(attributes)).not.toContain('secret');
  });

  it('has whose it is and which request on every span, and its lowest level on the root', () => {
    const [trace] = tracesOf(boot());
    for (const { attributes } of trace!.spans) expect(attributes).toMatchObject({ 'openstack.instance.id': U, 'openstack.request.id': A });
    expect(trace!.spans[0]!.attributes['novaspan.log.level.min']).toBe('INFO');
    const [atDebug] = tracesOf([...boot(), ...compute(nova(10.2, 'Start building networks asynchronously for instance.'))]);
    expect(atDebug!.spans[0]!.attributes['novaspan.log.level.min']).toBe('DEBUG');
  });

  it('lists its requests as one phase, whatever was asked', () => {
    const get = '127.0.0.1 "GET /v2.0/networks/ee51a674-5f80-4af6-8c91-388eda7f1c84 HTTP/1.1" status: 200  len: 440 time: 0.0100000';
    const [trace] = tracesOf([...boot(), ...eventsOf('neutron-server', [oslo('neutron-server', 13, get, { request: B, global: A })])]);
    expect(names(trace!.spans)).toContain('GET /v2.0/networks/{id}');
    expect(trace!.spans[0]!.attributes['novaspan.phases.observed']).toContain('requests');
  });
});

describe('the kinds of spans', () => {
  it.each(scenarios())('%s: what served a request is a server, what asks another service a client', async (scenario) => {
    for (const { spans } of correlate(await logsOf(join(GOLDEN, scenario)))) {
      for (const { kind, name, attributes } of spans) {
        expect([kind, name, attributes['url.path']]).toEqual([
          attributes['http.request.method'] !== undefined ? 'server' : CALLS.has(name) ? 'client' : 'internal',
          name,
          attributes['http.request.method'] === undefined ? undefined : expect.stringMatching(/^\/[^?]*$/),
        ]);
      }
    }
  });
});
const CALLS = new Set(['port create', 'port update', 'port binding activate']);

it('what completes another action links to it', async () => {
  const traces = correlate(await logsOf(join(GOLDEN, 'resize-succeeds-confirm-revert-same-host-debug')));
  const resizes = traces.filter(({ action }) => action === 'resize').map(({ traceId }) => traceId);
  const linked = (name: string): unknown[] => traces.filter(({ action }) => action === name).flatMap(({ spans }) => spans[0]!.links);
  for (const name of ['confirmResize', 'revertResize']) {
    const [link] = linked(name) as SpanData['links'];
    expect(resizes).toContain(link!.traceId);
    expect(link).toEqual({ traceId: link!.traceId, spanId: rootIdOf(link!.traceId), attributes: { 'openstack.action': 'resize' } });
  }
  expect(linked('resize')).toEqual([]);
});

it('of two spans with one id the first stays, and the other is counted', () => {
  const [trace] = tracesOf(boot());
  const [root, span] = trace!.spans;
  const { count, counted } = counting();
  const repaired = withoutRepeats({ ...trace!, spans: [root!, span!, { ...span!, name: 'another' }] }, count);
  expect(names(repaired.spans)).toEqual([root!.name, span!.name]);
  expect(counted).toEqual({ span_ids_repeated: 1 });
  expect(withoutRepeats(trace!, count)).toBe(trace);
});

describe('a failed action', () => {
  const buildOf = (isHandedBack: boolean, cause: string, ...detail: readonly string[]): FinishedTrace => {
    const failed = nova(15, `Instance failed to spawn: ${cause}`);
    const head = failed.slice(0, failed.indexOf(' ['));
    const reported = detail.map((line) => `${head} [instance: ${U}] ${line}`);
    // nova-compute decides only where nova says so: without this line the build was handed back.
    const aborted = nova(16, `Build of instance ${U} aborted: Failed to allocate the network(s), not rescheduling.`);
    return tracesOf(compute(nova(10, CLAIM), failed, ...reported, ...(isHandedBack ? [] : [aborted])))[0]!;
  };
  const failing = (cause: string, ...detail: readonly string[]): FinishedTrace => buildOf(false, cause, ...detail);

  it('has the first exception with its class, its words and its traceback', () => {
    const { spans } = failing(
      'nova.exception.PortBindingFailed: Binding failed',
      'Traceback (most recent call last):',
      '  File "x.py", line 1, in f',
    );
    expect(spans[0]).toMatchObject({ error: 'Binding failed' });
    expect(spans[0]!.attributes).toMatchObject({ 'openstack.outcome': 'failed', 'error.type': 'nova.exception.PortBindingFailed' });
    const exception = spans[0]!.events.find(({ name }) => name === 'exception');
    expect(exception!.attributes).toMatchObject({
      'exception.type': 'nova.exception.PortBindingFailed',
      'exception.message': 'Binding failed',
      'exception.stacktrace': 'Traceback (most recent call last):\n  File "x.py", line 1, in f',
    });
  });

  it('that was handed back has the same on its attempt, and no outcome: that is of the root', () => {
    const { form, spans } = buildOf(true, 'nova.exception.PortBindingFailed: Binding failed');
    expect(form).toBe('fragment');
    expect(spans[0]).toMatchObject({ name: 'build attempt', error: 'Binding failed', parentSpanId: rootIdOf(traceIdOf(U, A)) });
    expect(spans[0]!.attributes['error.type']).toBe('nova.exception.PortBindingFailed');
    expect(spans[0]!.attributes).not.toHaveProperty('openstack.outcome');
    expect(spans[0]!.events.map(({ name }) => name)).toContain('exception');
  });

  it('without any reason says so', () => {
    const [trace] = tracesOf(compute(nova(10, CLAIM), nova(15, 'Setting instance vm_state to ERROR')));
    expect(trace!.spans[0]!.error).toBe('it failed; the log gives no reason');
  });

  it.each([
    'password=hunter2',
    "password='hunter2'",
    '"adminPass": "hunter2"',
    'token: hunter2',
    'X-Auth-Token: hunter2',
    'api_key = hunter2',
    'client_secret=hunter2&x=1',
    'password="correct hunter2"',
    "{'password': 'hunter2', 'x': 1}",
    'Authorization: Bearer hunter2',
    'Authorization: Basic hunter2',
    'rabbit://nova:hunter2@ctl1:5672/',
    'mysql+pymysql://nova:hunter2@ctl1/nova?charset=utf8',
  ])('keeps a secret, wherever it stands: %s', (secret) => {
    const { spans } = failing(`libvirt.libvirtError: failed with ${secret} given`, `  call(${secret})`);
    const told = JSON.stringify(spans);
    expect(told).not.toContain('hunter2');
    expect(told).toContain('***');
  });

  // JSON inside of JSON, bytes of Python, and an option of a command have other marks between name and value.
  it.each(['{\\"password\\": \\"hunter2\\"}', "{b'password': b'hunter2'}", '--os-password hunter2'])('and this one: %s', (secret) => {
    const { spans } = failing(`libvirt.libvirtError: failed with ${secret} given`);
    expect(JSON.stringify(spans)).not.toContain('hunter2');
  });
});

describe('an action that was cut off', () => {
  it('says that nova-compute was restarted, and marks what was under way', () => {
    const [trace] = tracesOf([
      ...compute(nova(10, CLAIM), nova(11, 'Creating image(s)')),
      ...eventsOf('nova-compute', [oslo('nova-compute', 20, 'Starting compute node (version 26.2.2)', { user: null })]),
    ]);
    expect(trace!.spans[0]).toMatchObject({ error: 'nova-compute was restarted in the middle of it' });
    // At INFO nothing says that the disks were done.
    expect(spanOf(trace!, 'image create + network wait + guest xml').error).toBe('no line shows its end: the action was cut off');
  });

  it('says that no line tells of its end', () => {
    const [trace] = tracesOf(compute(nova(10, CLAIM)));
    expect(trace!.spans[0]!.error).toBe('no line says that it ended');
    expect(names(trace!.spans)).toContain('resource claim');
  });
});

describe.each(scenarios())('every trace of the golden %s', (scenario) => {
  it('is a tree', async () => {
    const traces = correlate(await logsOf(`${GOLDEN}${scenario}`));
    expect(traces.length).toBeGreaterThan(0);
    const ids = traces.flatMap(({ spans }) => spans.map(({ spanId }) => spanId));
    expect(new Set(ids).size).toBe(ids.length);
    for (const { form, traceId, spans } of traces) {
      const byId = new Map(spans.map((span) => [span.spanId, span]));
      const roots = spans.filter(({ parentSpanId }) => parentSpanId === undefined);
      expect(roots.map(({ spanId }) => spanId)).toEqual(form === 'fragment' ? [] : [rootIdOf(traceId)]);
      if (form !== 'fragment') expect(spans[0]).toBe(roots[0]);
      for (const span of spans) {
        expect(span.traceId).toBe(traceId);
        expect(span.end).toBeGreaterThanOrEqual(span.start);
        expect(depthOf(span, byId, rootIdOf(traceId)), `${span.name} leads to the root`).toBeLessThanOrEqual(4);
      }
    }
  });
});

/** How many steps it is to the root; infinite for a parent that is not there, and in a circle. */
function depthOf(span: SpanData, byId: ReadonlyMap<string, SpanData>, rootId: string): number {
  let steps = 0;
  for (let at: SpanData | undefined = span; at !== undefined && at.parentSpanId !== undefined && steps <= byId.size; steps++) {
    if (at.parentSpanId === rootId) return steps + 1;
    at = byId.get(at.parentSpanId);
    if (at === undefined) return Number.POSITIVE_INFINITY;
  }
  return steps > byId.size ? Number.POSITIVE_INFINITY : steps;
}

describe('the causes of a long boot', () => {
  const stalled = (s: number, millis = 1500): Event[] =>
    eventsOf('ovn-controller', [vlog(s, 'timeval', `Unreasonably long ${millis}ms poll interval`).replace('INFO', 'WARN')]);
  const ovs = eventsOf('ovs-vswitchd', [vlog(12, 'bridge', `bridge br-int: added interface tap${P.slice(0, 11)} on port 3`)]);
  const ovn = eventsOf('ovn-controller', [vlog(14, 'binding', `Claiming lport ${P} for this chassis.`)]);
  const slow = compute(nova(10, CLAIM), plugged(11), nova(1215, SPAWNED), nova(1216, 'Took 1206.00 seconds to build instance.'));

  it('are known however long ago they were, and however often what is old was forgotten', () => {
    const correlator = new Correlator(() => undefined);
    const traces: FinishedTrace[] = [];
    const events = [...slow, ...ovs, ...ovn, ...stalled(13.5), ...stalled(900)].sort((a, b) => a.at - b.at);
    for (let now = 0; now <= 1300; now += 20) {
      for (const event of events.filter((each) => each.at >= at(now) && each.at < at(now + 20))) correlator.accept(event);
      for (const closed of correlator.advance(at(now + 20))) traces.push(buildTrace(closed, { lines: 'off', reads: () => true }));
    }
    const [trace] = traces.filter(({ form }) => form === 'action');
    expect(spanOf(trace!, 'lport claim').attributes).toMatchObject({ 'novaspan.cause.ovn_poll_stall_ms': 1500 });
    expect(trace!.spans[0]!.attributes).toMatchObject({ 'novaspan.concurrent_builds': 0 });
  });

  it('are looked for up to the moment at which it closes', () => {
    const late = compute(nova(10, CLAIM), plugged(11), nova(15, BUILT));
    const stallOf = (s: number): unknown => {
      const [trace] = tracesOf([...late, ...ovs, ...ovn, ...stalled(s, 7000)]);
      return spanOf(trace!, 'lport claim').attributes['novaspan.cause.ovn_poll_stall_ms'];
    };
    expect(stallOf(19.9)).toBe(1100);
    // Five seconds after the end: no process waits for such a line.
    expect(stallOf(20.1)).toBeUndefined();
  });
});
