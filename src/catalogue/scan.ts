/**
 * Reads the ids out of the large values that OpenStack prints: reprs of Python objects and JSON documents.
 * All of it is tolerant scanning. The values may be cut short or wrapped when the log was copied, releases order
 * their keys differently, and Python 2 put a `u` before its strings; nothing here ever throws or parses strictly.
 */

/** A port as nova's network_info cache shows it. */
export interface Vif {
  readonly port: string;
  readonly tap?: string;
  readonly mac?: string;
  readonly network?: string;
  /** what neutron bound it to, where that is not OVS: `bridge`, `hw_veb`, … */
  readonly type?: string;
}

export type FieldValue = string | number | readonly string[] | readonly Vif[];
export type FieldValues = Record<string, FieldValue>;

/** No value is read further than this: ids stand near the beginning, and a line may be a megabyte long. */
export const FAR = 65_536;
const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/;
const UUIDS = new RegExp(UUID, 'g');
const UUID_LENGTH = 36;
const MAC = /^[0-9a-f]{2}(?::[0-9a-f]{2}){5}/;

export const isUuid = (text: string | undefined): text is string => text?.length === UUID_LENGTH && UUID.test(text);

/** Every uuid in a Python list or set, each once, in order. */
export const scanUuids = (raw: string): readonly string[] => [...new Set(raw.slice(0, FAR).match(UUIDS) ?? [])];

/** Every request id in a Python list. */
export const scanRequestIds = (raw: string): readonly string[] => raw.slice(0, FAR).match(/req-[0-9a-f-]{36}/g) ?? [];

/** No value is longer. */
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
 * The value of a key in a Python dict of strings, whether or not its strings carry Python 2's `u`.
 *
 * @param mark the key as it is printed: `'device_id': `
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
 * An event of neutron for nova: one dict, or a list of them.
 *
 *     [{'server_uuid': '<instance>', 'name': 'network-vif-plugged', 'status': 'completed', 'tag': '<port>'}, …]
 *
 * `instance`, `event` and `port` are the first dict's, `ports` are those of all of them.
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

/** A port as neutron's API shows it. The dict of its network, nested in it, comes later and is not looked at. */
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
 * A port as neutron's DHCP agent prints its own objects: `key=value`, in the order of the keys. What is nested in it has ids
 * as well: its network comes behind its address, and the network on which the agent works comes last.
 *
 *     admin_state_up=True, …, device_id=<instance>, device_owner=compute:nova, …, id=<port>, ip_allocation=immediate,
 *     mac_address=fa:16:…, name=, network=admin_state_up=True, …, id=<network>, …, network_id=<network>, … on network …
 *
 * A DHCP server's port and a router's have a `device_id` too, which is no instance; of a port that nova has only begun to
 * make the owner is empty.
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

/** The last of them is the port's: a description may stand before it, and say anything. */
function idBefore(head: string): string | undefined {
  const at = head.lastIndexOf(', id=');
  return at === -1 ? undefined : uuidOnly(after(head, ', id=', ',', at));
}

/** The id of the same port, which is all that may be shown of it. */
export function dhcpPortId(raw: string): string {
  const { port } = scanDhcpPort(raw);
  return typeof port === 'string' ? port : '…';
}

/** The columns of a Logical_Switch_Port. `device_id` may be a router's or a DHCP agent's: only uuids are kept. */
export function scanLspColumns(raw: string): FieldValues {
  const text = raw.slice(0, FAR);
  const fields: FieldValues = {};
  keep(fields, 'instance', uuidOnly(inDict(text, "'neutron:device_id': ")));
  keep(fields, 'mac', macOnly(after(text, "'addresses': ['", "'")));
  return fields;
}

/** The external ids that os-vif gives an OVS interface. */
export function scanOvsExternalIds(raw: string): FieldValues {
  const text = raw.slice(0, FAR);
  const fields: FieldValues = {};
  keep(fields, 'port', uuidOnly(inDict(text, "'iface-id': ")));
  keep(fields, 'mac', macOnly(inDict(text, "'attached-mac': ")));
  keep(fields, 'instance', uuidOnly(inDict(text, "'vm-uuid': ")));
  return fields;
}

/** A row of the OVN databases as ovsdbapp prints it when an event matches: Logical_Switch_Port or Port_Binding. */
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

/** The instances that a query asks for: `instance` if there is one, `instances` if there are several. */
export function scanDeviceIds(raw: string): FieldValues {
  const found = (raw.slice(0, FAR).match(/device_id=[0-9a-f-]{36}/g) ?? []).map((text) => text.slice(-UUID_LENGTH));
  return found.length === 1 ? { instance: found[0]! } : { instances: found };
}

/** A URL that stays whole as `url`, with the port or the instance it names. */
export function scanUrl(raw: string): FieldValues {
  const fields: FieldValues = { url: cleanUrl(raw) };
  const resource = /\/(ports|servers|allocations)\/([0-9a-f-]{36})/.exec(raw);
  const device = /[?&]device_id=([0-9a-f-]{36})/.exec(raw);
  keep(fields, resource?.[1] === 'ports' ? 'port' : 'instance', uuidOnly(resource?.[2] ?? device?.[1]));
  return fields;
}

/** A URL without what opens doors: console tokens, and the values of parameters that are named like secrets. */
export function cleanUrl(raw: string): string {
  const url = raw.slice(0, 2048);
  // Nearly none has any, and one look is cheaper than two replacements.
  if (!MAY_HOLD_SECRETS.test(url)) return url;
  return url
    .replace(/(os-console-auth-tokens\/)[^/?]+/i, '$1…')
    .replace(/([?&][^=&]*(?:token|password|secret|signature|key)[^=&]*=)[^&]+/gi, '$1…');
}

const MAY_HOLD_SECRETS = /token|password|secret|signature|key/i;
