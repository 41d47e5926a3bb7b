import type { Boot, ClosedAction, ClosedNetworkReady } from '../lifecycle/closed.js';
import { type Event, inOrder } from '../lifecycle/event.js';
import { lastGuestEvent, momentOf } from '../lifecycle/guest-events.js';
import type { Millis } from '../model/line.js';
import { seconds } from '../model/time.js';
import type { EventStore, NameType } from './store.js';
import { GRACE } from './times.js';

/** How long (ms) to wait for a guest to ask for its address. */
const DHCP_TIMEOUT = seconds(60);

/** Actions that start a guest. */
const STARTS_A_GUEST = new Set(['create', 'reboot', 'start', 'unshelve', 'rebuild']);

/** The line that best shows when the guest began to run; undefined if the action starts no guest or failed. */
export const openingOf = ({ spec, outcome, members }: ClosedAction): Event | undefined =>
  STARTS_A_GUEST.has(spec.name) && outcome === 'succeeded'
    ? lastGuestEvent(
        'guest.lifecycle.resumed',
        members.map(({ event }) => event),
      )?.event
    : undefined;

/** The wait for the network of a guest after its boot, on the host that runs it. */
export interface NetworkReady {
  readonly of: Boot;
  readonly opening: Event;
  readonly from: Millis;
  /** the time of the boot's earliest line */
  readonly since: Millis;
  /**
   * @param next when the instance's next action started, if it has
   * @returns the closed unit; or the watermark at which the wait ends if no line arrives before; undefined if it ended
   *   and no line is about the guest's network
   */
  close(store: EventStore, watermark: Millis, next: Millis | undefined): ClosedNetworkReady | undefined | Millis;
}

/**
 * Opens when the guest is resumed. Closes when every port has its address, when another action starts, or after
 * `DHCP_TIMEOUT`.
 */
export function createNetworkReady(of: Boot, opening: Event, since: Millis): NetworkReady {
  const from = momentOf(opening);
  const ports = [...of.ports.values()].filter(({ mac }) => mac !== undefined);
  return {
    of,
    opening,
    from,
    since,
    close(store, watermark, next) {
      const limit = Math.min(from + DHCP_TIMEOUT, next ?? Number.POSITIVE_INFINITY);
      const here = (event: Event): boolean => event.host === of.host && event.at <= limit;
      let reviewAt = limit + GRACE;
      const acknowledged = ports.map(({ port, mac }) => {
        const first = firstOf(store, 'mac', mac!, (event) => event.kind === 'dhcp.acknowledged' && event.at >= from && here(event));
        if (first === undefined) return undefined;
        if (first.at <= watermark) return { event: first, ports: [port] };
        reviewAt = Math.min(reviewAt, first.at + GRACE);
        return undefined;
      });
      const complete = ports.length > 0 && acknowledged.every((found) => found !== undefined);
      const endedBy = complete ? 'ready' : limit === next ? 'next-action' : 'patience';
      const end = complete ? Math.max(...acknowledged.map((found) => found!.event.at)) : limit;
      if (watermark < end + GRACE) return complete ? end + GRACE : reviewAt;
      const networks = new Set(ports.flatMap(({ network }) => (network === undefined ? [] : [network])));
      const metadata = [...networks]
        .sort()
        .flatMap((network) => metadataOf(store, network, of.start, (event) => event.host === of.host && event.at <= end));
      const members = [...acknowledged.filter((found) => found !== undefined), ...metadata.map((event) => ({ event, ports: [] }))];
      if (members.length === 0) return undefined;
      return {
        form: 'network-ready',
        of,
        instance: of.instance,
        request: of.request,
        start: from,
        began: of.began,
        end: Math.max(end, from),
        members: [{ event: opening, ports: [] }, ...members].sort((a, b) => inOrder(a.event, b.event)),
        ports: of.ports,
        opening,
        endedBy,
      };
    },
  };
}

/**
 * The lines about the host's metadata proxy for a network, if this boot started it: its start, and its tap in OVS.
 */
function metadataOf(store: EventStore, network: string, from: Millis, here: (event: Event) => boolean): Event[] {
  const name = network.slice(0, 10);
  const begun = firstOf(store, 'network', name, (event) => event.kind === 'metadata.provisioning' && event.at >= from && here(event));
  if (begun === undefined) return [];
  const added = firstOf(store, 'network', name, (event) => event.kind === 'interface.added' && event.at >= begun.at && here(event));
  return added === undefined ? [begun] : [begun, added];
}

const firstOf = (store: EventStore, type: NameType, name: string, isIt: (event: Event) => boolean): Event | undefined =>
  store.find(type, name).find(({ event }) => isIt(event))?.event;
