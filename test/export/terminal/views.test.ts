import { describe, expect, it } from 'vitest';
import { stepsOf } from '../../../src/export/steps.js';
import { blame } from '../../../src/export/terminal/blame.js';
import { causesOf } from '../../../src/export/terminal/causes.js';
import { criticalChain } from '../../../src/export/terminal/critical-chain.js';
import { plain, unicode } from '../../../src/export/terminal/look.js';
import { table } from '../../../src/export/terminal/table.js';
import { traceText } from '../../../src/export/terminal/trace-text.js';
import { boot, failed, fragment, networkReady, root, START, span, trace, twoPorts } from './traces.js';

const at = (width: number) => ({ width, palette: plain, glyphs: unicode });

describe('blame', () => {
  it('lists phases by cost, with the time that is their own', () => {
    expect(blame(boot, at(80))).toMatchInlineSnapshot(`
      "boot of b8acd14b on cmp1 took 5.0 s (5.8 s from the API request): about 2.5 s
      image create, 1.6 s vif-plugged wait (neutron port activate 1.0, flow install
      0.26), 0.50 s in no line at these levels (not logged: network wait, image fetch)
        create succeeded in 5.000 s (nova says 4.98 s)
        from 2026-11-21 01:50:31.668 UTC
        instance b8acd14b-35cc-4931-bd08-129b0bf97b38   host cmp1
        port df247bb8-4779-4902-aede-8e714f4bed2c
        request req-5678fc57-4d2e-486d-95b7-7deb6d508747
        trace 4bf92f3577b34da6a3ce929d0e0e4736

       duration     share      self  service              phase
          4.400    88.0 %     0.020  nova-compute@cmp1    spawn
          2.490~   49.8 %     2.490  nova-compute@cmp1    image create
          1.600    32.0 %     1.600  nova-compute@cmp1    vif-plugged wait df247bb8
          0.990    19.8 %     0.990  neutron-server@ctl1  neutron port activate df247…
          0.790~   15.8 %     0.790  nova-api@ctl1        api request
          0.290     5.8 %     0.290  nova-compute@cmp1    spawn finish
          0.255     5.1 %     0.255  ovn-controller@cmp1  flow install tapdf247bb8-47
          0.200     4.0 %     0.200  neutron-server@ctl1  port status up df247bb8
          0.100     2.0 %     0.100  nova-compute@cmp1    build finish
          0.095     1.9 %     0.095  nova-compute@cmp1    vif plug tapdf247bb8-47
          0.040     0.8 %     0.040  ovs-vswitchd@cmp1    ovs interface add df247bb8
          0.005     0.1 %     0.005  ovn-controller@cmp1  lport claim tapdf247bb8-47

      slowest phase: image create, 2.490 s (about)
      "
    `);
  });

  it('counts side-by-side parts once', () => {
    const parallel = trace([
      root(1000),
      span({ name: 'whole', from: 0, to: 1000 }),
      span({ name: 'a', from: 100, to: 500, in: 'whole//0' }),
      span({ name: 'b', from: 300, to: 700, in: 'whole//0' }),
    ]);
    expect(blame(parallel, at(80))).toMatch(/1\.000 +100\.0 % +0\.400 +nova-compute@cmp1 +whole/);
  });
});

