/**
 * Reads ids out of large values in logs of OpenStack: texts of Python objects and JSON documents. The scanning is
 * tolerant and never throws: values may be cut or wrapped when a log was copied, releases order keys differently, and
 * Python 2 puts a `u` before strings.
 */

/** A port, as in nova's network_info cache. */
export interface Vif {
  readonly port: string;
  readonly tap?: string;
  readonly mac?: string;
  readonly network?: string;
  /** the type of its binding, if that is not OVS: `bridge`, `hw_veb`, … */
  readonly type?: string;
}

export type FieldValue = string | number | readonly string[] | readonly Vif[];
export type FieldValues = Record<string, FieldValue>;

/** How many characters of a value are read: ids are near its beginning, and a line may have a megabyte. */
export const FAR = 65_536;
const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/;
const UUIDS = new RegExp(UUID, 'g');
const UUID_LENGTH = 36;
const MAC = /^[0-9a-f]{2}(?::[0-9a-f]{2}){5}/;

export const isUuid = (text: string | undefined): text is string => text?.length === UUID_LENGTH && UUID.test(text);

/** All UUIDs in a Python list or set, each once, in order. */
export const scanUuids = (raw: string): readonly string[] => [...new Set(raw.slice(0, FAR).match(UUIDS) ?? [])];

/** All request ids in a Python list. */
export const scanRequestIds = (raw: string): readonly string[] => raw.slice(0, FAR).match(/req-[0-9a-f-]{36}/g) ?? [];

/** The longest value of a key (characters). */
const LONG = 256;
export const QUOTE = 39;

/**
 * The text after `mark`, up to the first of `ends`, which is one character or two.
 *
 *     …, 'device_id': '8abf8e29-e581-…', 'device_owner': …
 *        └── mark ───┘└── given ────┘ end
 */
function after(raw: string, mark: string, ends: string, from = 0): string | undefined {
  const at = raw.indexOf(mark, from);
  return at === -1 ? undefined : upTo(raw, at + mark.length, ends);
}

function upTo(raw: string, start: number, ends: string): string | undefined {
  const one = ends.charCodeAt(0);
  const other = ends.charCodeAt(ends.length - 1);
  const stop = Math.min(raw.length, start + LONG);
  let end = start;
  for (; end < stop; end += 1) {
    const code = raw.charCodeAt(end);
    if (code === one || code === other) break;
  }
  return end === start ? undefined : raw.slice(start, end);
}

/**
 * The value of a key in a Python dict of strings, with or without Python 2's `u`.
 *
 * @param mark the text of the key: `'device_id': `
 */
function inDict(raw: string, mark: string): string | undefined {
  const at = raw.indexOf(mark);
  if (at === -1) return undefined;
  const value = at + mark.length;
  const plain = raw.charCodeAt(value) === QUOTE ? upTo(raw, value + 1, "'") : after(raw, `${mark}'`, "'", at);
  return plain ?? after(raw, `${mark}u'`, "'", at);
}

function keep(fields: FieldValues, name: string, value: string | undefined): void {
  if (value !== undefined && value !== 'None') fields[name] = value;
}

export const uuidOnly = (value: string | undefined) => (isUuid(value) ? value : undefined);
export const macOnly = (value: string | undefined) => (value === undefined ? undefined : MAC.exec(value)?.[0]);

/**
 * A VIF object of os-vif, of any class:
 *
 *     VIFOpenVSwitch(active=False,address=fa:16:…,…,id=<port>,network=Network(<network>),…,vif_name='tap10a58ff1-5e')
 */
export function scanVif(raw: string): FieldValues {
  const text = raw.slice(0, FAR);
  const fields: FieldValues = {};
  keep(fields, 'port', uuidOnly(after(text, ',id=', ',)') ?? after(text, '(id=', ',)')));
  keep(fields, 'mac', macOnly(after(text, 'address=', ',)')));
  keep(fields, 'network', uuidOnly(after(text, 'network=Network(id=', ',)') ?? after(text, 'network=Network(', ',)')));
  keep(fields, 'tap', after(text, "vif_name='", "'"));
  const plugin = after(text, ",plugin='", "'");
  if (plugin !== 'ovs') keep(fields, 'plugin', plugin);
  return fields;
}

/**
 * Events that neutron sends to nova: one dict, or a list.
 *
 *     [{'server_uuid': '<instance>', 'name': 'network-vif-plugged', 'status': 'completed', 'tag': '<port>'}, …]
 *
 * `instance`, `event` and `port` are those of the first dict, `ports` those of all dicts.
 */
export function scanNovaEvents(raw: string): FieldValues {
  const text = raw.slice(0, FAR);
  const fields: FieldValues = {};
  const first = text.slice(0, text.indexOf('}') === -1 ? text.length : text.indexOf('}'));
  keep(fields, 'instance', uuidOnly(inDict(first, "'server_uuid': ")));
  keep(fields, 'event', inDict(first, "'name': "));
  keep(fields, 'port', uuidOnly(inDict(first, "'tag': ")));
  const ports = (text.match(/'tag': u?'[0-9a-f-]{36}'/g) ?? []).map((tag) => tag.slice(-UUID_LENGTH - 1, -1));
  if (ports.length > 0) fields['ports'] = [...new Set(ports)];
  return fields;
}

