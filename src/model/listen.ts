import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Where to listen; port 0 lets the system choose one. */
export interface Listen {
  readonly host: string;
  readonly port: number;
}

/** For messages, and for the configuration's own check. */
export const LISTEN_FORM = 'HOST:PORT, such as 127.0.0.1:9464 or [::1]:9464, or off';

/** @returns undefined for what is no address; `off` is the caller's to know */
export function parseListen(text: string): Listen | undefined {
  const found = /^(?:\[(?<v6>[\da-f:.]+(?:%\w+)?)\]|(?<host>[a-z\d](?:[a-z\d.-]*[a-z\d])?)):(?<port>\d{1,5})$/i.exec(text)?.groups;
  const host = found?.['v6'] ?? found?.['host'];
  const port = Number(found?.['port']);
  return host === undefined || port > 65_535 ? undefined : { host, port };
}

/** Whether only this machine can reach it. */
export const isLoopback = ({ host }: Listen): boolean =>
  host === 'localhost' || host === '::1' || /^127\.(?:\d{1,3}\.){2}\d{1,3}$/.test(host);

/**
 * Has a server listen there, and nowhere that something else does.
 *
 * @returns how it is asked, such as `http://127.0.0.1:9464`: with the port that the system chose where it was 0
 * @throws what the system says
 */
export async function listenOn(server: Server, address: Listen): Promise<string> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ ...address, exclusive: true }, () => resolve());
  });
  server.removeAllListeners('error');
  const { port } = server.address() as AddressInfo;
  return `http://${address.host.includes(':') ? `[${address.host}]` : address.host}:${port}`;
}

/** Whether other machines reach what listens at `HOST:PORT`. */
export function isPublic(listen: string): boolean {
  const address = parseListen(listen);
  return address !== undefined && !isLoopback(address);
}