describe('causes', () => {
  const slow = trace([
    root(1000, { 'novaspan.concurrent_builds': 7, 'novaspan.cause.requests_ms': 610.5 }),
    span({
      name: 'image create',
      from: 100,
      to: 900,
      attributes: {
        'novaspan.cause.image': 'converted',
        'novaspan.cause.image_fetch_ms': 500,
        'novaspan.cause.image_convert_ms': 90,
        'novaspan.cause.lock_wait_ms': 250,
        'novaspan.cause.lock': ['image'],
      },
    }),
    span({
      name: 'lport claim',
      service: 'ovn-controller',
      from: 900,
      to: 980,
      attributes: { 'novaspan.cause.ovn_poll_stall_ms': 70, 'novaspan.cause.ovn_engine_ms': 60 },
    }),
  ]);
  const last = (text: string, lines: number): string =>
    text
      .split('\n')
      .slice(-lines - 1)
      .join('\n');

  it('stand below the phases that they explain, those of the action at the end', () => {
    expect(last(blame(slow, at(100)), 8)).toMatchInlineSnapshot(`
      "                       - the image was fetched and converted in 0.500 s, of which 0.090 s converting
          0.080     8.0 %     0.080  ovn-controller@cmp1  lport claim
                                       - ovn-controller stalled for 0.070 s of it
                                       - ovn-controller's engine was busy for 0.060 s of it

      slowest phase: image create, 0.800 s

      instance create: had requests under way for 0.611 s, the host took in 7 others meanwhile
      "
    `);
  });

  it('are cut where there is no room', () => {
    expect(
      blame(slow, at(60))
        .split('\n')
        .filter((line) => line.length > 60 && line.includes(' - ')),
    ).toEqual([]);
  });

  it('stand in the critical chain', () => {
    expect(last(criticalChain(slow, at(100)), 10)).toMatchInlineSnapshot(`
      "├ (unexplained) @0.980s +0.020s
      ├ lport claim @0.900s +0.080s  ovn-controller@cmp1
          - ovn-controller stalled for 0.070 s of it
          - ovn-controller's engine was busy for 0.060 s of it
      ├ image create @0.100s +0.800s  nova-compute@cmp1
          - waited 0.250 s for the lock image
          - the image was fetched and converted in 0.500 s, of which 0.090 s converting
      └ (unexplained) @0.000s +0.100s

      slowest phase: image create, 0.800 s
      "
    `);
  });

  it('name what little there is to say', () => {
    const small = trace([
      root(10, { 'novaspan.concurrent_builds': 1 }),
      span({ name: 'a', from: 0, to: 1, attributes: { 'novaspan.cause.image': 'cache-hit' } }),
      span({ name: 'b', from: 1, to: 2, attributes: { 'novaspan.cause.image': 'fetched', 'novaspan.cause.image_fetch_ms': 35 } }),
      span({ name: 'c', from: 2, to: 3, attributes: { 'novaspan.cause.ovs_poll_stall_ms': 1, 'novaspan.cause.northd_poll_stall_ms': 1 } }),
    ]);
    expect(small.spans.map(causesOf)).toEqual([
      ['the host took in 1 other meanwhile'],
      ['the image was in the cache'],
      ['the image was fetched in 0.035 s'],
      ['ovs-vswitchd stalled for 0.001 s of it', 'ovn-northd stalled for 0.001 s of it'],
    ]);
  });
});