/** A port as in neutron's API. The dict of its network, which is nested in it, comes later and is not read. */
export function scanPortDict(raw: string): FieldValues {
  const nested = raw.indexOf("'network': {");
  const text = raw.slice(0, nested === -1 ? FAR : Math.min(nested, FAR));
  const fields: FieldValues = {};
  keep(fields, 'instance', uuidOnly(inDict(text, "'device_id': ")));
  keep(fields, 'mac', macOnly(inDict(text, "'mac_address': ")));
  keep(fields, 'network', uuidOnly(inDict(text, "'network_id': ")));
  keep(fields, 'host', inDict(text, "'binding:host_id': "));
  keep(fields, 'status', inDict(text, "'status': "));
  return fields;
}

/**
 * A port as neutron's DHCP agent logs its objects: `key=value`, in the order of the keys. Nested objects have ids as
 * well: the port's network comes after its MAC address, and the network on which the agent works comes last.
 *
 *     admin_state_up=True, …, device_id=<instance>, device_owner=compute:nova, …, id=<port>, ip_allocation=immediate,
 *     mac_address=fa:16:…, name=, network=admin_state_up=True, …, id=<network>, …, network_id=<network>, … on network …
 *
 * Ports of DHCP servers and routers also have a `device_id`, which is no instance. While nova creates a port, its owner
 * is empty.
 */
export function scanDhcpPort(raw: string): FieldValues {
  const text = raw.slice(0, FAR);
  const address = text.indexOf(ADDRESS);
  const head = address === -1 ? text : text.slice(0, address);
  const fields: FieldValues = {};
  keep(fields, 'port', idBefore(head));
  const owner = after(head, ', device_owner=', ',');
  if (owner === undefined || owner.startsWith('compute:')) keep(fields, 'instance', uuidOnly(after(head, ', device_id=', ',')));
  if (address === -1) return fields;
  keep(fields, 'mac', macOnly(after(text, ADDRESS, ',', address)));
  keep(fields, 'network', uuidOnly(after(text, ', network_id=', ',', address)));
  return fields;
}

const ADDRESS = ', mac_address=';

/** The last id before an index is the port's. A description may come before it, with any text. */
function idBefore(head: string): string | undefined {
  const at = head.lastIndexOf(', id=');
  return at === -1 ? undefined : uuidOnly(after(head, ', id=', ',', at));
}

/** The id of the port, the only part of the value that may be shown. */
export function dhcpPortId(raw: string): string {
  const { port } = scanDhcpPort(raw);
  return typeof port === 'string' ? port : '…';
}

/** The columns of a Logical_Switch_Port. `device_id` may be that of a router or a DHCP agent: only UUIDs are kept. */
export function scanLspColumns(raw: string): FieldValues {
  const text = raw.slice(0, FAR);
  const fields: FieldValues = {};
  keep(fields, 'instance', uuidOnly(inDict(text, "'neutron:device_id': ")));
  keep(fields, 'mac', macOnly(after(text, "'addresses': ['", "'")));
  return fields;
}

/** The external ids that os-vif sets on an OVS interface. */
export function scanOvsExternalIds(raw: string): FieldValues {
  const text = raw.slice(0, FAR);
  const fields: FieldValues = {};
  keep(fields, 'port', uuidOnly(inDict(text, "'iface-id': ")));
  keep(fields, 'mac', macOnly(inDict(text, "'attached-mac': ")));
  keep(fields, 'instance', uuidOnly(inDict(text, "'vm-uuid': ")));
  return fields;
}

/** A row of an OVN database, as ovsdbapp logs it when an event matches: Logical_Switch_Port or Port_Binding. */
export function scanOvnRow(raw: string): FieldValues {
  const text = raw.slice(0, FAR);
  const fields: FieldValues = {};
  keep(
    fields,
    'port',
    uuidOnly(after(text, 'logical_port=', ',)') ?? after(text, 'Logical_Switch_Port(name=', ',)') ?? after(text, ', name=', ',)')),
  );
  keep(fields, 'instance', uuidOnly(inDict(text, "'neutron:device_id': ")));
  return fields;
}

/** The instances in a query: `instance` if there is one, `instances` if there are several. */
export function scanDeviceIds(raw: string): FieldValues {
  const found = (raw.slice(0, FAR).match(/device_id=[0-9a-f-]{36}/g) ?? []).map((text) => text.slice(-UUID_LENGTH));
  return found.length === 1 ? { instance: found[0]! } : { instances: found };
}

/** The whole URL as `url`, and the port or the instance in it. */
export function scanUrl(raw: string): FieldValues {
  const fields: FieldValues = { url: cleanUrl(raw) };
  const resource = /\/(ports|servers|allocations)\/([0-9a-f-]{36})/.exec(raw);
  const device = /[?&]device_id=([0-9a-f-]{36})/.exec(raw);
  keep(fields, resource?.[1] === 'ports' ? 'port' : 'instance', uuidOnly(resource?.[2] ?? device?.[1]));
  return fields;
}

/** A URL without secrets: console tokens, and values of parameters with the name of a secret. */
export function cleanUrl(raw: string): string {
  const url = raw.slice(0, 2048);
  // Few URLs have a secret, and one test is cheaper than two replacements.
  if (!MAY_HOLD_SECRETS.test(url)) return url;
  return url
    .replace(/(os-console-auth-tokens\/)[^/?]+/i, '$1…')
    .replace(/([?&][^=&]*(?:token|password|secret|signature|key)[^=&]*=)[^&]+/gi, '$1…');
}

const MAY_HOLD_SECRETS = /token|password|secret|signature|key/i;
