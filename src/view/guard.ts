import { isIP } from 'node:net';

/**
 * Whether a request is meant for this server. A web page can let its own host name resolve to 127.0.0.1 (DNS rebinding)
 * to read local data: its requests have that name in `Host`. Addresses cannot be taken over like that.
 * @param own host names of the server, besides localhost and any address
 */
export function isForUs(host: string | undefined, own: readonly string[]): boolean {
  const name = /^(?:\[([\da-f:.%]+)\]|([^:\s]+))(?::\d{1,5})?$/i.exec(host ?? '');
  const [, v6, other] = name ?? [];
  if (v6 !== undefined) return isIP(v6) === 6;
  if (other === undefined) return false;
  const low = other.toLowerCase().replace(/\.$/, '');
  return isIP(low) === 4 || low === 'localhost' || own.includes(low);
}

/** Policy of the page: nothing is loaded from or sent to other origins, and no other page may embed it. */
const PAGE_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** Headers of every answer. There is no CORS: pages of other origins cannot read answers. */
export const SECURITY: Readonly<Record<string, string>> = {
  'content-security-policy': PAGE_POLICY,
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), geolocation=(), microphone=()',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
};