describe('critical chain', () => {
  it('goes back from the end through the work of other services', () => {
    expect(criticalChain(boot, at(100))).toMatchInlineSnapshot(`
      "boot of b8acd14b on cmp1 took 5.0 s (5.8 s from the API request): about 2.5 s image create, 1.6 s
      vif-plugged wait (neutron port activate 1.0, flow install 0.26), 0.50 s in no line at these levels
      (not logged: network wait, image fetch)
        create succeeded in 5.000 s (nova says 4.98 s), from 2026-11-21 01:50:31.668 UTC
        instance b8acd14b-35cc-4931-bd08-129b0bf97b38   host cmp1
        port df247bb8-4779-4902-aede-8e714f4bed2c   request req-5678fc57-4d2e-486d-95b7-7deb6d508747
        trace 4bf92f3577b34da6a3ce929d0e0e4736

      The end was gated by these, the last first (@ when it began, + how long it took):
      instance create @0.000s +5.000s  nova-compute@cmp1
      ├ build finish @4.900s +0.100s  nova-compute@cmp1
      ├ spawn @0.500s +4.400s  nova-compute@cmp1
      │ ├ spawn finish @4.610s +0.290s  nova-compute@cmp1
      │ ├ vif-plugged wait tapdf247bb8-47 @3.000s +1.600s  nova-compute@cmp1
      │ │ ├ neutron port activate tapdf247bb8-47 @3.600s +0.990s  neutron-server@ctl1
      │ │ ├ port status up tapdf247bb8-47 @3.400s +0.200s  neutron-server@ctl1
      │ │ ├ flow install tapdf247bb8-47 @3.145s +0.255s  ovn-controller@cmp1
      │ │ ├ lport claim tapdf247bb8-47 @3.140s +0.005s  ovn-controller@cmp1
      │ │ ├ ovs interface add tapdf247bb8-47 @3.100s +0.040s  ovs-vswitchd@cmp1
      │ │ └ vif plug tapdf247bb8-47 @3.005s +0.095s  nova-compute@cmp1
      │ └ image create @0.510s +2.490s  nova-compute@cmp1
      ├ (unexplained) @0.000s +0.500s
      └ api request @-0.812s +0.790s  nova-api@ctl1.cloud.example

      slowest phase: image create, 2.490 s (about)
      "
    `);
  });

  it('follows the port that was waited for longest', () => {
    const names = stepsOf(twoPorts).flatMap(({ spans }) => spans.map(({ name, attributes }) => [name, attributes['openstack.port.id']]));

    expect(names).toContainEqual(['neutron port activate', 'e5af434e-4779-4902-aede-8e714f4bed2d']);
    expect(names).not.toContainEqual(['neutron port activate', 'df247bb8-4779-4902-aede-8e714f4bed2c']);
  });

  it('says which step did not end', () => {
    expect(criticalChain(failed, at(100))).toMatchInlineSnapshot(`
      "boot of b8acd14b on cmp1 failed after 31.0 s: VirtualInterfaceCreateException: Virtual Interface
      creation failed; 23.7 s vif-plugged wait (timed out waiting for network-vif-plugged, no end of lport
      claim in the logs), 7.3 s unexplained
        create failed after 31.000 s, from 2026-11-21 01:50:31.668 UTC
        instance b8acd14b-35cc-4931-bd08-129b0bf97b38   host cmp1
        port df247bb8-4779-4902-aede-8e714f4bed2c   request req-5678fc57-4d2e-486d-95b7-7deb6d508747
        trace 4bf92f3577b34da6a3ce929d0e0e4736
        error nova.exception.VirtualInterfaceCreateException: Virtual Interface creation failed

      The end was gated by these, the last first (@ when it began, + how long it took):
      instance create @0.000s +31.000s  nova-compute@cmp1
      ├ (unexplained) @30.500s +0.500s
      ├ spawn @0.500s +30.000s  nova-compute@cmp1
      │ ├ (unexplained) @28.500s +2.000s
      │ ├ vif-plugged wait tapdf247bb8-47 @4.800s +23.700s  nova-compute@cmp1
      │ │ ├ lport claim tapdf247bb8-47 @7.850s end not in the logs  ovn-controller@cmp1
      │ │ ├ ovs interface add tapdf247bb8-47 @7.800s +0.050s  ovs-vswitchd@cmp1
      │ │ └ vif plug tapdf247bb8-47 @4.805s +2.995s  nova-compute@cmp1
      │ └ (unexplained) @0.500s +4.300s
      └ (unexplained) @0.000s +0.500s

      slowest phase: vif-plugged wait tapdf247bb8-47, 23.700 s
      "
    `);
  });

  it('takes of two that end together the one that began first, also when it began before the whole', () => {
    const steps = stepsOf(
      trace([
        root(10_000),
        span({ name: 'network allocate', from: 200, to: 7990 }),
        span({ name: 'spawn', from: 500, to: 10_000 }),
        span({ name: 'image create', from: 500, to: 3000, in: 'spawn//500' }),
        span({ name: 'network wait', from: 3000, to: 8000, in: 'spawn//500' }),
        span({ name: 'guest start', from: 8000, to: 10_000, in: 'spawn//500' }),
      ]),
    );
    expect(steps.map(({ spans, depth }) => `${depth} ${spans[0]?.name}`)).toEqual([
      '0 instance create',
      '1 spawn',
      '2 guest start',
      '2 network allocate',
      '1 undefined',
    ]);
  });

  it('works without a root', () => {
    expect(stepsOf(fragment).map(({ spans }) => spans[0]?.name)).toEqual(['api request']);
  });
});

