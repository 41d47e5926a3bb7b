import {
  cleanUrl,
  dhcpPortId,
  type FieldValue,
  type FieldValues,
  scanDeviceIds,
  scanDhcpPort,
  scanLspColumns,
  scanNovaEvents,
  scanOvnRow,
  scanOvsExternalIds,
  scanPortDict,
  scanRequestIds,
  scanUrl,
  scanUuids,
  scanVif,
} from './scan.js';
import { scanVifs } from './scan-vifs.js';

/**
 * The types of holes, which are the placeholders in a wording. `{seconds:float}` is a hole named `seconds` of type
 * `float`.
 *
 * - `read`: the hole's value becomes the field of its name.
 * - `scan`: several fields are parsed out of the value; the value itself is never exported.
 * - `opaque`: nothing of the value is kept: dumps, XML, secrets, addresses of people.
 * - `form`: text of upstream that differs between releases; no field.
 *
 * Patterns have no nested quantifiers. All except those with `unbounded` are limited in length, so that no line can
 * make a wording slow. A wording may have one unbounded hole besides its last hole (template.ts checks that).
 */
interface HoleSpec {
  readonly pattern: string;
  readonly unbounded?: true;
  /** the length in characters, if all values have the same: the prefilter then checks the text after the hole */
  readonly width?: number;
  /** characters that no value contains: the first of them ends the hole */
  readonly lacks?: string;
  /** all characters that a value may contain, if they are few */
  readonly only?: string;
  /** the end of all values: distinguishes wordings that differ only in it */
  readonly ending?: string;
  readonly read?: (raw: string) => FieldValue;
  readonly scan?: (raw: string) => FieldValues;
  readonly gives?: readonly string[];
  /** the part of a scanned value that may be shown; `…` if not given */
  readonly show?: (raw: string) => string;
  readonly opaque?: true;
  readonly form?: true;
}

const KEPT = 500;
const UUID = '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}';
const HEX = '0123456789abcdef';
const NAME = '[\\w.<>:-]{1,512}';
const OTHER_EVENTS =
  'network-changed|network-vif-unplugged|network-vif-deleted|volume-extended|volume-reimaged|power-update|accelerator-request-bound';

const same = (raw: string): string => raw;
const number = (raw: string): number => Number(raw);
const short = (raw: string): string => raw.slice(0, KEPT);

