import { describe, expect, it } from 'vitest';
import type { LogForm } from '../../src/model/form.js';
import { explainLine } from '../../src/pipeline/explain.js';
import { A, nova, P, U, vif, vlog } from '../support/lines.js';

/** What each stage said. */
function said(
  line: string,
  options: { service?: string; form?: LogForm; zone?: string } = {},
): Record<string, string> & { understood: boolean } {
  const { stages, understood } = explainLine(line, { zone: 'UTC', ...options });
  return Object.assign(Object.fromEntries(stages.map(({ name, text: words }) => [name, words])), { understood });
}

describe('explainLine', () => {
  it('a line that ends an action', () => {
    expect(said(nova(3, 'Took 7.75 seconds to build instance.'))).toMatchObject({
      understood: true,
      service: 'nova-compute',
      time: '2026-11-21T03:00:03.000Z',
      level: 'INFO',
      logger: 'nova.compute.manager',
      ids: `instance ${U}; request ${A}`,
      event: 'instance.built',
      'shown as': 'Took 7.75 seconds to build instance.',
      role: expect.stringMatching(/create: names it, .*ends "build finish", ends it/),
    });
  });

  it('a line of another service is found by whose logger it is', () => {
    expect(said(vlog(3, 'binding', `Claiming lport ${P} for this chassis.`))).toMatchObject({
      service: 'ovn-controller',
      event: 'lport.claimed',
      ids: `port ${P}`,
      role: expect.stringContaining('begins "flow install"'),
    });
  });

  it('a line with a port shows its tap and its address', () => {
    expect(said(nova(3, `Successfully plugged vif ${vif(P)}`, { instance: null }))).toMatchObject({
      ids: `request ${A}; port ${P} tap${P.slice(0, 11)} fa:16:3e:00:00:df`,
    });
  });

  it('a line is read in the zone given', () => {
    expect(said(nova(3, 'Took 7.75 seconds to build instance.'), { zone: 'Asia/Seoul' })).toMatchObject({
      time: '2026-11-20T18:00:03.000Z',
    });
  });

  it('a line without ids says that it is joined by time', () => {
    expect(said('2026-11-21 03:00:03.000 7 INFO nova.service [-] Starting compute node (version 26.2.2)')).toMatchObject({
      ids: 'none: it is joined by time, or not at all',
      role: 'no phase begins or ends with it',
    });
  });

  it('a message that the catalogue does not know, of a logger that it does', () => {
    const line = nova(3, 'Terminating instance').replace('Terminating instance', 'Something else entirely');
    expect(said(line)).toMatchObject({
      understood: false,
      envelope: 'oslo.log, local time in UTC',
      logger: 'nova.compute.manager, known in nova-compute',
      ids: `request ${A}`,
      event: expect.stringContaining('none'),
    });
  });

  it('a logger that no service has', () => {
    expect(said('2026-11-21 03:00:03.000 7 INFO my.own.logger [-] Hello')).toMatchObject({
      understood: false,
      logger: expect.stringContaining("no service's log is read for this logger"),
    });
  });

  it('a line of another service than the one named', () => {
    expect(said(nova(3, 'Terminating instance'), { service: 'neutron-server' }).understood).toBe(false);
  });

  it('no line at all', () => {
    expect(said('Traceback (most recent call last):')).toMatchObject({
      understood: false,
      envelope: expect.stringContaining('not a record in any known format'),
    });
  });

  describe('a wrapped line', () => {
    const line = nova(3, 'Took 7.75 seconds to build instance.');

    it('is taken out, and has the time that its wrapper proves', () => {
      expect(said(`2026-11-21T03:00:03.100Z stdout F ${line}`, { zone: 'Asia/Seoul' })).toMatchObject({
        understood: true,
        form: 'cri',
        time: '2026-11-21T03:00:03.000Z',
        event: 'instance.built',
      });
    });

    it('is of the service that its wrapper names', () => {
      expect(said(`Nov 21 03:00:03 cmp1 nova_compute[9]: ${line}`)).toMatchObject({
        form: 'syslog, written by nova_compute on cmp1',
        service: 'nova-compute',
      });
      expect(said('Nov 21 03:00:03 cmp1 ovn_controller[9]: nothing').understood).toBe(false);
    });

    it('that is a part only is said to be one', () => {
      expect(said('2026-11-21T03:00:03.100Z stdout P 2026').form).toMatch(/cri: one part/);
    });

    it('that is not of the form asked for is said not to be', () => {
      expect(said(line, { form: 'docker' })).toMatchObject({ understood: false, form: expect.stringMatching(/not of that form/) });
      expect(said(line, { form: 'plain' }).understood).toBe(true);
    });
  });
});
