import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  dhcpPortId,
  scanDeviceIds,
  scanDhcpPort,
  scanLspColumns,
  scanNovaEvents,
  scanOvnRow,
  scanOvsExternalIds,
  scanPortDict,
  scanUrl,
  scanUuids,
  scanVif,
} from '../../src/catalogue/scan.js';
import { scanVifs } from '../../src/catalogue/scan-vifs.js';

const long = (name: string) => readFileSync(new URL(`./fixtures/${name}.txt`, import.meta.url), 'utf8').trimEnd();

describe('network_info', () => {
  it('names every port of a server with three', () => {
    const { ports } = scanVifs(long('network-info-three-ports'));
    expect(ports).toMatchInlineSnapshot(`
      [
        {
          "mac": "fa:16:3e:62:d7:9d",
          "network": "ee51a674-5f80-4af6-8c91-388eda7f1c84",
          "port": "70b500ef-c15e-4d9b-8d00-abefabd413bb",
          "tap": "tap70b500ef-c1",
        },
        {
          "mac": "fa:16:3e:fc:4e:a7",
          "network": "5fd5b001-8f1e-4495-8653-266072f95739",
          "port": "6e6f972d-4e2f-4021-a568-0d291fd3b6e6",
          "tap": "tap6e6f972d-4e",
        },
        {
          "mac": "fa:16:3e:44:3a:d1",
          "network": "1437c887-f45a-435c-9ad6-1793e2a9f429",
          "port": "77a86632-b414-42c6-9d94-bafe7293762a",
          "tap": "tap77a86632-b4",
        },
      ]
    `);
  });

  const port = {
    port: '0ab6a346-6181-4fa1-81e2-3203cf8a2a66',
    mac: 'fa:16:3e:24:08:c3',
    network: 'b34fc699-b789-45a0-a4de-78b8e2c60f14',
    tap: 'tap0ab6a346-61',
  };

  it('does not mind the order of keys: older releases put the network first and the id last', () => {
    const old =
      '[{"profile": {}, "ovs_interfaceid": "0ab6a346-6181-4fa1-81e2-3203cf8a2a66", "network": {"bridge": "br-int", "subnets": [{"gateway": {"meta": {}, "address": "192.168.21.1"}}], "meta": {"tenant_id": "627320c412d44ae5a99c1509d5eef68d"}, "id": "b34fc699-b789-45a0-a4de-78b8e2c60f14", "label": "private"}, "devname": "tap0ab6a346-61", "vnic_type": "normal", "address": "fa:16:3e:24:08:c3", "active": false, "type": "ovs", "id": "0ab6a346-6181-4fa1-81e2-3203cf8a2a66", "qbg_params": null}]';
    expect(scanVifs(old)).toEqual({ ports: [port] });
  });

  it("reads Python's repr as well", () => {
    const repr =
      "[{u'id': u'0ab6a346-6181-4fa1-81e2-3203cf8a2a66', u'address': u'fa:16:3e:24:08:c3', u'network': {u'id': u'b34fc699-b789-45a0-a4de-78b8e2c60f14'}, u'active': False, u'devname': u'tap0ab6a346-61'}]";
    expect(scanVifs(repr)).toEqual({ ports: [port] });
  });

  it('reads what there is of a document cut short', () => {
    const whole =
      '[{"id": "0ab6a346-6181-4fa1-81e2-3203cf8a2a66", "address": "fa:16:3e:24:08:c3", "network": {"id": "b34fc699-b789-45a0-a4de-78b8e2c60f14", "bridge": "br-i';
    expect(scanVifs(whole)).toEqual({ ports: [{ port: port.port, mac: port.mac, network: port.network }] });
  });

  it.each(['', '[]', 'None', '{{{', '}}}', '"', ']|'])('finds no port in %j', (text) => {
    expect(scanVifs(text)).toEqual({ ports: [] });
  });
});