export const holes = {
  // ids
  uuid: { pattern: UUID, width: 36, only: `${HEX}-`, read: same },
  req: { pattern: `req-${UUID}`, width: 40, read: same },
  hex32: { pattern: '[0-9a-f]{32}', width: 32, read: same },
  sha1: { pattern: '[0-9a-f]{40}', width: 40, only: HEX, read: same },
  mac: { pattern: '[0-9a-f]{2}:[0-9a-f]{2}:[0-9a-f]{2}:[0-9a-f]{2}:[0-9a-f]{2}:[0-9a-f]{2}', width: 17, read: same },

  // numbers and names
  otherthanports: { pattern: '(?!ports\\))[\\w.-]{1,64}', read: same },
  float: { pattern: '\\d{1,15}(?:\\.\\d{1,15})?', read: number },
  int: { pattern: '-?\\d{1,20}', read: number },
  word: { pattern: '\\S{1,1024}', read: same },
  name: { pattern: NAME, lacks: '"', read: same },
  host: { pattern: '[\\w.-]{0,254}[\\w-]', read: same },
  ifname: { pattern: '[\\w.:@-]{1,128}', read: same },
  /** an interface that is named for its port */
  tapname: { pattern: '(?:tap|qvo|qvb|vhu)[0-9a-f]{8}-[0-9a-f]{2}', width: 14, read: same },
  ip: { pattern: '[0-9a-fA-F.:/]{2,64}', read: same },
  path: { pattern: '\\S{1,4096}', read: same },
  state: { pattern: '[\\w-]{1,64}', read: same },
  quoted: { pattern: '[^"]{0,256}', read: same },
  /** short text; at the end of a wording it matches the rest of the line, of which 500 characters are kept */
  text: { pattern: '.{0,300}?', read: short },

  // nova's external events; `network-vif-plugged` has kinds of its own
  event: { pattern: OTHER_EVENTS, read: same },
  anyevent: { pattern: `network-vif-plugged|${OTHER_EVENTS}`, read: same },

  // functions that hold locks
  claim: { pattern: '(?:[\\w.<>:-]{1,512}\\.)?instance_claim', lacks: '"', ending: 'instance_claim', read: same },
  /** the last step of a rebuild and of an evacuation, since Yoga */
  evacuation: { pattern: '(?:[\\w.<>:-]{1,512}\\.)?finish_evacuation', lacks: '"', ending: 'finish_evacuation', read: same },
  resources: { pattern: `(?!(?:[\\w.<>:-]{1,512}\\.)?(?:instance_claim|finish_evacuation)")${NAME}`, lacks: '"', read: same },
  nonclaim: { pattern: `(?!(?:[\\w.<>:-]{1,512}\\.)?instance_claim")${NAME}`, lacks: '"', read: same },

  // HTTP
  method: { pattern: '[A-Z]{3,8}', read: same },
  GET: { pattern: 'GET', read: same },
  POST: { pattern: 'POST', read: same },
  PUT: { pattern: 'PUT', read: same },
  DELETE: { pattern: 'DELETE', read: same },
  write: { pattern: 'PUT|POST|DELETE|PATCH', read: same },
  url: { pattern: '\\S{1,65536}', read: cleanUrl },
  servers: { pattern: '(?:/[\\w.-]{1,64}){0,4}/servers', read: same },
  /** the path before a resource: `/v2.1`, `/compute/v2.1`, `/v2/<project>` or nothing */
  root: { pattern: '(?:/[\\w.-]{1,64}){0,4}', form: true },
  json: { pattern: '(?:\\.json)?', form: true },
  /** of a port: `/bindings`, `/bindings/vm2`, `/bindings/vm2/activate` */
  binding: { pattern: '[\\w./-]{0,300}', read: same },
  version: { pattern: '[\\d.]{1,8}', form: true },
  size: { pattern: '\\d{1,20}|-', form: true },
  count: { pattern: '[\\d/]{1,40}', form: true },
  stamp: { pattern: '[^\\]]{1,64}', form: true },
  /** the client: an address, or the list of addresses that proxies add */
  peer: { pattern: '[^\\s"]{0,512}', lacks: ' "', opaque: true },
  resource: { pattern: '\\S{1,65536}', scan: scanUrl, show: cleanUrl, gives: ['url', 'port', 'instance'] },
  deviceid: {
    pattern: `\\S{0,2048}?\\bdevice_id=${UUID}\\S{0,2048}`,
    scan: scanDeviceIds,
    gives: ['instance', 'instances'],
  },

  // ovsdbapp: `txn n=1 command(idx=0)`, its older and newer forms, and the `_result=None, ` that it logs since 2.2.1
  txn: { pattern: 'txn (?:[0-9a-f]{8} )?(?:n=\\d{1,6} )?command\\(idx=\\d{1,6}\\)', lacks: ':', form: true },
  result: { pattern: '(?:_result=[^,]{0,128}, )?', form: true },

  // Python lists, and sets: `{…}`, in Python 2 `set([…])`
  uuids: { pattern: '(?:set\\()?[[({].*?[\\])}]\\)?', unbounded: true, read: scanUuids },
  uuidset: { pattern: '(?:set\\(\\[|\\{).*', unbounded: true, read: scanUuids },
  uuidlist: { pattern: '\\[.*', unbounded: true, read: scanUuids },
  reqs: { pattern: '\\[[^\\]]{0,4096}\\]', read: scanRequestIds },

  // large values
  vif: { pattern: 'VIF\\w{0,64}\\(.*?\\)(?=$|: )', unbounded: true, scan: scanVif, gives: ['port', 'mac', 'network', 'tap', 'plugin'] },
  vifs: { pattern: '.*', unbounded: true, scan: scanVifs, gives: ['ports'] },
  novaevents: { pattern: '[[{].*[\\]}]', unbounded: true, scan: scanNovaEvents, gives: ['instance', 'event', 'port', 'ports'] },
  portdict: { pattern: '\\{.*', unbounded: true, scan: scanPortDict, gives: ['instance', 'mac', 'network', 'host', 'status'] },
  createbody: {
    pattern: "\\{'port': (?=.*'network_id': ).*",
    unbounded: true,
    scan: scanPortDict,
    gives: ['instance', 'mac', 'network', 'host', 'status'],
  },
  updatebody: {
    pattern: "\\{'port': (?!.*'network_id': ).*",
    unbounded: true,
    scan: scanPortDict,
    gives: ['instance', 'mac', 'network', 'host', 'status'],
  },
  /** a port and then its network, as neutron's DHCP agent logs its objects; only the port's id is shown */
  dhcpport: { pattern: '.*', unbounded: true, scan: scanDhcpPort, show: dhcpPortId, gives: ['port', 'instance', 'mac', 'network'] },
  lspcolumns: { pattern: '.*', unbounded: true, scan: scanLspColumns, gives: ['instance', 'mac'] },
  ovsexternalids: { pattern: '.*', unbounded: true, scan: scanOvsExternalIds, gives: ['port', 'mac', 'instance'] },
  ovnrow: { pattern: '.*', unbounded: true, scan: scanOvnRow, gives: ['port', 'instance'] },
  /** never kept: dumps, XML, anything that may contain a secret */
  rest: { pattern: '.*', unbounded: true, opaque: true },
} as const satisfies Record<string, HoleSpec>;

export type HoleType = keyof typeof holes;

export const isHoleType = (type: string): type is HoleType => Object.hasOwn(holes, type);

/** The row of the table, without its literal types, for code that handles all holes in the same way. */
export const holeSpec = (type: HoleType): HoleSpec => holes[type];
