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
