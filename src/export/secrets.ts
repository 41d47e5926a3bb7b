import type { Exporter, ExportResult } from './exporter.js';

/** What is known to be secret: what the settings hold, whoever says it again. */
export interface SecretSettings {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly endpoint?: string | undefined;
}

const HEADERS = ['OTEL_EXPORTER_OTLP_HEADERS', 'OTEL_EXPORTER_OTLP_TRACES_HEADERS'];
const ENDPOINTS = ['OTEL_EXPORTER_OTLP_ENDPOINT', 'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT'];
/** Shorter values (a tenant's number) are no secrets, and stand in every other line. */
const SHORTEST = 5;
const MASK = '***';

/**
 * Every value that must not be said: those of headers, whole and without their scheme, and what a URL has before its host
 * and behind its path. As they are, and as they are encoded.
 */
export function secretsOf({ env, headers = {}, endpoint }: SecretSettings): readonly string[] {
  const values = Object.values(headers);
  for (const name of HEADERS) for (const pair of (env[name] ?? '').split(',')) values.push(pair.slice(pair.indexOf('=') + 1).trim());
  for (const url of [endpoint, ...ENDPOINTS.map((name) => env[name])]) if (url !== undefined) values.push(...secretsInUrl(url));
  const all = values.flatMap(decoded).flatMap((value) => [value, value.slice(value.lastIndexOf(' ') + 1)]);
  const written = all.flatMap((value) => [value, JSON.stringify(value).slice(1, -1), encodeURIComponent(value)]);
  // The longest first, so that none is left in part.
  return [...new Set(written)].filter(({ length }) => length >= SHORTEST).sort((a, b) => b.length - a.length);
}

const decoded = (value: string): string[] => {
  try {
    return [value, decodeURIComponent(value)];
  } catch {
    return [value];
  }
};

/** Read by its marks, as a URL that is wrong has secrets too. */
function secretsInUrl(url: string): string[] {
  const at = url.lastIndexOf('@');
  const user = at === -1 ? '' : url.slice(0, at).replace(/^[a-z]*:?\/*/i, '');
  const query = url.includes('?') ? url.slice(url.indexOf('?') + 1) : '';
  const values = query.split(/[&#]/).map((pair) => pair.slice(pair.indexOf('=') + 1));
  return [user, user.slice(user.indexOf(':') + 1), query, ...values];
}

/** Takes secrets out of a text, wherever they stand in it. */
export type Hide = (text: string) => string;

export const hiding =
  (secrets: readonly string[]): Hide =>
  (text) => {
    let left = text;
    for (const secret of secrets) if (left.includes(secret)) left = left.replaceAll(secret, MASK);
    return left;
  };

/** A URL as it may be shown, even where it is none: without what stands before its host or behind its path. */
export const shownUrl = (text: string): string => text.replace(/[^\s/'"@]{1,2048}@/g, `${MASK}@`).replace(/\?[^\s'"]*/g, `?${MASK}`);

/** An exporter that says nothing of these secrets, though a backend's own words may hold them. */
export const discreet = (exporter: Exporter, hide: Hide): Exporter => ({
  ...exporter,
  async export(trace): Promise<ExportResult> {
    const result = await exporter.export(trace);
    if ('reason' in result) return { ...result, reason: hide(result.reason) };
    return result.message === undefined ? result : { ...result, message: hide(result.message) };
  },
});
