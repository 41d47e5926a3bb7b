import { FAR, type FieldValues, isUuid, macOnly, QUOTE, uuidOnly, type Vif } from './scan.js';

/** The maximum depth of a document. nova's have at most 8 levels. */
const DEEP = 32;
const DOUBLE_QUOTE = 34;
const COMMA = 44;
const COLON = 58;
const OPENING_BRACE = 123;
const CLOSING_BRACE = 125;

/** The values of an object that are used, by key. */
interface Values {
  id: string | undefined;
  devname: string | undefined;
  address: string | undefined;
  ovs_interfaceid: string | undefined;
  type: string | undefined;
}

/** An object of the document. */
interface Frame extends Values {
  /** the key of this object in its parent */
  readonly under: string | undefined;
  network: string | undefined;
}

/**
 * The ports of a network_info document. A port is an object with an id and a tap, a MAC address or an OVS interface.
 * The `network` nested in it has an id as well, which becomes the port's network. The braces are read once, so that
 * neither the order of keys nor a missing end matters.
 */
export function scanVifs(raw: string): FieldValues {
  const text = raw.slice(0, 4 * FAR);
  const ports: Vif[] = [];
  const open: Frame[] = [];
  let key: string | undefined;
  /** the last string: few of them are used */
  let from = -1;
  let to = -1;
  for (let at = 0; at < text.length; at += 1) {
    switch (text.charCodeAt(at)) {
      case DOUBLE_QUOTE:
      case QUOTE:
        from = at + 1;
        to = endOfString(text, at);
        if (to === -1) at = text.length;
        else {
          const frame = open.at(-1);
          if (frame !== undefined && key !== undefined && isLookedAt(key)) frame[key] = text.slice(from, to);
          at = to;
        }
        key = undefined;
        break;
      case COLON:
        key = from === -1 ? undefined : text.slice(from, to);
        break;
      case COMMA:
        key = undefined;
        break;
      case OPENING_BRACE:
        if (open.length === DEEP) at = text.length;
        else open.push(frameUnder(key));
        key = undefined;
        break;
      case CLOSING_BRACE:
        key = undefined;
        closeLast(open, ports);
        break;
    }
  }
  while (open.length > 0) closeLast(open, ports);
  return { ports };
}

const isLookedAt = (key: string): key is keyof Values =>
  key === 'id' || key === 'devname' || key === 'address' || key === 'ovs_interfaceid' || key === 'type';

/** The index of the quote that ends the string; -1 if the text was cut before it. */
function endOfString(text: string, start: number): number {
  const quote = text.charAt(start);
  let end = text.indexOf(quote, start + 1);
  while (end !== -1 && text.charAt(end - 1) === '\\') end = text.indexOf(quote, end + 1);
  return end;
}

const frameUnder = (under: string | undefined): Frame => ({
  under,
  id: undefined,
  devname: undefined,
  address: undefined,
  ovs_interfaceid: undefined,
  type: undefined,
  network: undefined,
});

/** Closes the object that was opened last. A network passes its id to its port; a port is added to the result. */
function closeLast(open: Frame[], ports: Vif[]): void {
  const frame = open.pop();
  if (frame === undefined) return;
  if (frame.under === 'network') {
    const parent = open.at(-1);
    if (parent !== undefined) parent.network = uuidOnly(frame.id);
    return;
  }
  const port = portOf(frame);
  if (port !== undefined) ports.push(port);
}

function portOf({ id, devname, address, ovs_interfaceid: lport, type, network }: Frame): Vif | undefined {
  const port = isUuid(id) ? id : lport;
  const mac = macOnly(address);
  if (!isUuid(port) || (devname === undefined && mac === undefined && lport === undefined)) return undefined;
  return {
    port,
    ...(devname === undefined ? {} : { tap: devname }),
    ...(mac === undefined ? {} : { mac }),
    ...(network === undefined ? {} : { network }),
    ...(type === undefined || type === 'ovs' ? {} : { type }),
  };
}