describe('os-vif', () => {
  const vif = {
    port: '10a58ff1-5e0f-496b-8249-41c0f837a8b7',
    mac: 'fa:16:3e:7d:4d:20',
    network: 'ac6f6edf-74bf-4193-89a8-aa429a383999',
    tap: 'tap10a58ff1-5e',
  };

  it.each(['VIFOpenVSwitch', 'VIFBridge', 'VIFVHostUser'])('reads a %s', (type) => {
    const repr = `${type}(active=False,address=fa:16:3e:7d:4d:20,bridge_name='br-int',has_traffic_filtering=True,id=10a58ff1-5e0f-496b-8249-41c0f837a8b7,network=Network(ac6f6edf-74bf-4193-89a8-aa429a383999),plugin='ovs',port_profile=VIFPortProfileOpenVSwitch,preserve_on_delete=False,vif_name='tap10a58ff1-5e')`;
    expect(scanVif(repr)).toEqual(vif);
  });

  it('leaves out what an object does not have', () => {
    expect(scanVif('VIFHostDevice(active=False,address=fa:16:3e:7d:4d:20,id=10a58ff1-5e0f-496b-8249-41c0f837a8b7,network=<?>)')).toEqual({
      port: vif.port,
      mac: vif.mac,
    });
  });

  it('reads the external ids of an interface', () => {
    const ids =
      "{'iface-id': '10a58ff1-5e0f-496b-8249-41c0f837a8b7', 'iface-status': 'active', 'attached-mac': 'fa:16:3e:7d:4d:20', 'vm-uuid': '8abf8e29-e581-4a1b-ac11-0feb20d8dba9'}),), if_exists=True)";
    expect(scanOvsExternalIds(ids)).toEqual({ port: vif.port, mac: vif.mac, instance: '8abf8e29-e581-4a1b-ac11-0feb20d8dba9' });
  });
});

describe('neutron', () => {
  it('reads the ids of a port of CheckRevisionNumberCommand', () => {
    expect(scanPortDict(long('check-revision-number'))).toEqual({
      instance: '8abf8e29-e581-4a1b-ac11-0feb20d8dba9',
      mac: 'fa:16:3e:7d:4d:20',
      network: 'ac6f6edf-74bf-4193-89a8-aa429a383999',
      host: 'epoxy1',
      status: 'DOWN',
    });
  });

  it("takes a router's port for nobody's", () => {
    expect(scanLspColumns("{'addresses': ['router'], 'external_ids': {'neutron:device_id': 'dhcp-x'}}")).toEqual({});
  });

  it('reads the columns of a logical switch port', () => {
    expect(scanLspColumns(long('add-lswitch-port'))).toEqual({
      instance: '8abf8e29-e581-4a1b-ac11-0feb20d8dba9',
      mac: 'fa:16:3e:7d:4d:20',
    });
  });

  it('reads a row of Port_Binding', () => {
    expect(
      scanOvnRow(
        "events=('update',)) to row=Port_Binding(up=[False], logical_port=df247bb8-4779-4902-aede-8e714f4bed2c, external_ids={'neutron:device_id': 'b8acd14b-35cc-4931-bd08-129b0bf97b38'})",
      ),
    ).toEqual({
      port: 'df247bb8-4779-4902-aede-8e714f4bed2c',
      instance: 'b8acd14b-35cc-4931-bd08-129b0bf97b38',
    });
  });

  it('tells the first event and all ports', () => {
    const events =
      "[{'name': 'network-changed', 'server_uuid': '8fb02753-2115-4daa-9de5-c65307f0ba59', 'tag': '7157dcf2-b5c0-42a4-8b3e-2d2f2c35ebf9'}, {'server_uuid': '41fef6f2-76fc-4e12-8991-3c79c9e4a2f3', 'name': 'network-vif-plugged', 'status': 'completed', 'tag': 'e5af434e-ea09-45e6-bfb7-6d0f7602a0e7'}]";
    expect(scanNovaEvents(events)).toEqual({
      event: 'network-changed',
      instance: '8fb02753-2115-4daa-9de5-c65307f0ba59',
      port: '7157dcf2-b5c0-42a4-8b3e-2d2f2c35ebf9',
      ports: ['7157dcf2-b5c0-42a4-8b3e-2d2f2c35ebf9', 'e5af434e-ea09-45e6-bfb7-6d0f7602a0e7'],
    });
  });
});

