import { expect, it } from 'vitest';
import type { Member } from '../../src/lifecycle/event.js';
import { agentRemove, dhcpConfigure, portProvision } from '../../src/lifecycle/ml2-ovs.js';
import type { Phase } from '../../src/lifecycle/phase.js';
import { phasesOf } from '../../src/lifecycle/phases.js';
import { NEUTRON, plugChain, vifUnplug } from '../../src/lifecycle/plug.js';
import { isWanted } from '../../src/lifecycle/wanted.js';
import { A, at, eventsOf, membersAbout, nova, oslo, P, vif, vlog } from '../support/lines.js';

const TAP = `tap${P.slice(0, 11)}`;
const agent = (s: number, message: string, level = 'INFO'): Member[] =>
  membersAbout(eventsOf('neutron-openvswitch-agent', [oslo('neutron-openvswitch-agent', s, message, { level, request: null })]), [P]);
const phases = (specs: Parameters<typeof phasesOf>[0], members: readonly Member[]) =>
  phasesOf(specs, { request: A, start: at(0), end: at(60), members, ports: [P], host: 'cmp1', reads: () => true });
const brief = ({ name, start, end, startIs, endIs }: Phase) => [name, (start - at(0)) / 1000, (end - at(0)) / 1000, startIs, endIs];
const plugged = membersAbout(eventsOf('nova-compute', [nova(10, `Successfully plugged vif ${vif(P)}`, { instance: null })]), [P]);

it('an unplugged port ends when the agent has removed it, and not in the turn in which neutron has deleted it', () => {
  const found = phases(
    [agentRemove],
    [
      ...membersAbout(eventsOf('ovs-vswitchd', [vlog(1, 'bridge', `bridge br-int: deleted interface ${TAP} on port 3`)]), [P]),
      ...agent(2, `Remove device filter for {'${P}'}`),
      ...agent(2.5, `Ports {'${P}'} removed`),
      ...agent(9, `Remove device filter for ['${P}']`),
    ],
  );
  expect(found.phases.map(brief)).toEqual([['agent port remove', 1, 2.5, 'observed', 'observed']]);
});

it('where a plug timed out, what neutron waits for is missing', () => {
  const timeout = nova(
    20,
    `Timeout waiting for [('network-vif-plugged', '${P}')] for instance with vm_state building and task_state spawning.: eventlet.timeout.Timeout: 300 seconds`,
    { level: 'WARNING' },
  );
  const waited = [...plugged, ...agent(12, `Port ${P} updated. Details: {'device': '${P}'}`)];
  const specs = [portProvision(NEUTRON), dhcpConfigure];
  expect(phases(specs, waited).coverage.missing).toEqual([]);
  const failed = [...waited, ...membersAbout(eventsOf('nova-compute', [timeout]), [P])];
  expect(phases(specs, failed).coverage.missing).toEqual(['port provision (no such line)', 'dhcp configure (no such line)']);
});

it("without neutron's own line a port is activated from the agent's last line of it, which is a bound", () => {
  const announced = membersAbout(
    eventsOf('nova-api', [
      oslo('nova-api', 14, `Creating event network-vif-plugged:${P} for instance 8abf8e29-e581-4a1b-ac11-0feb20d8dba9 on cmp1`),
    ]),
    [P],
  );
  const notified = membersAbout(
    eventsOf('neutron-server', [
      oslo(
        'neutron-server',
        14.5,
        `Nova event response: {'server_uuid': '8abf8e29-e581-4a1b-ac11-0feb20d8dba9', 'name': 'network-vif-plugged', 'status': 'completed', 'tag': '${P}', 'code': 200}`,
        { request: null },
      ),
    ]),
    [P],
  );
  const activate = plugChain.filter(({ name }) => name === 'neutron port activate');
  const members = [
    ...plugged,
    ...agent(12, `Port ${P} updated. Details: {'device': '${P}'}`),
    ...agent(13, `Configuration for devices up ['${P}'] and devices down [] completed.`),
    ...announced,
    ...notified,
  ];
  expect(phases(activate, members).phases.map(brief)).toEqual([['neutron port activate', 13, 14, 'derived', 'observed']]);
  expect(phases(activate, members).phases[0]!.service).toBe('neutron-server');
});

it('an unplug that fails ends there', () => {
  const lines = [
    nova(1, `Unplugging vif ${vif(P)}`, { instance: null, level: 'DEBUG' }),
    nova(2, `Failed to unplug vif ${vif(P)}`, { instance: null, level: 'ERROR' }),
  ];
  const [phase] = phases([vifUnplug], membersAbout(eventsOf('nova-compute', lines), [P])).phases;
  expect(brief(phase!)).toEqual(['vif unplug', 1, 2, 'observed', 'observed']);
  expect(phase!.failure?.kind).toBe('vif.unplug.failed');
});

it('the lines that name the port which a request makes are read at DEBUG', () => {
  expect(isWanted('ip.allocated', 'DEBUG')).toBe(true);
  expect(isWanted('port.provision.awaited', 'DEBUG')).toBe(true);
  expect(isWanted('agent.loop.started', 'INFO')).toBe(false);
});
