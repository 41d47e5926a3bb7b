import { createZone, type Zone } from '../format/zone.js';
import { usage } from '../model/errors.js';
import { ownName } from './log-reader.js';

/**
 * Zone of each service, by the value of `--timezone`: one zone for all, and exceptions for single services, such as
 * `Asia/Seoul,placement=UTC,glance=UTC`.
 * @throws OperatorError USAGE for a zone that does not exist
 */
export function parseZones(text: string): (service?: string) => Zone {
  const [all = 'UTC', ...single] = text.split(',').map((part) => part.trim());
  const others = new Map(
    single.map((part) => {
      const [service = '', zone = ''] = part.split('=');
      return [ownName(service), zoneOf(zone)];
    }),
  );
  const general = zoneOf(all);
  return (service) => (service === undefined ? general : (others.get(ownName(service)) ?? general));
}

function zoneOf(name: string): Zone {
  try {
    return createZone(name);
  } catch {
    throw usage(`there is no time zone ${JSON.stringify(name)}`, 'give an IANA name, such as Europe/Berlin or UTC, with --timezone');
  }
}
