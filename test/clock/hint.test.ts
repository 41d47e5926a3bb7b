import { describe, expect, it } from 'vitest';
import { ZoneHint } from '../../src/clock/hint.js';
import { parseZones } from '../../src/read/zones.js';
import { eventsOf } from '../support/lines.js';

const PORT = '1437c887-f45a-435c-9ad6-1793e2a9f429';
const TAP = 'tap1437c887-f4';
const plugged = (time: string): string =>
  `2026-11-21 ${time} 7 INFO os_vif [None req-11111111-1111-4111-8111-111111111111 u p - - default default] Successfully plugged vif VIFOpenVSwitch(active=False,address=fa:16:3e:00:00:01,bridge_name='br-int',has_traffic_filtering=True,id=${PORT},network=Network(5fd5b001-8f1e-4495-8653-266072f95739),plugin='ovs',port_profile=VIFPortProfileOpenVSwitch,preserve_on_delete=False,vif_name='${TAP}')`;
const added = `2026-11-21T02:24:20.100Z|00012|bridge|INFO|bridge br-int: added interface ${TAP} on port 5`;

/** What is said of nova-compute's line, whose clock showed `time`, read in `zone`, beside OVS' in UTC. */
function said(time: string, zone: string): string | undefined {
  const hint = new ZoneHint(() => parseZones(zone));
  for (const event of eventsOf('ovs-vswitchd', [added])) hint.note(event, 'none');
  for (const event of eventsOf('nova-compute', [plugged(time)]))
    hint.note({ ...event, at: parseZones(zone)().toUtc(event.at, undefined) }, 'own');
  const { what, remedy } = hint.wrongZone ?? {};
  return what === undefined ? undefined : `${what}: ${remedy}`;
}

describe('a hint at a wrong zone', () => {
  it('names the services, the zone that they look to be in, and the option', () => {
    expect(said('11:24:20.000', 'UTC')).toContain(
      'times of nova-compute look like UTC+9, but were read as UTC: pass --timezone Asia/Seoul',
    );
    expect(said('02:24:20.000', 'Asia/Seoul')).toBe(
      'times of nova-compute look like UTC, but were read as Asia/Seoul: pass --timezone UTC',
    );
  });

  it('is not given where the times agree', () => {
    expect(said('02:24:20.000', 'UTC')).toBeUndefined();
    expect(said('11:24:20.000', 'Asia/Seoul')).toBeUndefined();
  });

  it('is not given where nothing can be compared, or what differs is no zone', () => {
    expect(said('02:31:00.000', 'UTC')).toBeUndefined();
    expect(new ZoneHint(() => parseZones('UTC')).wrongZone).toBeUndefined();
  });

  it('is given by UTC times that nova states, without any other log', () => {
    const emitted = (at: string, epoch: number): string =>
      `${at} 7 DEBUG nova.virt.driver [-] Emitting event <LifecycleEvent: ${epoch}, b8acd14b-35cc-4931-bd08-129b0bf97b38 => Started> emit_event /usr/lib/python3/dist-packages/nova/virt/driver.py:1653`;
    const hint = new ZoneHint(() => parseZones('UTC'));
    for (const event of eventsOf('nova-compute', [emitted('2026-11-21 11:24:20.030', Date.UTC(2026, 10, 21, 2, 24, 20) / 1000)]))
      hint.note(event, 'own');
    expect(hint.wrongZone?.zones).toBe('Asia/Seoul');
  });

  it('takes lines for right whose wrapper knows their time, and judges others by them', () => {
    const hint = new ZoneHint(() => parseZones('UTC'));
    for (const event of eventsOf('nova-compute', [plugged('02:24:20.000')])) hint.note(event, 'none');
    // The same request, in a plain log of another service.
    for (const event of eventsOf('nova-compute', [plugged('11:24:20.000')]))
      hint.note({ ...event, service: 'nova-api', origin: { ...event.origin, path: 'nova-api.log' } }, 'own');
    const { what, zones } = hint.wrongZone ?? {};
    expect(what).toBe('times of nova-api look like UTC+9, but were read as UTC');
    expect(zones).toBe('Asia/Seoul');
  });

  it('says of logs that were sent where their zone is set', () => {
    const hint = new ZoneHint(() => parseZones('UTC'), { isSent: () => true });
    for (const event of eventsOf('ovs-vswitchd', [added])) hint.note(event, 'none');
    for (const event of eventsOf('nova-compute', [plugged('11:24:20.000')])) hint.note(event, 'own');
    expect(hint.wrong({ least: 1, config: 'n.yaml' })?.remedy).toBe('set `receive.timezones: { cmp1: Asia/Seoul }` in n.yaml');
    expect(hint.wrong({ least: 3, config: 'n.yaml' })).toBeUndefined();
  });

  it('is not given by one request alone that services logged a minute apart', () => {
    const hint = new ZoneHint(() => parseZones('UTC'));
    for (const event of eventsOf('nova-compute', [plugged('02:24:20.000')])) hint.note({ ...event, fields: {} }, 'none');
    for (const event of eventsOf('nova-compute', [plugged('11:25:20.000')]))
      hint.note({ ...event, service: 'nova-api', fields: {} }, 'own');
    expect(hint.wrongZone).toBeUndefined();
  });
});
