import type { Exporter, ExportResult } from './exporter.js';

/** The settings that contain secrets. */
export interface SecretSettings {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly endpoint?: string | undefined;
}

const HEADERS = ['OTEL_EXPORTER_OTLP_HEADERS', 'OTEL_EXPORTER_OTLP_TRACES_HEADERS'];
const ENDPOINTS = ['OTEL_EXPORTER_OTLP_ENDPOINT', 'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT'];
/** Shorter values, such as a tenant's number, are no secrets and appear in many lines. */
const SHORTEST = 5;
const MASK = '***';

/**
 * All values that must not be shown, plain and encoded: header values, with and without their scheme, and the parts of
 * a URL before the host and after the path.
 */
export function secretsOf({ env, headers = {}, endpoint }: SecretSettings): readonly string[] {
  const values = Object.values(headers);
  for (const name of HEADERS) for (const pair of (env[name] ?? '').split(',')) values.push(pair.slice(pair.indexOf('=') + 1).trim());
  for (const url of [endpoint, ...ENDPOINTS.map((name) => env[name])]) if (url !== undefined) values.push(...secretsInUrl(url));
  const all = values.flatMap(decoded).flatMap((value) => [value, value.slice(value.lastIndexOf(' ') + 1)]);
  const written = all.flatMap((value) => [value, JSON.stringify(value).slice(1, -1), encodeURIComponent(value)]);
  // The longest first, so that no part of a longer one remains.
  return [...new Set(written)].filter(({ length }) => length >= SHORTEST).sort((a, b) => b.length - a.length);
}

const decoded = (value: string): string[] => {
  try {
    return [value, decodeURIComponent(value)];
  } catch {
    return [value];
  }
};

/** The secrets in a URL. It is split and not parsed, because an invalid URL may contain secrets as well. */
function secretsInUrl(url: string): string[] {
  const at = url.lastIndexOf('@');
  const user = at === -1 ? '' : url.slice(0, at).replace(/^[a-z]*:?\/*/i, '');
  const query = url.includes('?') ? url.slice(url.indexOf('?') + 1) : '';
  const values = query.split(/[&#]/).map((pair) => pair.slice(pair.indexOf('=') + 1));
  return [user, user.slice(user.indexOf(':') + 1), query, ...values];
}

/** Removes secrets from a text. */
export type Hide = (text: string) => string;

/** Creates a function that replaces these secrets by `***`. */
export const hiding =
  (secrets: readonly string[]): Hide =>
  (text) => {
    let left = text;
    for (const secret of secrets) if (left.includes(secret)) left = left.replaceAll(secret, MASK);
    return left;
  };

/** A URL without user, password and query, for messages. Works for invalid URLs as well. */
export const shownUrl = (text: string): string => text.replace(/[^\s/'"@]{1,2048}@/g, `${MASK}@`).replace(/\?[^\s'"]*/g, `?${MASK}`);

/** An exporter whose results do not contain these secrets, even if the backend's answers do. */
export const discreet = (exporter: Exporter, hide: Hide): Exporter => ({
  ...exporter,
  async export(trace): Promise<ExportResult> {
    const result = await exporter.export(trace);
    if ('reason' in result) return { ...result, reason: hide(result.reason) };
    return result.message === undefined ? result : { ...result, message: hide(result.message) };
  },
});
