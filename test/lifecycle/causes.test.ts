import { describe, expect, it } from 'vitest';
import { type Causes, causesOf, isNegligible, isOfHost } from '../../src/lifecycle/causes.js';
import type { PhaseSpec } from '../../src/lifecycle/define.js';
import type { Event } from '../../src/lifecycle/event.js';
import type { Phase } from '../../src/lifecycle/phase.js';
import { isWanted } from '../../src/lifecycle/wanted.js';
import { A, at, B, eventsOf, membersAbout, nova, oslo, U, vlog } from '../support/lines.js';

const phase = (name: string, service: string, start: number, end: number, host = 'cmp1', http?: PhaseSpec['http']): Phase => ({
  name,
  spec: { name, service, from: [], to: [], ...(http !== undefined && { http }) },
  service,
  host,
  start: at(start),
  end: at(end),
  startIs: 'observed',
  endIs: 'observed',
  isTimed: false,
  port: undefined,
  within: undefined,
  lines: [],
});

interface Given {
  readonly members?: readonly Event[];
  readonly hostEvents?: readonly Event[];
  readonly host?: string | undefined;
}

/** The causes of each phase by its name, and those of the whole. */
function causes(phases: readonly Phase[], given: Given): { of: Record<string, Causes>; whole: Causes } {
  const host = 'host' in given ? given.host : 'cmp1';
  const found = causesOf(
    phases,
    { request: A, start: at(0), end: at(60), host, members: membersAbout(given.members ?? []) },
    given.hostEvents ?? [],
  );
  return { of: Object.fromEntries(Array.from(found.of, ([{ name }, value]) => [name, value])), whole: found.whole };
}
const compute = (...lines: string[]): Event[] => eventsOf('nova-compute', lines);
const stalled = (s: number, millis: number, service = 'ovn-controller', host = 'cmp1'): Event[] =>
  eventsOf(service, [vlog(s, 'timeval', `Unreasonably long ${millis}ms poll interval`).replace('INFO', 'WARN')], { host });
const engine = (s: number, millis: number): Event[] =>
  eventsOf('ovn-controller', [vlog(s, 'inc_proc_eng', `node: logical_flow_output, recompute (failed handler) took ${millis}ms`)]);

describe('a stalled daemon', () => {
  const claim = phase('lport claim', 'ovn-controller', 10, 12);
  const install = phase('flow install', 'ovn-controller', 12, 15);

  it('is told on the phases that its stall lies over, each its own part', () => {
    // 9 … 12.5: two seconds of the claim, half a second of the flows
    expect(causes([claim, install], { hostEvents: stalled(12.5, 3500) }).of).toEqual({
      'lport claim': { ovnStall: 2000 },
      'flow install': { ovnStall: 500 },
    });
  });

  it('is counted once where its lines lie over each other, and together where they do not', () => {
    const lines = [...stalled(10.5, 1000), ...stalled(10.8, 1000), ...stalled(12, 1000)];
    expect(causes([claim], { hostEvents: lines }).of).toEqual({ 'lport claim': { ovnStall: 1800 } });
  });

  it('has no say before, after, on another host or in what another daemon does', () => {
    const lines = [...stalled(9.9, 1500), ...stalled(20, 1500), ...stalled(12, 1500, 'ovn-controller', 'cmp2')];
    expect(causes([claim], { hostEvents: lines }).of).toEqual({});
    expect(causes([claim], { hostEvents: stalled(12, 1500, 'ovs-vswitchd') }).of).toEqual({});
  });

  it('is ovs-vswitchd for the interface and for the flows that it takes in', () => {
    const added = phase('ovs interface add', 'ovs-vswitchd', 8, 10);
    expect(
      causes([added, install], { hostEvents: [...stalled(9.5, 1200, 'ovs-vswitchd'), ...stalled(14, 1100, 'ovs-vswitchd')] }).of,
    ).toEqual({
      'ovs interface add': { ovsStall: 1200 },
      'flow install': { ovsStall: 1100 },
    });
  });

  it('is ovn-northd for the way to neutron, wherever it runs', () => {
    const up = phase('port status up', 'neutron-server', 15, 18, 'ctl1');
    expect(causes([up], { hostEvents: stalled(17, 1500, 'ovn-northd', 'ctl2') }).of).toEqual({ 'port status up': { northdStall: 1500 } });
  });

  it('is told by the work of its engine as well, and in fragments too', () => {
    expect(causes([claim], { hostEvents: [...engine(11, 700), ...engine(11.2, 150)] }).of).toEqual({ 'lport claim': { ovnEngine: 850 } });
    expect(causes([claim], { hostEvents: engine(11, 700), host: undefined }).of).toEqual({ 'lport claim': { ovnEngine: 700 } });
  });

  it('is read in production, and short works of the engine are not kept', () => {
    expect(isWanted('poll.stalled', 'WARNING')).toBe(true);
    expect(isWanted('engine.stalled', ['INFO', 'DEBUG'])).toBe(true);
    expect([...stalled(1, 1500), ...engine(1, 100)].map((event) => [isOfHost(event), isNegligible(event)])).toEqual([
      [true, false],
      [true, false],
    ]);
    expect(engine(1, 99)).toEqual([]);
    // Whose phases it would be is not known: there is one for OVS and one for OVN.
    expect(stalled(1, 1500, 'ovsdb-server').every(isNegligible)).toBe(true);
  });
});

