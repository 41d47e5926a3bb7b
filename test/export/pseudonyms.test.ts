import { describe, expect, it } from 'vitest';
import { createPseudonyms } from '../../src/export/pseudonyms.js';

const CONTEXT = 'None req-5678fc57-4d2e-486d-95b7-7deb6d508747';
const USER = 'e0344a94f86c4079bd457335f9e44ee0';
const PROJECT = '4ffd406b476c40ac99ad03adedfc02e9';

function replaced(lines: readonly string[], hosts: readonly string[] = ['cmp1.cloud.acme.com', 'ctl1'], isBold = true): string[] {
  const words = new Set(['compute', 'openstack', 'volume', 'Claim']);
  const pseudonyms = createPseudonyms({ hosts, words, isBold });
  for (const line of lines) pseudonyms.learn(line);
  return lines.map((line) => pseudonyms.replace(line));
}

describe('names are replaced', () => {
  it.each([
    ['an address', 'from 10.20.30.40 to 10.20.30.41, 10.20.30.40', 'from 192.0.2.1 to 192.0.2.2, 192.0.2.1'],
    ['an address of IPv6', '"fd00:12::7": fe80::1', '"2001:db8::1": 2001:db8::2'],
    ['a MAC address', 'mac 52:54:00:AB:CD:EF 52:54:00:ab:cd:ef', 'mac fa:16:3e:00:00:01 fa:16:3e:00:00:01'],
    ['a host by each of its names', 'on cmp1 (cmp1.cloud.acme.com), compute.cmp1', 'on host1 (host1.example.org), compute.host1'],
    ['another host of the domain', 'via db7.cloud.acme.com:3306', 'via db7.example.org:3306'],
    ['a host of a dump', "binding:host_id='hyper9' on hyper9", "binding:host_id='host3' on host3"],
    [
      'who asked',
      `[${CONTEXT} ${USER} ${PROJECT} - - default default]`,
      `[${CONTEXT} ${'1'.padStart(32, '0')} ${'2'.padStart(32, '0')} - - default default]`,
    ],
    ['who asked, by name', `[${CONTEXT} alice payroll - - default default] x`, `[${CONTEXT} name1 name2 - - default default] x`],
    ['the name of a server, also elsewhere', "display_name='payroll-db', '/x/payroll-db'", "display_name='name1', '/x/name1'"],
    [
      'names in XML',
      '<nova:name>payroll</nova:name><nova:user uuid="1">alice</nova:user>',
      '<nova:name>name1</nova:name><nova:user uuid="1">name2</nova:user>',
    ],
    ['a mail address', 'alice.doe@acme.com', 'name1@example.org'],
    ['a secret', "admin_pass='mypassword'", 'admin_pass=***'],
    ['a public key', 'ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAAB alice@laptop', '***'],
    ['a home', '/home/alice/stack.sh', '/home/user/stack.sh'],
    [
      'texts of an object',
      JSON.stringify({ MESSAGE: "display_name='a-b-c' on ctl1", _HOSTNAME: 'ctl1' }),
      JSON.stringify({ MESSAGE: "display_name='name1' on host2", _HOSTNAME: 'host2' }),
    ],
  ])('%s', (_what, line, expected) => {
    expect(replaced([line])).toEqual([expected]);
  });
});

it.each([
  ['a time', '2026-11-21 01:50:31.664 7999 INFO x'],
  ['ids of instances and requests', 'req-5678fc57-4d2e-486d-95b7-7deb6d508747 b8acd14b-35cc-4931-bd08-129b0bf97b38'],
  ['addresses that are the same everywhere', '127.0.0.1 0.0.0.0 169.254.169.254 ::1 ff:ff:ff:ff:ff:ff'],
  ['names that OpenStack makes', "name='tapdf247bb8-47', 'name': 'network-vif-plugged', name=\"instance-0000000a\""],
  ['a name that is a word of a message', "name='volume', volume"],
  ['a version', 'nova 26.2.2, OVS 3.1.0'],
])('%s stays', (_what, line) => {
  expect(replaced([line])).toEqual([line]);
});

it('hosts get numbers in their own order, as lines of one moment are in the order of their hosts', () => {
  const hosts = ['zeta', ...Array.from({ length: 9 }, (_, i) => `beta${i}`), 'alpha'];
  const pseudonyms = createPseudonyms({ hosts, words: new Set(), isBold: true });
  expect(['alpha', 'beta0', 'zeta'].map((name) => pseudonyms.host(name))).toEqual(['host01', 'host02', 'host11']);
  expect(pseudonyms.host('nova-compute@beta3.log')).toBe('nova-compute@host05.log');
});

it('a host that is called as a word of a message keeps its name, unless it is bold', () => {
  expect(replaced(['on compute'], ['compute'], true)).toEqual(['on host1']);
  expect(replaced(['on compute'], ['compute'], false)).toEqual(['on compute']);
  const careful = createPseudonyms({ hosts: ['compute'], words: new Set(['compute']), isBold: false });
  expect(careful.kept).toEqual(['compute']);
});
