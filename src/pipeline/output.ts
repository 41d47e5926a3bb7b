import type { Writable } from 'node:stream';
import type { Config } from '../config/schema.js';
import type { Exporter, ExportResult } from '../export/exporter.js';
import { toJson } from '../export/json.js';
import { createOtlpHttpExporter } from '../export/otlp-http.js';
import { toOtlpJson } from '../export/otlp-json.js';
import { overridesOf } from '../export/otlp-settings.js';
import { parseResourceAttributes } from '../export/resource.js';
import { traceText } from '../export/terminal/trace-text.js';
import type { FinishedTrace } from '../model/span.js';

export interface OutputIo {
  readonly stdout: Writable;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** The exporter for the configured output. */
export function exporterFor({ output, otlp }: Pick<Config, 'output' | 'otlp'>, { stdout, env }: OutputIo): Exporter {
  switch (output) {
    case 'otlp':
      return createOtlpHttpExporter({
        ...overridesOf(otlp),
        resourceAttributes: parseResourceAttributes(env['OTEL_RESOURCE_ATTRIBUTES']),
      });
    case 'otlp-json':
      return writingTo(stdout, toOtlpJson);
    case 'json':
      return writingTo(stdout, toJson);
    case 'text':
      return writingTo(stdout, traceText);
    default:
      return output satisfies never;
  }
}

/** An exporter that writes to a stream. */
const writingTo = (stream: Writable, encode: (trace: FinishedTrace) => string): Exporter => ({
  export: (trace) =>
    new Promise<ExportResult>((resolve) => {
      stream.write(`${encode(trace)}\n`, (error) =>
        resolve(error == null ? { outcome: 'delivered', rejected: 0 } : { outcome: 'retryable', reason: error.message }),
      );
    }),
  shutdown: async () => undefined,
});
