import { describe, expect, it } from 'vitest';
import { Survey } from '../../src/check/survey.js';
import { type Clocked, type ClockFinding, judgeClocks } from '../../src/clock/judge.js';
import { offsetText, zonesAt } from '../../src/clock/names.js';
import { createZone } from '../../src/format/zone.js';
import { at, nova, oslo, P, vif, vlog } from '../support/lines.js';

const HOUR = 3_600_000;
const TAP = `tap${P.slice(0, 11)}`;

/** A log with these lines, whose own clock is so many hours ahead of the zone that it is read in. */
function log(service: string, lines: readonly string[], given: { hours?: number; modified?: number; zone?: string } = {}): Clocked {
  const { hours = 0, modified, zone = 'UTC' } = given;
  const survey = new Survey({ service, zone: createZone(zone) });
  for (const line of lines) {
    const shifted = line.replace(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}/, (stamp) =>
      new Date(Date.parse(`${stamp.replace(' ', 'T')}Z`) + hours * HOUR).toISOString().slice(0, 23).replace('T', ' '),
    );
    const bytes = Buffer.from(shifted);
    survey.line(bytes, 0, bytes.length, 0);
  }
  return { service, clock: survey.clock, isUtc: /^ov[ns]-/.test(service), modified };
}
const judged = (...logs: Clocked[]): (ClockFinding | undefined)[] => {
  const findings = judgeClocks(logs);
  return logs.map((each) => findings.get(each));
};

const plugged = nova(10, `Successfully plugged vif ${vif(P)}`);
const added = vlog(10.05, 'bridge', `bridge br-int: added interface ${TAP} on port 7`);

describe('a log in local time', () => {
  it.each([0, 9, -3.5, 5.75, -11])('that is %d hours ahead is found out by what OVS logged of the same plug', (hours) => {
    expect(judged(log('nova-compute', [plugged], { hours }), log('ovs-vswitchd', [added]))[0]).toMatchObject({
      verdict: hours === 0 ? 'agrees' : 'off',
      offset: hours * HOUR,
      by: '1 event that ovs-vswitchd logged too, in UTC',
    });
  });

  it('is judged by most of the plugs, where a tap was plugged again and again', () => {
    const again = [0, 2000, 4500, 9100].map((seconds) => nova(10 + seconds, `Successfully plugged vif ${vif(P)}`));
    const theirs = [0, 2000, 4500, 9100].map((seconds) =>
      vlog(10.05 + seconds, 'bridge', `bridge br-int: added interface ${TAP} on port 7`),
    );
    expect(judged(log('nova-compute', again, { hours: 9 }), log('ovs-vswitchd', theirs))[0]).toMatchObject({
      verdict: 'off',
      offset: 9 * HOUR,
    });
  });

  it('is judged by UTC times that its own lines state', () => {
    const line = (seconds: number) =>
      `${new Date(at(seconds)).toISOString().slice(0, 23).replace('T', ' ')} 7 DEBUG nova.virt.driver [-] Emitting event <LifecycleEvent: ${at(seconds) / 1000 - 0.02}, b8acd14b-35cc-4931-bd08-129b0bf97b38 => Started> emit_event /usr/lib/python3/dist-packages/nova/virt/driver.py:1653`;
    expect(judged(log('nova-compute', [line(1), line(2)], { hours: 9 }))[0]).toMatchObject({
      verdict: 'off',
      offset: 9 * HOUR,
      by: 'the UTC times that 2 lines of it state',
    });
  });

  it('is judged by requests that a judged log names too, from log to log', () => {
    const findings = judged(
      log('ovs-vswitchd', [added]),
      log('nova-compute', [plugged], { hours: 9 }),
      log('placement-api', [oslo('placement-api', 9, '127.0.0.1 "GET /allocation_candidates" status: 200 len: 5 microversion: 1.36')]),
    );
    expect(findings[1]).toMatchObject({ verdict: 'off', offset: 9 * HOUR });
    expect(findings[2]).toMatchObject({ verdict: 'agrees', offset: 0, by: '1 request that nova-compute logged too' });
  });

  it('is judged by when its file was written, if nothing else tells', () => {
    const line = nova(10, 'Terminating instance');
    expect(judged(log('nova-compute', [line], { hours: 9, modified: at(12) }))[0]).toMatchObject({
      verdict: 'off',
      offset: 9 * HOUR,
      by: 'when the file was last written',
    });
    expect(judged(log('nova-compute', [line], { modified: at(12) }))[0]).toMatchObject({ verdict: 'agrees' });
    // Copied minutes later, or long ago: that says nothing.
    expect(judged(log('nova-compute', [line], { modified: at(400) }))[0]).toMatchObject({ verdict: 'unknown' });
    expect(judged(log('nova-compute', [line], { modified: at(10) + 48 * HOUR }))[0]).toMatchObject({ verdict: 'unknown' });
  });

  it('is not judged by what happened at other times', () => {
    expect(
      judged(
        log('nova-compute', [plugged]),
        log('ovs-vswitchd', [vlog(700, 'bridge', `bridge br-int: added interface ${TAP} on port 7`)]),
      )[0],
    ).toMatchObject({
      verdict: 'unknown',
      offset: 0,
      by: '',
    });
  });

  it('is right when it is read in its zone', () => {
    expect(judged(log('nova-compute', [plugged], { hours: 9, zone: 'Asia/Seoul' }), log('ovs-vswitchd', [added]))[0]).toMatchObject({
      verdict: 'agrees',
    });
  });
});

it.each([
  [9 * HOUR, 'UTC+9'],
  [-3.5 * HOUR, 'UTC-3:30'],
  [0, 'UTC'],
])('%d is %s', (offset, text) => {
  expect(offsetText(offset)).toBe(text);
});

it('names zones that were at an offset at that time, summer time included', () => {
  expect(zonesAt(9 * HOUR, at(0))[0]).toBe('Asia/Seoul');
  expect(zonesAt(2 * HOUR, Date.UTC(2026, 6, 1))[0]).toBe('Europe/Berlin');
  expect(zonesAt(2 * HOUR, Date.UTC(2026, 0, 1))[0]).toBe('Europe/Helsinki');
  expect(zonesAt(9 * HOUR, at(0), ['Asia/Tokyo'])[0]).toBe('Asia/Tokyo');
  expect(zonesAt(5.75 * HOUR, at(0))[0]).toMatch(/Kath?mandu/);
});
