import { describe, expect, it } from 'vitest';
import { portsOf } from '../../src/correlate/store.js';
import type { Member } from '../../src/lifecycle/event.js';
import { actions } from '../../src/lifecycle/name.js';
import type { Coverage, Phase } from '../../src/lifecycle/phase.js';
import { phasesOf } from '../../src/lifecycle/phases.js';
import { A, at, eventsOf, nova, P, Q, vif } from '../support/lines.js';

const table = (name: string) => actions.find((action) => action.name === name)!.phases;

function phases(lines: readonly string[], ports: readonly string[] = [P], action = 'create'): { phases: Phase[]; coverage: Coverage } {
  const members: Member[] = eventsOf('nova-compute', lines).map((event) => ({ event, ports: portsOf(event).map(({ port }) => port) }));
  return phasesOf(table(action), { request: A, start: at(0), end: at(60), members, ports, host: 'cmp1', reads: () => true });
}

/** The phases of a spawn: name, port, start and end in seconds, and how they are known. */
const brief = (found: readonly Phase[]): unknown[] =>
  found
    .filter(({ name, within }) => within === 'spawn' && !['vif-plugged wait', 'spawn finish'].includes(name))
    .map(({ name, port, start, end, startIs, endIs }) => [
      name,
      port === undefined ? '' : port === P ? 'P' : 'Q',
      (start - at(0)) / 1000,
      (end - at(0)) / 1000,
      `${startIs} ${endIs}`,
    ]);

const osVif = (s: number, what: string): string => nova(s, what, { instance: null });
const images = nova(1, 'Creating image(s)');
const disks = nova(3, 'Created local disks');
const xmlStarted = nova(4, `Start _get_guest_xml network_info=[{"id": "${P}"}]`);
const xmlEnded = nova(5, 'End _get_guest_xml xml=<domain type="qemu">');
const plugging = osVif(5.5, `Plugging vif ${vif(P)}`);
const plugged = osVif(7, `Successfully plugged vif ${vif(P)}`);
const alsoPlugged = osVif(8, `Successfully plugged vif ${vif(Q)}`);
const started = nova(9, 'VM Started (Lifecycle Event)');
const timed = nova(11, 'Took 10.50 seconds to spawn the instance on the hypervisor.');

describe('phases of one thread', () => {
  it('are each for themselves where all their lines are there', () => {
    expect(brief(phases([images, disks, xmlStarted, xmlEnded, plugging, plugged, started, timed]).phases)).toEqual([
      ['image create', '', 1, 3, 'observed observed'],
      ['network wait', '', 3, 4, 'observed observed'],
      ['guest xml', '', 4, 5, 'observed observed'],
      ['vif plug', 'P', 5.5, 7, 'observed observed'],
      ['guest start', '', 7, 9, 'observed derived'],
    ]);
  });

  it('share a span with all their names where no line parts them', () => {
    const { phases: found, coverage } = phases([images, plugged, started, timed]);
    expect(brief(found)).toEqual([
      ['image create + network wait + guest xml + vif plug', 'P', 1, 7, 'observed derived'],
      ['guest start', '', 7, 9, 'observed derived'],
    ]);
    expect(coverage.observed).toContain('image create + network wait + guest xml + vif plug');
    expect(coverage.notLogged).toEqual(expect.arrayContaining(['image create', 'network wait', 'guest xml', 'vif plug']));
    expect(coverage.missing).not.toContainEqual(expect.stringContaining('image create'));
  });

  it('are parted by whatever line there is: it is not the level that counts', () => {
    expect(brief(phases([images, xmlStarted, xmlEnded, plugging, plugged, started, timed]).phases).slice(0, 2)).toEqual([
      ['image create + network wait', '', 1, 4, 'observed derived'],
      ['guest xml', '', 4, 5, 'observed observed'],
    ]);
  });

  it('end, of several ports, with the first: each further plug begins with the one before it', () => {
    expect(brief(phases([images, plugged, alsoPlugged, started, timed], [P, Q]).phases)).toEqual([
      ['image create + network wait + guest xml + vif plug', 'P', 1, 7, 'observed derived'],
      ['vif plug', 'Q', 7, 8, 'derived observed'],
      ['guest start', '', 8, 9, 'observed derived'],
    ]);
  });

  it('leave out what the server has not', () => {
    expect(brief(phases([images, started, timed], []).phases)).toEqual([
      ['image create + network wait + guest xml + guest start', '', 1, 9, 'observed derived'],
    ]);
  });

  it('are not joined where nothing says when the first of them began', () => {
    expect(brief(phases([plugged, started, timed]).phases)[0]).toEqual(['vif plug', 'P', 7, 7, 'unobserved observed']);
  });

  it('that were not seen to end have the names of all that may have been under way', () => {
    const open = ({ name, endIs }: Phase): boolean => name.startsWith('image create') && endIs === 'unobserved';
    expect(
      phases([images])
        .phases.filter(open)
        .map(({ name }) => name),
    ).toEqual(['image create + network wait + guest xml + vif plug']);
    // At DEBUG the end of the disks would have been printed.
    expect(
      phases([nova(0.5, 'Starting instance...'), images])
        .phases.filter(open)
        .map(({ name }) => name),
    ).toEqual(['image create']);
  });

  it('are joined before the spawn, too', () => {
    const { phases: found } = phases([nova(0.2, 'Claim successful on node vm'), images, timed]);
    expect(found.find(({ name }) => name.startsWith('claim save'))).toMatchObject({
      name: 'claim save + build prepare + block device mapping',
      start: at(0.2),
      end: at(0.5),
      startIs: 'observed',
      endIs: 'derived',
    });
  });
});
