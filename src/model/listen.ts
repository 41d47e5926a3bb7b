import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Where to listen; with port 0 the system chooses one. */
export interface Listen {
  readonly host: string;
  readonly port: number;
}

/** The form of addresses, for messages and for the check of the configuration. */
export const LISTEN_FORM = 'HOST:PORT, such as 127.0.0.1:9464 or [::1]:9464, or off';

/** Parses HOST:PORT; undefined if it is not an address. The caller handles `off`. */
export function parseListen(text: string): Listen | undefined {
  const found = /^(?:\[(?<v6>[\da-f:.]+(?:%\w+)?)\]|(?<host>[a-z\d](?:[a-z\d.-]*[a-z\d])?)):(?<port>\d{1,5})$/i.exec(text)?.groups;
  const host = found?.['v6'] ?? found?.['host'];
  const port = Number(found?.['port']);
  return host === undefined || port > 65_535 ? undefined : { host, port };
}

/** Whether only this machine can reach the address. */
export const isLoopback = ({ host }: Listen): boolean =>
  host === 'localhost' || host === '::1' || /^127\.(?:\d{1,3}\.){2}\d{1,3}$/.test(host);

/**
 * Makes a server listen at an address. Fails if another server listens there.
 *
 * @returns its URL, such as `http://127.0.0.1:9464`; with the port that the system chose if it was 0
 * @throws the system's error
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

/** Whether other machines can reach `HOST:PORT`. */
export function isPublic(listen: string): boolean {
  const address = parseListen(listen);
  return address !== undefined && !isLoopback(address);
}