describe('table', () => {
  const later = {
    ...boot,
    spans: boot.spans.map((one) => ({ ...one, start: one.start + 60_000, end: one.end + 60_000 })),
    instance: 'c0ffee00-0000',
  };

  it('has a row per action, by start', () => {
    expect(table([later, failed, fragment, networkReady], at(140))).toMatchInlineSnapshot(`
      "slowest: boot of b8acd14b on cmp1 failed after 31.0 s: VirtualInterfaceCreateException: Virtual Interface creation failed; 23.7 s
               vif-plugged wait (timed out waiting for network-vif-plugged, no end of lport claim in the logs), 7.3 s unexplained

      start (UTC)          action  instance  outcome    seconds  nova says  slowest phase                           host  trace
      2026-11-21 01:50:31  create  b8acd14b  failed      31.000          -  23.700 vif-plugged wait tapdf247bb8-47  cmp1  4bf92f35
      2026-11-21 01:50:31  (part)  b8acd14b  -            0.300          -  0.300 api request                       ctl1  4bf92f35
      2026-11-21 01:51:31  create  c0ffee00  succeeded    5.000       4.98  2.490 image create                      cmp1  4bf92f35
      "
    `);
  });

  it('fits 80 columns', () => {
    expect(table([later, failed, fragment], at(80))).toMatchInlineSnapshot(`
      "slowest: boot of b8acd14b on cmp1 failed after 31.0 s:
               VirtualInterfaceCreateException: Virtual Interface creation failed;
               23.7 s vif-plugged wait (timed out waiting for network-vif-plugged, no
               end of lport claim in the logs), 7.3 s unexplained

      start (UTC)          action  instance  outcome    seconds  slowest phase
      2026-11-21 01:50:31  create  b8acd14b  failed      31.000  23.700 vif-plugged w…
      2026-11-21 01:50:31  (part)  b8acd14b  -            0.300  0.300 api request
      2026-11-21 01:51:31  create  c0ffee00  succeeded    5.000  2.490 image create
      "
    `);
  });

  it('cuts nothing where there is no width', () => {
    expect(table([later, failed], at(Infinity))).toBe(table([failed, later], at(500)));
  });

  it('ranks the slowest', () => {
    const rows = table([later, failed, fragment], at(120), { slowest: 1 }).trim().split('\n').slice(-2);

    expect(rows).toHaveLength(2);
    expect(rows[1]).toContain('31.000');
  });
});

