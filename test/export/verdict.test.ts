import { describe, expect, it } from 'vitest';
import { verdictOf } from '../../src/export/verdict.js';
import { OTHER_PORT, PORT, span, trace } from './terminal/traces.js';

const MERGED = 'image create + network wait + guest xml + vif plug';
const root = span({ name: 'instance create', in: null, from: 0, to: 10_000 });
const spawn = span({ name: 'spawn', from: 500, to: 9800 });
const inSpawn = (name: string, from: number, to: number, more: object = {}) => span({ name, from, to, in: spawn.spanId, ...more });
const derived = { 'novaspan.start.evidence': 'observed', 'novaspan.end.evidence': 'derived' };
const open = { 'novaspan.start.evidence': 'observed', 'novaspan.end.evidence': 'unobserved' };

const culpritOf = (...spans: Parameters<typeof trace>[0]): string | undefined => verdictOf(trace([root, ...spans])).culprit?.name;

describe('the verdict', () => {
  it('is the longest of the way back from the end, with how long it took and how sure that is', () => {
    const wait = inSpawn('vif-plugged wait', 2000, 9700, { port: PORT });
    const { culprit } = verdictOf(trace([root, spawn, inSpawn('image create', 500, 1500), wait]));
    expect(culprit).toMatchObject({ name: 'vif-plugged wait', millis: 7700, evidence: 'observed', span: wait, within: [root, spawn] });
  });

  it('goes down from what waited into what others did for the same port', () => {
    const wait = inSpawn('vif-plugged wait', 2000, 9700, { port: PORT });
    const up = span({ name: 'port status up', from: 2100, to: 9600, service: 'neutron-server', port: PORT });
    const other = span({ name: 'port status up', from: 2000, to: 9700, service: 'neutron-server', port: OTHER_PORT });
    expect(verdictOf(trace([root, spawn, wait, up, other])).culprit).toMatchObject({ span: up, within: [root, spawn, wait] });
  });

  it('is never a span of which an end is not known', () => {
    expect(culpritOf(spawn, inSpawn('image create', 500, 9700, { attributes: open }))).toBe('spawn');
  });

  it('is all the names of a span that several phases share, where one of them must be the longest', () => {
    const shared = inSpawn(MERGED, 500, 9000, { attributes: derived });
    expect(verdictOf(trace([root, spawn, shared, inSpawn('guest start', 9000, 9800)])).culprit).toMatchObject({
      name: MERGED,
      evidence: 'derived',
    });
  });

  it('is the whole where none of these phases need be the longest', () => {
    // Of 5 s three phases may have had 1.7 s each.
    expect(culpritOf(spawn, inSpawn(MERGED, 500, 5500, { attributes: derived }), inSpawn('guest start', 5500, 9800))).toBe('spawn');
  });

  it('is the whole where time of which nothing is known may have been longer', () => {
    expect(culpritOf(spawn, inSpawn('guest start', 6000, 9800))).toBe('spawn');
  });

  it('does not go down into a span of several phases: whose part that was is not known', () => {
    const shared = inSpawn(MERGED, 500, 9800, { attributes: derived, port: PORT });
    const call = span({ name: 'neutron port update', from: 1000, to: 9000, service: 'neutron-server', port: PORT });
    expect(culpritOf(spawn, shared, call)).toBe(MERGED);
  });

  it('is no request that another service answered: whoever waited for it is a phase', () => {
    const request = span({
      name: 'neutron-server request',
      from: 100,
      to: 9900,
      service: 'neutron-server',
      attributes: { 'http.request.method': 'GET' },
    });
    expect(culpritOf(request, span({ name: 'build finish', from: 9900, to: 10_000 }))).toBeUndefined();
  });
});