describe('a wait for a lock', () => {
  const CLAIM = 'nova.compute.resource_tracker.ResourceTracker.instance_claim';
  const acquired = (s: number, name: string, by: string, waited: number, request = A): string =>
    nova(s, `Lock "${name}" acquired by "${by}" :: waited ${waited.toFixed(3)}s`, { instance: null, request });
  const claim = phase('resource claim', 'nova-compute', 1, 3);
  const image = phase('image create', 'nova-compute', 4, 9);

  it('is told on the phase that waits for it, and adds up', () => {
    const members = compute(
      acquired(2, 'compute_resources', CLAIM, 0.951),
      acquired(5, '695c4cf5e37f35d5b171a243504982450305f796', 'nova.Image.cache.<locals>.fetch_func_sync', 0.5),
      acquired(7, '695c4cf5e37f35d5b171a243504982450305f796', 'nova.Qcow2.create_image.<locals>.create_qcow2_image', 1.278),
    );
    expect(causes([claim, image], { members }).of).toEqual({
      'resource claim': { lockWait: 951, lock: ['compute_resources'] },
      'image create': { lockWait: 1778, lock: ['image'] },
    });
  });

  it("is the action's where no phase waits for it", () => {
    const members = compute(acquired(20, 'compute_resources', 'nova.compute.resource_tracker.ResourceTracker.update_usage', 0.377));
    expect(causes([claim], { members })).toEqual({ of: {}, whole: { lockWait: 377, lock: ['compute_resources'] } });
  });

  it('is nothing below 0.1 s, before the action, of another request or on another host', () => {
    const members = [
      ...compute(
        acquired(2, 'compute_resources', CLAIM, 0.099),
        acquired(0, U, 'nova.compute.manager.ComputeManager.f.<locals>.do_terminate_instance', 3),
        acquired(2, 'compute_resources', CLAIM, 0.951, B),
      ),
      ...eventsOf('nova-compute', [acquired(2, 'compute_resources', CLAIM, 0.951)], { host: 'cmp2' }),
    ];
    expect(causes([claim], { members })).toEqual({ of: {}, whole: {} });
  });

  it('for refresh_cache lasts from line to line', () => {
    const lines = (s: number, what: string): string => nova(s, `${what} lock "refresh_cache-${U}"`, { instance: null });
    const allocate = phase('network allocate', 'nova-compute', 1, 5);
    const members = compute(lines(2, 'Acquiring'), lines(3.124, 'Acquired'), lines(4, 'Releasing'), lines(4.5, 'Acquired'));
    expect(causes([allocate], { members }).of).toEqual({ 'network allocate': { lockWait: 1124, lock: ['refresh_cache'] } });
  });
});

describe('an image', () => {
  const create = phase('image create', 'nova-compute', 1, 9);
  const IMAGE = '695c4cf5e37f35d5b171a243504982450305f796';
  const BASE = `/var/lib/nova/instances/_base/${IMAGE}`;
  const released = (s: number, by: string, held: number): string =>
    nova(s, `Lock "${IMAGE}" "released" by "nova.virt.libvirt.imagebackend.${by}" :: held ${held.toFixed(3)}s`, { instance: null });
  const fetched = (held: number): string => released(3, 'Image.cache.<locals>.fetch_func_sync', held);
  const made = released(4, 'Qcow2.create_image.<locals>.create_qcow2_image', 0.2);
  const converting = nova(2, 'e5197ceb-755d-49ea-b79b-74cdd931ef9b was qcow2, converting to raw', { instance: null });
  const converted = nova(2.5, `CMD "qemu-img convert -t none -O raw -f qcow2 ${BASE}.part ${BASE}.converted" returned: 0 in 0.615s`, {
    instance: null,
  });
  const download = (status: number): Event[] =>
    eventsOf('glance-api', [
      oslo('glance-api', 2, `127.0.0.1 - - [21/Nov/2026 03:00:02] "GET /v2/images/${U}/file HTTP/1.1" ${status} 1769730 0.712715`),
    ]);
  const of = (...members: Event[]): Causes | undefined => causes([create], { members }).of['image create'];

  it('was in the cache where no lock was held to fetch it', () => {
    expect(of(...compute(made))).toEqual({ image: 'cache-hit' });
    // Another had fetched it, and this one waited for that.
    expect(of(...compute(fetched(0.001), made))).toEqual({ image: 'cache-hit' });
  });

  it('was fetched, and maybe converted, while the lock was held', () => {
    expect(of(...compute(fetched(1.65), made))).toEqual({ image: 'fetched', imageFetch: 1650 });
    expect(of(...compute(converting, converted, fetched(1.65), made))).toEqual({ image: 'converted', imageFetch: 1650, imageConvert: 615 });
  });

  it('was fetched at INFO where glance says so', () => {
    expect(of(...download(200))).toEqual({ image: 'fetched', imageFetch: 712.715 });
    expect(of(...download(204))).toBeUndefined();
    expect(of()).toBeUndefined();
  });
});

describe('requests', () => {
  it('are the time of the root in which any was under way', () => {
    const phases = [
      phase('api request', 'nova-api', -2, 0.5, 'ctl1', 'user'),
      phase('neutron port create', 'neutron-server', 1, 2, 'ctl1', 'service'),
      phase('neutron-server request', 'neutron-server', 1.5, 2.5, 'ctl1', 'service'),
      phase('glance request', 'glance', 59, 61, 'ctl1', 'service'),
    ];
    expect(causes(phases, {}).whole).toEqual({ requests: 2500 });
    expect(causes(phases, { host: undefined }).whole).toEqual({});
  });
});