describe('URLs', () => {
  const instance = 'b8acd14b-35cc-4931-bd08-129b0bf97b38';
  it.each([
    [`/v2.0/ports/${instance}`, { port: instance }],
    [`/v2.1/servers/${instance}/action`, { instance }],
    [`/v2.0/ports?tenant_id=x&device_id=${instance}`, { instance }],
    ['/v2.0/networks', {}],
  ])('%s', (url, fields) => {
    expect(scanUrl(url)).toEqual({ url, ...fields });
  });

  it('tells one instance from several', () => {
    expect(scanDeviceIds(`device_id=${instance}`)).toEqual({ instance });
    expect(scanDeviceIds(`device_id=${instance}&device_id=${instance.replace('b8', 'c8')}`)).toEqual({
      instances: [instance, instance.replace('b8', 'c8')],
    });
  });
});

it('lists and sets of uuids, each once', () => {
  expect(
    scanUuids(
      "[('network-vif-plugged', '7e1ace65-3eb8-4909-a58c-8e114ea883b9'), ('network-vif-plugged', '7e1ace65-3eb8-4909-a58c-8e114ea883b9')]",
    ),
  ).toEqual(['7e1ace65-3eb8-4909-a58c-8e114ea883b9']);
});

describe('a port as the DHCP agent prints it', () => {
  const port = '5403c52f-276c-4cc4-b625-05e7b9cd7766';
  const network = '3166962f-2592-488d-806d-bcb5ef7c20a0';
  const instance = '5694afef-91dd-4df7-bc94-4a3764ca738a';
  const head = (owner: string, device = instance): string =>
    `admin_state_up=True, allowed_address_pairs=[], binding:host_id=, binding:vif_type=unbound, description=, device_id=${device}, device_owner=${owner}, extra_dhcp_opts=[], fixed_ips=[<neutron.agent.linux.dhcp.DictModel object at 0x7fa24547ad30>], id=${port}, ip_allocation=immediate, mac_address=fa:16:3e:8d:f6:9e, name=`;
  const nested = `network=admin_state_up=True, description=, id=${network}, mtu=1450, name=net1`;
  const tail = `network_id=${network}, port_security_enabled=True, status=DOWN on network _ns_name=qdhcp-${network}, admin_state_up=True, id=${network}, mtu=1450`;

  it('has the id of the port, and not of the networks behind it', () => {
    for (const text of [`${head('')}, ${nested}, ${tail}`, `${head('compute:nova')}, ${tail}`]) {
      expect(scanDhcpPort(text)).toEqual({ port, instance, mac: 'fa:16:3e:8d:f6:9e', network });
      expect(dhcpPortId(text)).toBe(port);
    }
  });

  it('is not fooled by its description', () => {
    const text = `${head('')}, ${tail}`.replace('description=', `description=a copy, id=${instance}, of it`);
    expect(scanDhcpPort(text)).toMatchObject({ port });
  });

  it('of a router or a DHCP server names no instance', () => {
    expect(scanDhcpPort(`${head('network:router_interface')}, ${tail}`)).not.toHaveProperty('instance');
    expect(scanDhcpPort(`${head('network:dhcp', `dhcp${instance}-${network}`)}, ${tail}`)).not.toHaveProperty('instance');
  });

  it('may be cut short', () => {
    expect(scanDhcpPort(`${head('')}`.slice(0, -60))).toMatchObject({ port, instance });
    expect(dhcpPortId('admin_state_up=True')).toBe('…');
  });
});
