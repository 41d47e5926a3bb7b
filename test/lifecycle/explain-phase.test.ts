import { describe, expect, it } from 'vitest';
import { explainPhase, phasesCalled } from '../../src/lifecycle/explain-phase.js';
import { glossary } from '../../src/lifecycle/glossary.js';

const said = (text: string): Record<string, string> =>
  Object.fromEntries((explainPhase(text) ?? []).map(({ name, text: what }) => [name, what]));

describe('a phase', () => {
  it.each(Object.keys(glossary))('is explained from the tables: %s', (name) => {
    const found = explainPhase(name) ?? [];
    const labels = found.map((each) => each.name);
    for (const label of ['phase', 'is', 'part of', 'service', 'actions', 'begins', 'ends', 'seen at', 'slow when'])
      expect(labels).toContain(label);
    for (const each of found) expect(each.text, each.name).toMatch(/^(?!.*undefined)\S/);
    expect(said(name)).toMatchObject({ phase: name, is: glossary[name] });
    // Each line says who prints it, and every release is accounted for.
    for (const { text: line } of found.filter(({ name: label }) => label === 'ends'))
      expect(line).toMatch(/\((?:\S.*, )(?:DEBUG|INFO|WARNING|ERROR)\)/);
  });

  it('is found in any spelling of its blanks, by its first words, or by some of them', () => {
    expect(phasesCalled('Vif-Plugged_Wait')).toEqual(['vif-plugged wait']);
    expect(phasesCalled('vif-plugged')).toEqual(['vif-plugged wait']);
    expect(phasesCalled('spawn')).toEqual(['spawn']);
    expect(phasesCalled('network')).toEqual(['network allocate', 'network info', 'network wait', 'network deallocate']);
    expect(phasesCalled('claim save')).toEqual(['claim save']);
    expect([phasesCalled('a line of a log'), phasesCalled(''), phasesCalled('Instance spawned successfully.')]).toEqual([[], [], []]);
    expect(explainPhase('network')?.map(({ name }) => name)).toEqual(phasesCalled('network'));
    expect(explainPhase('no such phase')).toBeUndefined();
  });

  it('says from which line to which, on which service, at which level of which release, and what makes it long', () => {
    expect(said('lport up')).toMatchObject({
      service: 'ovn-controller',
      ends: '“Setting lport PORT up in Southbound” (binding, INFO)',
      'seen at': 'no level: OVN 21.06 or before; INFO: OVN 21.09 or later',
      'slow when': 'the main loop of ovn-controller stalls; the engine of ovn-controller is busy',
    });
    expect(said('image create')).toMatchObject({
      'part of': 'spawn',
      parts: 'image fetch',
      'seen at': 'no level: Rocky or before; DEBUG: Stein or later',
    });
    expect(said('image create')['slow when']).toMatch(/^another holds the lock image; the image is not in the cache/);
    expect(said('vif-plugged')['slow when']).toMatch(/^it waits for: ovs interface add, lport claim,/);
  });

  it('is of phases that exist where it waits for some', () => {
    for (const name of Object.keys(glossary)) {
      const waits = /^it waits for: ([^;]*)/.exec(said(name)['slow when'] ?? '')?.[1]?.split(', ') ?? [];
      expect(Object.keys(glossary)).toEqual(expect.arrayContaining(waits));
    }
  });
});
