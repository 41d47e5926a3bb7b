import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { EventKind } from '../../src/catalogue/event.js';
import { everyRelease, placeOf } from '../../src/catalogue/releases.js';
import { create } from '../../src/lifecycle/create.js';
import { actions } from '../../src/lifecycle/name.js';
import {
  actionVisibility,
  everything,
  type Logging,
  type LogLevelFloor,
  UNLINKED_KINDS,
  visibilityOf,
} from '../../src/lifecycle/visible.js';

const logs = (depths: Record<string, LogLevelFloor>): Logging => ({ levelFloorOf: (service) => depths[service], releaseOf: everyRelease });
const phase = (name: string) => create.phases.find((each) => each.name === name)!;

describe('a phase', () => {
  it('is seen where both of its ends are printed', () => {
    expect(visibilityOf(phase('spawn'), logs({ 'nova-compute': 'INFO' }))).toEqual({ seen: 'whole' });
    expect(visibilityOf(phase('lport up'), logs({ 'ovn-controller': 'INFO' }))).toEqual({ seen: 'whole' });
  });

  it('needs DEBUG of the service that prints it, and by which loggers', () => {
    expect(visibilityOf(phase('network allocate'), logs({ 'nova-compute': 'INFO', 'nova-api': 'INFO' }))).toEqual({
      seen: 'needs-debug',
      ends: false,
      services: ['nova-compute'],
      loggers: ['nova.compute.manager'],
    });
  });

  it('says that its end is seen without DEBUG', () => {
    expect(visibilityOf(phase('vif plug'), logs({ 'nova-compute': 'INFO' }))).toMatchObject({ seen: 'needs-debug', ends: true });
  });

  it('needs the log of its service', () => {
    expect(visibilityOf(phase('flow install'), logs({ 'nova-compute': 'DEBUG' }))).toEqual({
      seen: 'no-log',
      services: ['ovn-controller'],
      atDebug: false,
    });
  });

  it('is not printed by a release that is too old', () => {
    const old = placeOf('ovn', '20.12');
    const logging = everything('DEBUG', (family) => (family === 'ovn' ? { since: old, until: old } : everyRelease(family)));
    expect(visibilityOf(phase('flow install'), logging)).toEqual({ seen: 'not-printed' });
  });

  it('is not seen in logs that hold warnings only', () => {
    expect(visibilityOf(phase('spawn'), logs({ 'nova-compute': 'WARNING' }))).toMatchObject({ seen: 'needs-debug' });
  });
});

it.each(actions.map((action) => [action.name, action] as const))('all of %s is seen where everything is logged at DEBUG', (_, action) => {
  const sight = actionVisibility(action, everything('DEBUG'));
  expect(sight.named).toEqual({ seen: 'whole' });
  expect(sight.phases.filter(({ visibility: { seen } }) => seen !== 'whole').map(({ phase: { name } }) => name)).toEqual([]);
});

describe('at INFO', () => {
  const hidden = (depths: Record<string, LogLevelFloor>): Record<string, unknown> =>
    Object.fromEntries(
      actions.flatMap((action) => {
        const { named } = actionVisibility(action, logs(depths));
        return named.seen === 'whole' ? [] : [[action.name, 'services' in named ? `${named.seen} ${named.services.join()}` : named.seen]];
      }),
    );
  const told = (depths: Record<string, LogLevelFloor>): string[] =>
    actions.flatMap((action) => {
      const { namedAs: toldAs } = actionVisibility(action, logs(depths));
      return toldAs === undefined
        ? []
        : [`${action.name} as ${toldAs.action.name}${toldAs.always ? '' : ' across hosts'}: ${toldAs.visibility.seen}`];
    });

  it('nova-compute alone does not name a suspend and a backup; for three actions nova-api must say whose request it is', () => {
    // `npm run regen` writes these again: a new action may be hidden, too.
    expect(hidden({ 'nova-compute': 'INFO' })).toMatchInlineSnapshot(`
      {
        "attach_interface": "no-log nova-api",
        "backup": "needs-debug nova-compute",
        "confirmResize": "no-log nova-api",
        "start": "no-log nova-api",
        "suspend": "needs-debug nova-compute",
      }
    `);
    expect(hidden({ 'nova-compute': 'INFO', 'nova-api': 'INFO' })).toMatchInlineSnapshot(`
      {
        "backup": "needs-debug nova-compute",
        "suspend": "needs-debug nova-compute",
      }
    `);
    expect(hidden({ 'nova-compute': 'DEBUG' })).toEqual({});
  });

  it('without nova-compute there is no action, whatever nova-api says of it', () => {
    expect(Object.keys(hidden({ 'nova-api': 'DEBUG' }))).toHaveLength(actions.length);
  });

  it('a resize to another host is told as a migration and a backup as an image; DEBUG of nova-api, or of nova-compute, tells', () => {
    expect(told({ 'nova-compute': 'INFO', 'nova-api': 'INFO' })).toEqual([
      'resize as migrate across hosts: needs-debug',
      'backup as createImage: needs-debug',
    ]);
    expect(told({ 'nova-compute': 'INFO' })[0]).toBe('resize as migrate across hosts: no-log');
    expect(told({ 'nova-compute': 'DEBUG', 'nova-api': 'DEBUG' })).toEqual([]);
  });

  it('an action that ends in silence ends with its last line', () => {
    const attach = actions.find(({ name }) => name === 'attach_volume')!;
    expect(actionVisibility(attach, logs({ 'nova-compute': 'INFO' })).end).toEqual({ seen: 'whole' });
  });
});

it('lines that name an action and not whose it is are those whose wordings have no instance or no request', () => {
  const facts = readFileSync(new URL('../releases/wordings.jsonl', import.meta.url), 'utf8')
    .trimEnd()
    .split('\n')
    .map((each) => JSON.parse(each) as { kind: EventKind; service: string; level: string; context?: string; instance?: true; line: string })
    .filter(({ service, level }) => service === 'nova-compute' && level === 'INFO');
  const naming = new Set(actions.flatMap(({ namedBy, namedByAll = [] }) => [...namedBy, ...namedByAll.flat()]));
  const printed = new Set(facts.map(({ kind }) => kind).filter((kind) => naming.has(kind)));
  const tell = ({ context, instance, line }: (typeof facts)[number]) =>
    context === 'request' && (instance === true || / instance [0-9a-f-]{36}/.test(line));
  const loose = [...printed].filter((kind) => !facts.some((fact) => fact.kind === kind && tell(fact)));
  expect(loose.sort()).toEqual([...UNLINKED_KINDS].sort());
});
