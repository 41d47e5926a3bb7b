import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createSecureContext } from 'node:tls';
import { type DiagLogger, DiagLogLevel, diag } from '@opentelemetry/api';
import type { CompressionAlgorithm } from '@opentelemetry/otlp-exporter-base';
import { convertLegacyHttpOptions } from '@opentelemetry/otlp-exporter-base/node-http';
import { JsonTraceSerializer, ProtobufTraceSerializer } from '@opentelemetry/otlp-transformer';
import { configInvalid, reasonOf } from '../model/errors.js';
import { shownUrl } from './secrets.js';

/** Settings that override the environment. */
export interface OtlpOverrides {
  /** the complete URL, with `/v1/traces`: see `tracesUrl` */
  readonly url?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly timeoutMs?: number;
  readonly compression?: 'gzip' | 'none';
  readonly protocol?: string;
}

/** The encodings of OTLP/HTTP, by their names in OTEL_EXPORTER_OTLP_PROTOCOL. */
const protocols = {
  'http/json': { contentType: 'application/json', readResponse: (body: Uint8Array) => JsonTraceSerializer.deserializeResponse(body) },
  'http/protobuf': {
    contentType: 'application/x-protobuf',
    readResponse: (body: Uint8Array) => ProtobufTraceSerializer.deserializeResponse(body),
  },
} as const;

type Protocol = keyof typeof protocols;

/** The URL for traces at an endpoint such as OTEL_EXPORTER_OTLP_ENDPOINT. */
export const tracesUrl = (endpoint: string): string => `${endpoint.replace(/\/+$/, '')}/v1/traces`;

/** The backend in the configuration file, as settings that override the environment. */
export const overridesOf = ({ endpoint, headers, timeout }: ConfiguredBackend): OtlpOverrides => ({
  ...(endpoint !== undefined && { url: tracesUrl(endpoint) }),
  ...(headers !== undefined && { headers }),
  ...(timeout !== undefined && { timeoutMs: timeout }),
});

interface ConfiguredBackend {
  readonly endpoint?: string | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** milliseconds */
  readonly timeout?: number | undefined;
}

/**
 * The settings of the standard OTEL_EXPORTER_OTLP_* and OTEL_EXPORTER_OTLP_TRACES_* variables, read by the SDK itself.
 * Where the SDK would warn and use a default (a bad URL, a missing certificate), this throws, because traces that are
 * sent to the wrong place are worse than none.
 *
 * @throws OperatorError CONFIG_INVALID
 */
export function otlpSettings({ url, headers, timeoutMs, compression, protocol: asked }: OtlpOverrides = {}) {
  const protocol = supported(
    asked ?? variable('OTEL_EXPORTER_OTLP_TRACES_PROTOCOL') ?? variable('OTEL_EXPORTER_OTLP_PROTOCOL') ?? 'http/json',
  );
  const { contentType, readResponse } = protocols[protocol];

  const { result, faults } = withWarnings(() =>
    convertLegacyHttpOptions(
      {
        ...(url !== undefined && { url }),
        ...(headers !== undefined && { headers: { ...headers } }),
        ...(timeoutMs !== undefined && { timeoutMillis: timeoutMs }),
        ...(compression !== undefined && { compression: compression as CompressionAlgorithm }),
      },
      'TRACES',
      'v1/traces',
      { 'content-type': contentType },
    ),
  );
  const target = result && new URL(result.url);
  if (target && !/^https?:$/.test(target.protocol)) faults.push(`the endpoint ${shownUrl(result.url)} must begin with http:// or https://`);
  if (faults.length === 0) faults.push(...certificateFaults());
  if (faults.length > 0 || !result || !target) throw configInvalid('OTEL_EXPORTER_OTLP_*', faults.join('\n'));
  return { ...result, url: target, protocol, readResponse };
}

function supported(protocol: string): Protocol {
  if (Object.hasOwn(protocols, protocol)) return protocol as Protocol;
  const names = Object.keys(protocols).join(' or ');
  throw configInvalid(
    'OTEL_EXPORTER_OTLP_PROTOCOL',
    `${JSON.stringify(protocol)} is not supported: use ${names} (usually port 4318, not gRPC's 4317)`,
  );
}

/** The TLS files, by the ends of the names of their variables. */
const tlsFiles = { ca: 'CERTIFICATE', cert: 'CLIENT_CERTIFICATE', key: 'CLIENT_KEY' } as const;

/** The errors in the TLS files. Without this check every request would report them as network errors. */
function certificateFaults(): string[] {
  const given: Partial<Record<keyof typeof tlsFiles, { readonly name: string; readonly bytes: Buffer }>> = {};
  for (const [part, end] of Object.entries(tlsFiles) as [keyof typeof tlsFiles, string][]) {
    const name = [`OTEL_EXPORTER_OTLP_TRACES_${end}`, `OTEL_EXPORTER_OTLP_${end}`].find((each) => variable(each) !== undefined);
    if (name === undefined) continue;
    const path = variable(name)!;
    try {
      given[part] = { name, bytes: readFileSync(path) };
      // Node.js ignores a CA file without a certificate, and then trusts no server.
      if (part === 'ca') new X509Certificate(given[part].bytes);
      createSecureContext({ [part]: given[part].bytes });
    } catch (error) {
      return [`${name}: ${path} cannot be used: ${reasonOf(error)}`];
    }
  }
  const { cert, key } = given;
  if ((cert === undefined) !== (key === undefined))
    return [`${(cert ?? key)!.name} is set alone: a client certificate needs its key, and the key its certificate`];
  if (cert === undefined || key === undefined) return [];
  try {
    createSecureContext({ cert: cert.bytes, key: key.bytes });
    return [];
  } catch (error) {
    return [`${cert.name} and ${key.name} do not belong together: ${reasonOf(error)}`];
  }
}

/** An empty variable counts as not set. */
const variable = (name: string) => process.env[name]?.trim() || undefined;

/** Runs code of the SDK that logs its problems, and returns these messages. */
function withWarnings<T>(run: () => T): { result: T | undefined; faults: string[] } {
  const faults: string[] = [];
  const note = (message: string) => void faults.push(shownUrl(message.replace(/^Configuration: /, '')));
  const ignore = () => undefined;
  const logger: DiagLogger = { error: note, warn: note, info: ignore, debug: ignore, verbose: ignore };
  diag.setLogger(logger, { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true });
  try {
    return { result: run(), faults };
  } catch (error) {
    note(reasonOf(error));
    return { result: undefined, faults };
  } finally {
    diag.disable();
  }
}
