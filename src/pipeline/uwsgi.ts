import type { Announcement, EventKind } from '../catalogue/event.js';
import { NEUTRON } from '../lifecycle/plug.js';

const neutron = new Set(NEUTRON);

/** Where neutron runs under uWSGI, uWSGI's own line is the only one that tells of a request as a whole (2025.1 and later). */
export const isNeutron = (service: string): boolean => neutron.has(service);

const PORT_CALLS: Readonly<Record<string, EventKind>> = {
  POST: 'neutron.port.create.requested',
  PUT: 'neutron.port.update.requested',
  DELETE: 'neutron.port.delete.requested',
};
const PORTS = /^\/(?:networking\/)?v2\.0\/ports(?:\.json)?(?:\/[0-9a-f-]{36}(?:\.json)?)?$/;

/** Reads uWSGI's line as the access line that neutron itself wrote in earlier releases. */
export function asNeutronRequest(announced: Announcement): Announcement {
  const { method, url, msecs } = announced.fields;
  const fields = { ...announced.fields, seconds: typeof msecs === 'number' ? msecs / 1000 : 0 };
  const call = typeof url === 'string' && PORTS.test(url) ? PORT_CALLS[String(method)] : undefined;
  return { ...announced, fields, kind: call ?? 'neutron.requested' };
}
