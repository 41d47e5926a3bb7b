import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { everyRelease, familyOf, isKind, knownAs, placeOf, printedIn, releaseNames, releases } from '../../src/catalogue/releases.js';
import type { Event } from '../../src/lifecycle/event.js';
import { actions } from '../../src/lifecycle/name.js';
import { readLog } from '../support/lines.js';

/** What is known of a wording: facts, not of our making (README.md). */
interface Fact {
  readonly kind: string;
  readonly service: string;
  readonly logger: string;
  readonly level: string;
  readonly since?: string;
  readonly until?: string;
  readonly context?: 'request' | 'none' | 'periodic' | 'event';
  readonly instance?: true;
  readonly line: string;
}

const facts: Fact[] = readFileSync(new URL('wordings.jsonl', import.meta.url), 'utf8')
  .trimEnd()
  .split('\n')
  .map((line) => JSON.parse(line) as Fact);

/** The kinds in an action's table, wherever they stand in it. */
function kindsIn(value: unknown): string[] {
  if (typeof value === 'string') return isKind(value) ? [value] : [];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(kindsIn) : [];
}
const used = new Set(actions.flatMap(kindsIn));
/** uWSGI's own lines are read as neutron's requests, and test/format has them. */
const tested = facts.filter(({ kind, logger }) => used.has(kind) && logger !== 'uwsgi');

const U = '1e0e6ed9-67fd-4b64-98d6-7bde4f6f4fa0';
const A = 'req-5678fc57-4d2e-486d-95b7-7deb6d508747';
const CALLER = 'req-6bb19421-018b-4785-876d-48a3509c74c1';
const USER = 'e0344a94f86c4079bd457335f9e44ee0';
const PROJECT = '4ffd406b476c40ac99ad03adedfc02e9';

/** The line as a release prints it, with what stands in its brackets. */
function printed(fact: Fact, place: number, global: string | undefined): string {
  const { service, logger, level, context, instance, line } = fact;
  if (familyOf(service) === 'ovn') {
    return `2026-11-21T03:00:00.123Z|00042|${logger}|${{ WARNING: 'WARN', ERROR: 'ERR', DEBUG: 'DBG' }[level] ?? level}|${line}`;
  }
  const two = releases[place]!.ids === 2;
  const brackets = {
    none: '-',
    event: '-',
    periodic: two ? `None ${A} - - - - - -` : `${A} - - - - -`,
    request: two ? `${global ?? 'None'} ${A} ${USER} ${PROJECT} - - default default` : `${A} ${USER} ${PROJECT} - default default`,
  }[context ?? 'none'];
  const suffix = level === 'DEBUG' ? ' some_function /usr/lib/python3/dist-packages/nova/compute/manager.py:2223' : '';
  return `2026-11-21 03:00:00.123 2387 ${level} ${logger} [${brackets}] ${instance ? `[instance: ${U}] ` : ''}${line}${suffix}`;
}

function readOne(fact: Fact, place: number, global?: string): Event | undefined {
  const { events } = readLog(fact.service, [printed(fact, place, global)]);
  expect(events.length).toBeLessThan(2);
  return events[0];
}

describe('each wording that an action is made of', () => {
  const family = ({ service }: Fact) => familyOf(service);

  it.each(tested.map((fact) => [`${fact.kind} ${fact.since ?? ''}…${fact.until ?? ''}: ${fact.line.slice(0, 60)}`, fact] as const))(
    '%s is read in the form of each of its releases',
    (_, fact) => {
      const { since, until } = printedIn(fact, family(fact));
      for (let place = since; place <= until; place++) {
        const event = readOne(fact, place);
        const release = releaseNames(family(fact))[place];

        expect({ release, kind: event?.kind, at: event?.at, level: event?.level, logger: event?.logger }).toEqual({
          release,
          kind: fact.kind,
          at: Date.UTC(2026, 10, 21, 3, 0, 0, 123),
          level: fact.level,
          logger: fact.logger,
        });
        if (family(fact) === 'ovn') continue;
        const named = fact.context === 'request' || fact.context === 'periodic';
        expect({ release, request: event?.requestId }).toEqual({ release, request: named ? A : undefined });
        expect({ release, user: event?.userId }).toEqual({ release, user: fact.context === 'request' ? USER : undefined });
        if (fact.instance) expect({ release, instance: event?.instance }).toEqual({ release, instance: U });
        expect(event?.text).not.toContain('some_function');
        if (releases[place]!.ids === 2 && fact.context === 'request') {
          expect(readOne(fact, place, CALLER)).toMatchObject({ kind: fact.kind, requestId: A, globalRequestId: CALLER });
        }
      }
    },
  );
});

describe('the releases in the catalogue', () => {
  /** Kinds that uWSGI's line is read as when neutron prints no access lines of its own any more. */
  const goOn = /^neutron\.(?:port\.(?:create|update|delete)\.requested|requested)$/;

  it.each([...used].filter((kind) => tested.some((fact) => fact.kind === kind)))('of %s are those of its wordings', (kind) => {
    const of = tested.filter((fact) => fact.kind === kind);
    const family = familyOf(of[0]!.service);
    const ranges = of.map((fact) => printedIn(fact, family));
    const since = Math.min(...ranges.map((range) => range.since));
    const until = Math.max(...ranges.map((range) => range.until));
    const [said] = knownAs(kind as Event['kind']).map(({ spec }) => printedIn(spec, family));

    // What was already there in the first release that was looked at may be older: the catalogue then says nothing.
    const isFirstKnown = of.some((fact) => fact.since === 'Queens' || fact.since === 'Pike');
    expect({ kind, since: said?.since }).toEqual({ kind, since: isFirstKnown && said?.since === 0 ? 0 : since });
    if (!goOn.test(kind)) expect({ kind, until: said?.until }).toEqual({ kind, until });
  });

  it('are all known by name', () => {
    for (const kind of used) {
      for (const { services, spec } of knownAs(kind as Event['kind'])) {
        for (const name of [spec.since, spec.until]) if (name !== undefined) expect(placeOf(familyOf(services[0]!), name)).not.toBe(-1);
      }
    }
  });

  it('begin with Ocata, in which nova was 15 and neutron 10', () => {
    expect(releases[0]).toEqual({ name: 'Ocata', nova: 15, neutron: 10, ids: 1 });
    expect(releases.find(({ name }) => name === 'Zed')).toEqual({ name: 'Zed', nova: 26, neutron: 21, ids: 2 });
    expect(releases.find(({ name }) => name === '2025.1')).toEqual({ name: '2025.1', nova: 31, neutron: 26, ids: 2 });
    expect(everyRelease('openstack').until).toBe(releases.length - 1);
  });
});

it('nearly every kind that an action is made of has facts', () => {
  // Those without are words of exceptions, which no release's code has as a message, and access lines of glance's web server.
  const without = [...used].filter((kind) => !facts.some((fact) => fact.kind === kind));
  expect(without.length / used.size).toBeLessThan(0.1);
});
