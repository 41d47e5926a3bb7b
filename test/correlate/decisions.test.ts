import { join } from 'node:path';
import { Writable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { Correlator } from '../../src/correlate/correlator.js';
import type { Decision } from '../../src/correlate/decisions.js';
import { MAX_OPEN } from '../../src/correlate/retention.js';
import type { Event } from '../../src/lifecycle/event.js';
import { decisionLog } from '../../src/pipeline/decisions.js';
import { createLog } from '../../src/telemetry/log.js';
import { A, at, oslo, readLog, U } from '../support/lines.js';
import { counting, GOLDEN, logsOf } from '../support/scenario.js';

/** What is decided of these lines, when all logs are read up to moments, and then to their end. */
function decided(events: readonly Event[], moments: readonly number[] = []): Decision[] {
  const decisions: Decision[] = [];
  const correlator = new Correlator(counting().count, { decide: (decision) => decisions.push(decision) });
  const rest = [...events];
  for (const moment of [...moments, Number.POSITIVE_INFINITY]) {
    while (rest.length > 0 && rest[0]!.at <= moment) correlator.accept(rest.shift()!);
    if (Number.isFinite(moment)) correlator.advance(moment);
    else correlator.finish(events.at(-1)?.at ?? 0);
  }
  return decisions;
}

const compute = (...lines: readonly string[]): Event[] => readLog('nova-compute', lines).events;
const steps = (decisions: readonly Decision[]): string[] =>
  decisions.map(({ decision, action, outcome, form, line }) => [decision, action, outcome, form, line?.kind].filter(Boolean).join(' '));

const BUILD = [
  oslo('nova-compute', 0, 'Starting instance...', { instance: U }),
  oslo('nova-compute', 1, 'Claim successful on node vm', { instance: U }),
  oslo('nova-compute', 8, 'Took 7.00 seconds to build instance.', { instance: U }),
];

describe('what is decided of an action', () => {
  it('from its first line to its trace, each once, with the line and the reason', () => {
    const decisions = decided(compute(...BUILD), [at(0.5), at(4), at(9), at(30)]);
    expect(steps(decisions)).toEqual([
      'opened instance.build.started',
      'named create instance.build.started',
      'ended create succeeded instance.built',
      'closed create succeeded action',
    ]);
    for (const { instance, request, why } of decisions)
      expect({ instance, request, why: why.length > 5 }).toEqual({ instance: U, request: A, why: true });
    const [, named, ended] = decisions;
    expect(named).toMatchObject({ waitsFor: ['instance.built'] });
    // The wait for lines of slower logs is said.
    expect(ended).toMatchObject({ end: at(8), closesAt: at(13), why: 'a line that ends it' });
  });

  it('where no line names it', () => {
    const lines = [oslo('nova-compute', 1, 'Creating image(s)', { instance: U })];
    const last = decided(compute(...lines)).at(-1);
    expect(last).toMatchObject({
      decision: 'no action',
      instance: U,
      request: A,
      why: expect.stringContaining('none of its 1 lines names'),
    });
  });

  it('where it fails, and where nothing ends it', () => {
    const failed = [...BUILD.slice(0, 2), oslo('nova-compute', 3, 'Instance failed to spawn', { instance: U, level: 'ERROR' })];
    expect(steps(decided(compute(...failed), [at(600)]))).toContain('closed create failed attempt');
    expect(decided(compute(...BUILD.slice(0, 2)), [at(7200)]).at(-1)).toMatchObject({
      decision: 'closed',
      outcome: 'timed-out',
      why: 'no line ended it within its deadline',
    });
  });

  it('where too many are open: the log of novaspan at debug names the oldest, and why', () => {
    const written: Record<string, unknown>[] = [];
    const stream = new Writable({
      write(chunk, _encoding, done) {
        written.push(JSON.parse(String(chunk)));
        done();
      },
    });
    const log = createLog(stream, { level: 'debug' });
    const correlator = new Correlator(counting().count, { decide: decisionLog(log)!.decide });
    const ids = Array.from({ length: MAX_OPEN + 1 }, (_, number) => `0000-4000-8000-${number.toString(16).padStart(12, '0')}`);
    const lines = ids.map((id, number) =>
      oslo('nova-compute', number / 1000, 'Claim successful on node vm', { request: `req-aaaaaaaa-${id}`, instance: `bbbbbbbb-${id}` }),
    );
    for (const event of compute(...lines)) correlator.accept(event);
    correlator.advance(at(26));

    const ofOldest = written.filter(({ instance }) => instance === `bbbbbbbb-${ids[0]}`);
    expect(ofOldest.map(({ msg }) => msg).slice(-2)).toEqual(['decision: given up: too many are open', 'decision: closed']);
    expect(ofOldest.at(-2)).toMatchObject({ level: 'debug', request: `req-aaaaaaaa-${ids[0]}`, why: expect.stringContaining('10000') });
    expect(ofOldest.at(-1)).toMatchObject({ outcome: 'evicted', why: 'there was no room for so many open actions' });
    expect(written.filter(({ msg }) => msg === 'decision: given up: too many are open')).toHaveLength(1);
  });

  it('where a line comes when its action has been closed', () => {
    const decisions: Decision[] = [];
    const correlator = new Correlator(counting().count, { decide: (decision) => decisions.push(decision) });
    const events = compute(...BUILD);
    for (const event of events) correlator.accept(event);
    correlator.advance(at(60));
    correlator.accept(events[1]!);
    expect(decisions.at(-1)).toMatchObject({ decision: 'late line', instance: U, request: A, line: { kind: 'instance.claimed' } });
  });

  it('where the compute host writes the root, and where it is not read here', async () => {
    const logs = await logsOf(join(GOLDEN, 'create-succeeds-debug'));
    const all = logs.flatMap(({ events }) => events).sort((a, b) => a.at - b.at);
    const both = decided(all);
    expect(steps(both)).toContain('left to its compute host');
    const controllers = decided(all.filter(({ service }) => service !== 'nova-compute'));
    expect(controllers.filter(({ decision }) => decision === 'closed').map(({ form, why }) => [form, why])).toEqual([
      ['fragment', expect.stringContaining('the novaspan of that host writes its root')],
    ]);
    expect(controllers.some(({ decision }) => decision === 'opened')).toBe(false);
  });

  it('where no line links another to an action', () => {
    const lone = compute(oslo('nova-compute', 0, 'Claim successful on node vm', { instance: U }));
    const port = readLog('ovn-controller', [
      '2026-11-21T03:00:00.000Z|00042|binding|INFO|Claiming lport df247bb8-4779-4902-aede-8e714f4bed2c for this chassis.',
    ]).events;
    const decisions = decided([...port, ...lone], [at(300), at(700)]);
    expect(decisions).toContainEqual(
      expect.objectContaining({
        decision: 'line forgotten',
        line: expect.objectContaining({ kind: 'lport.claimed' }),
        why: expect.stringContaining('no other line linked it'),
      }),
    );
  });
});

it.each(['create-succeeds-debug', 'create-rescheduled-succeeds-debug', 'delete-succeeds-eight-concurrent-debug'])(
  'to ask changes nothing of what closes: %s',
  async (scenario) => {
    const events = (await logsOf(join(GOLDEN, scenario))).flatMap((log) => log.events).sort((a, b) => a.at - b.at);
    const closed = (decide?: (decision: Decision) => void): unknown => {
      const correlator = new Correlator(counting().count, { decide });
      for (const event of events) correlator.accept(event);
      return correlator.finish(events.at(-1)!.at);
    };
    const decisions: Decision[] = [];
    expect(closed((decision) => decisions.push(decision))).toEqual(closed());
    expect(decisions.length).toBeGreaterThan(3);
  },
);
