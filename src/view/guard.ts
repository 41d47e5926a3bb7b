import { isIP } from 'node:net';

/**
 * Whether a request was meant for this server. A page of the internet may have its own name point at 127.0.0.1 (DNS rebinding), and
 * would then read what is served here: its requests carry its name in `Host`. An address cannot be taken over like that.
 *
 * @param own the names that the server is known by, beside localhost and any address
 */
export function isForUs(host: string | undefined, own: readonly string[]): boolean {
  const name = /^(?:\[([\da-f:.%]+)\]|([^:\s]+))(?::\d{1,5})?$/i.exec(host ?? '');
  const [, v6, other] = name ?? [];
  if (v6 !== undefined) return isIP(v6) === 6;
  if (other === undefined) return false;
  const low = other.toLowerCase().replace(/\.$/, '');
  return isIP(low) === 4 || low === 'localhost' || own.includes(low);
}

/** Of the page: nothing comes from elsewhere, nothing goes elsewhere, and no other page may show it in a frame. */
const PAGE_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** Of every answer. No CORS: pages of other origins may not read it. */
export const SECURITY: Readonly<Record<string, string>> = {
  'content-security-policy': PAGE_POLICY,
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), geolocation=(), microphone=()',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
};
