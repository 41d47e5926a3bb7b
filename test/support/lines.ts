import type { MessageSpec } from '../../src/catalogue/define.js';
import { messagesOf, recognise } from '../../src/catalogue/index.js';
import { createZone } from '../../src/format/zone.js';
import type { Event, Member } from '../../src/lifecycle/event.js';
import { formatOf, LogReader } from '../../src/read/log-reader.js';
import { createLineSplitter } from '../../src/tail/lines.js';
import { counting } from './scenario.js';

/** The instance, its port and the request of the action that most tests are about. */
export const U = 'b8acd14b-35cc-4931-bd08-129b0bf97b38';
export const P = 'df247bb8-4779-4902-aede-8e714f4bed2c';
export const A = 'req-5678fc57-4d2e-486d-95b7-7deb6d508747';
/** Another instance, port and request. */
export const V = '1e0e6ed9-67fd-4b64-98d6-7bde4f6f4fa0';
export const Q = '75895a2d-1d6d-462d-8ce1-a9ac1ec48921';
export const B = 'req-6bb19421-018b-4785-876d-48a3509c74c1';
/** A request of neutron's to nova: an external event. */
export const E = 'req-a6dcdb20-0a8d-475a-abf3-50fb3fd75de2';

const START = Date.UTC(2026, 10, 21, 3, 0, 0);
/** So many seconds after 2026-11-21 03:00:00 UTC, the hour in which all tests happen. */
export const at = (seconds: number): number => START + Math.round(seconds * 1000);

const stamp = (seconds: number, separator: string): string => new Date(at(seconds)).toISOString().slice(0, 23).replace('T', separator);

interface Said {
  /** the action's id; null for a line without any; a periodic task's where `user` is null */
  readonly request?: string | null;
  readonly global?: string;
  readonly user?: null;
  readonly instance?: string | null;
  readonly level?: string;
  readonly pid?: number;
}

/** A line of nova-compute, or of another Python service, as oslo.log writes it since Zed. The catalogue knows who logs it. */
export function oslo(service: string, seconds: number, message: string, said: Said = {}): string {
  const { request = A, global = 'None', user, instance = null, pid = 7 } = said;
  const [known, logger] = spokenBy(service, message);
  const level = said.level ?? [known.level].flat()[0];
  const who = user === null ? '- - - - - -' : 'e0344a94f86c4079bd457335f9e44ee0 4ffd406b476c40ac99ad03adedfc02e9 - - default default';
  const context = request === null ? '-' : `${global} ${request} ${who}`;
  const suffix = level === 'DEBUG' ? ' function /usr/lib/python3/dist-packages/nova/module.py:12' : '';
  return `${stamp(seconds, ' ')} ${pid} ${level} ${logger} [${context}] ${instance === null ? '' : `[instance: ${instance}] `}${message}${suffix}`;
}

type Spoken = readonly [MessageSpec, logger: string];

/** Which message of the catalogue it is, and who logs it: tests say the same thing thousands of times. */
function spokenBy(service: string, message: string): Spoken {
  const key = `${service} ${message}`;
  const known = spoken.get(key) ?? lookUp(service, message);
  spoken.set(key, known);
  return known;
}
const spoken = new Map<string, Spoken>();

function lookUp(service: string, message: string): Spoken {
  for (const { kind, spec } of messagesOf(service)) {
    const logger = [spec.logger].flat().find((each) => recognise(service, each, message)?.kind === kind);
    if (logger !== undefined) return [spec, logger];
  }
  throw new Error(`the catalogue knows no such line of ${service}: ${message}`);
}

/** A line of nova-compute about the instance U, under the request A unless it says otherwise. */
export const nova = (seconds: number, message: string, said: Said = {}): string =>
  oslo('nova-compute', seconds, message, { instance: U, ...said });

/** A line of OVS or OVN. */
export const vlog = (seconds: number, module: string, message: string): string => `${stamp(seconds, 'T')}Z|00001|${module}|INFO|${message}`;

/** What os-vif prints of a port, in brief. */
export const vif = (port: string): string =>
  `VIFOpenVSwitch(active=False,address=fa:16:3e:00:00:${port.slice(0, 2)},bridge_name='br-int',has_traffic_filtering=True,id=${port},network=Network(ee51a674-5f80-4af6-8c91-388eda7f1c84),plugin='ovs',port_profile=VIFPortProfileOpenVSwitch,preserve_on_delete=False,vif_name='tap${port.slice(0, 11)}')`;

/** Lock lines of an action's function. */
export const lock = {
  awaited: (name: string, instance = U): string =>
    `Acquiring lock "${instance}" by "nova.compute.manager.ComputeManager.f.<locals>.${name}"`,
  acquired: (name: string, instance = U): string =>
    `Lock "${instance}" acquired by "nova.compute.manager.ComputeManager.f.<locals>.${name}" :: waited 0.001s`,
  released: (name: string, instance = U): string =>
    `Lock "${instance}" "released" by "nova.compute.manager.ComputeManager.f.<locals>.${name}" :: held 1.000s`,
} as const;

interface Read {
  readonly host?: string;
  readonly zone?: string;
}

/** The events of one log, read as replay reads it. */
export function eventsOf(service: string, lines: readonly string[], options: Read = {}): Event[] {
  return readLog(service, lines, options).events;
}

/** The same, with what was counted. Lines end with `\n`. */
export function readLog(
  service: string,
  lines: readonly (string | Buffer)[],
  { host = 'cmp1', zone = 'UTC' }: Read = {},
): { events: Event[]; counted: Record<string, number>; reader: LogReader } {
  const { count, counted } = counting();
  const events: Event[] = [];
  const reader = new LogReader({
    service,
    host,
    path: `${service}@${host}.log`,
    zone: createZone(zone),
    format: formatOf(service),
    count,
    onEvent: (event) => events.push(event),
  });
  const splitter = createLineSplitter({ sink: reader.line, count });
  splitter.push(Buffer.concat(lines.flatMap((line) => [Buffer.from(line as string), Buffer.from('\n')])), 0);
  splitter.end();
  reader.flushCounts();
  return { events, counted, reader };
}

/** Events as the members of an action: each is about the ports given. */
export const membersAbout = (events: readonly Event[], ports: readonly string[] = []): Member[] =>
  events.map((event) => ({ event, ports }));