describe('trace text', () => {
  it('is what a golden expects of a boot', () => {
    expect(traceText(boot)).toMatchInlineSnapshot(`
      "create succeeded  b8acd14b-35cc-4931-bd08-129b0bf97b38  req-5678fc57-4d2e-486d-95b7-7deb6d508747
        trace 4bf92f3577b34da6a3ce929d0e0e4736  from 2026-11-21 01:50:31.668 UTC  nova says 4.98 s  unexplained 500 ms
        boot of b8acd14b on cmp1 took 5.0 s (5.8 s from the API request): about 2.5 s image create, 1.6 s vif-plugged wait (neutron port activate 1.0, flow install 0.26), 0.50 s in no line at these levels (not logged: network wait, image fetch)
      +  0.000s    5.000s  nova-compute@cmp1            instance create
      -  0.812s    0.790s  nova-api@ctl1.cloud.example  └ api request [start derived]
      +  0.500s    4.400s  nova-compute@cmp1            └ spawn
      +  0.510s    2.490s  nova-compute@cmp1              └ image create [end derived]
      +  3.000s    1.600s  nova-compute@cmp1              └ vif-plugged wait df247bb8
      +  3.005s    0.095s  nova-compute@cmp1              └ vif plug df247bb8
      +  4.610s    0.290s  nova-compute@cmp1              └ spawn finish
      +  3.100s    0.040s  ovs-vswitchd@cmp1            └ ovs interface add df247bb8
      +  3.140s    0.005s  ovn-controller@cmp1          └ lport claim df247bb8
      +  3.145s    0.255s  ovn-controller@cmp1          └ flow install df247bb8
      +  3.400s    0.200s  neutron-server@ctl1          └ port status up df247bb8
      +  3.600s    0.990s  neutron-server@ctl1          └ neutron port activate df247bb8
      +  4.900s    0.100s  nova-compute@cmp1            └ build finish
        not logged: network wait
        not logged: image fetch
        not applicable: build queue
      "
    `);
  });

  it('is what a golden expects of a failure', () => {
    expect(traceText(failed)).toMatchInlineSnapshot(`
      "create failed  b8acd14b-35cc-4931-bd08-129b0bf97b38  req-5678fc57-4d2e-486d-95b7-7deb6d508747
        trace 4bf92f3577b34da6a3ce929d0e0e4736  from 2026-11-21 01:50:31.668 UTC  unexplained 12 ms
        boot of b8acd14b on cmp1 failed after 31.0 s: VirtualInterfaceCreateException: Virtual Interface creation failed; 23.7 s vif-plugged wait (timed out waiting for network-vif-plugged, no end of lport claim in the logs), 7.3 s unexplained
      +  0.000s   31.000s  nova-compute@cmp1    instance create [error nova.exception.VirtualInterfaceCreateException: Virtual Interface creation failed]
      +  0.500s   30.000s  nova-compute@cmp1    └ spawn [end derived]
      +  4.800s   23.700s  nova-compute@cmp1      └ vif-plugged wait df247bb8 [error Timeout: timed out waiting for network-vif-plugged]
      +  4.805s    2.995s  nova-compute@cmp1      └ vif plug df247bb8
      +  7.800s    0.050s  ovs-vswitchd@cmp1    └ ovs interface add df247bb8
      +  7.850s   23.150s  ovn-controller@cmp1  └ lport claim df247bb8 [end unobserved] [error did not end]
        missing: flow install (no such line)
        missing: lport up (no such line)
        missing: event deliver (not read: nova-compute@cmp1)
      "
    `);
  });

  it('is what a golden expects of a fragment', () => {
    expect(traceText(fragment)).toMatchInlineSnapshot(`
      "fragment  b8acd14b-35cc-4931-bd08-129b0bf97b38  req-5678fc57-4d2e-486d-95b7-7deb6d508747
        trace 4bf92f3577b34da6a3ce929d0e0e4736  from 2026-11-21 01:50:31.668 UTC
        part of an action of b8acd14b, over 0.30 s, as neutron-server, nova-api logged it; its root is not in these logs
      +  0.000s    0.300s  nova-api@ctl1        api request [start derived]
      +  0.050s    0.030s  neutron-server@ctl1  neutron-server request
      +  0.090s    0.010s  neutron-server@ctl1  neutron-server request
      +  0.120s    0.060s  neutron-server@ctl1  neutron-server request
      "
    `);
  });
});

it('nothing fails on a trace without spans', () => {
  const empty = trace([]);
  for (const view of [blame, criticalChain]) expect(view(empty, at(80))).toContain('create');
  expect(table([empty], at(80))).toContain('create');
  expect(traceText(empty)).toContain('create');
  expect(START).toBeGreaterThan(0);
});
