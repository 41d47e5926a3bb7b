import { type DiagLogger, DiagLogLevel, diag } from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { CompressionAlgorithm, OTLPExporterBase } from '@opentelemetry/otlp-exporter-base';
import { convertLegacyHttpOptions, createOtlpHttpExportDelegate } from '@opentelemetry/otlp-exporter-base/node-http';
import { ProtobufTraceSerializer, TraceExporterMetricsHelper } from '@opentelemetry/otlp-transformer';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { AlwaysOnSampler, BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { reasonOf } from '../model/errors.js';
import type { Attributes, AttributeValue } from '../model/span.js';
import { type OtlpOverrides, otlpSettings } from './otlp-settings.js';
import { version } from './version.js';

/** The span to send, with its resource. */
interface TestSpan {
  readonly name: string;
  readonly resource: Attributes;
  readonly attributes: Attributes;
}

/** The result of sending with the SDK. */
export interface SdkAnswer {
  readonly traceId: string;
  /** why it did not arrive; undefined if the SDK reports success */
  readonly failure: string | undefined;
}

/**
 * Sends one span with the exporter of the OpenTelemetry SDK, which shares no code with novaspan's exporter except for
 * the reading of the settings. Only `check --send` uses it, to find out whether a fault is novaspan's or the backend's.
 *
 * @throws OperatorError CONFIG_INVALID
 */
export async function sendWithSdk({ name, resource, attributes }: TestSpan, overrides: OtlpOverrides): Promise<SdkAnswer> {
  const exporter = exporterOf(overrides);
  const finished = new InMemorySpanExporter();
  // OTEL_TRACES_SAMPLER must not suppress the test.
  const provider = new BasicTracerProvider({
    resource: resourceFromAttributes(attributesOf(resource)),
    sampler: new AlwaysOnSampler(),
    spanProcessors: [new SimpleSpanProcessor(finished)],
  });
  const span = provider.getTracer('novaspan', version).startSpan(name, { root: true, attributes: attributesOf(attributes) });
  span.end();

  // If the backend rejects the span, the SDK logs that but reports a success.
  let rejected: string | undefined;
  const ignore = () => undefined;
  const note = (message: string, ...rest: unknown[]): void => {
    if (/partial success/i.test(message)) rejected = rejectionIn(String(rest[0]));
  };
  const logger: DiagLogger = { error: ignore, warn: note, info: ignore, debug: ignore, verbose: ignore };
  diag.setLogger(logger, { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true });
  try {
    const { error } = await new Promise<{ error?: Error }>((resolve) => exporter.export(finished.getFinishedSpans(), resolve));
    return { traceId: span.spanContext().traceId, failure: error === undefined ? rejected : wordsOf(error) };
  } finally {
    await exporter.shutdown();
    diag.disable();
  }
}

/** @throws OperatorError CONFIG_INVALID before anything is sent */
function exporterOf(overrides: OtlpOverrides) {
  const { protocol, compression } = otlpSettings(overrides);
  const { url, headers, timeoutMs } = overrides;
  const config = {
    ...(url !== undefined && { url }),
    ...(headers !== undefined && { headers: { ...headers } }),
    ...(timeoutMs !== undefined && { timeoutMillis: timeoutMs }),
    compression: compression === 'gzip' ? CompressionAlgorithm.GZIP : CompressionAlgorithm.NONE,
    userAgent: `novaspan/${version}`,
  };
  if (protocol === 'http/json') return new OTLPTraceExporter(config);
  const options = convertLegacyHttpOptions(config, 'TRACES', 'v1/traces', { 'Content-Type': 'application/x-protobuf' });
  return new OTLPExporterBase(
    createOtlpHttpExportDelegate(options, ProtobufTraceSerializer, 'otlp_http_span_exporter', TraceExporterMetricsHelper, undefined),
  );
}

/** Copies lists, because the SDK's types do not accept readonly ones. */
const attributesOf = (attributes: Attributes) =>
  Object.fromEntries(Object.entries(attributes).map(([key, value]) => [key, isList(value) ? [...value] : value]));
const isList = (value: AttributeValue): value is readonly string[] => Array.isArray(value);

/** The reason of a rejection in the SDK's log message about a partial success; undefined if nothing was rejected. */
function rejectionIn(text: string): string | undefined {
  try {
    const { rejectedSpans, errorMessage } = JSON.parse(text) as { rejectedSpans?: unknown; errorMessage?: unknown };
    return Number(rejectedSpans) > 0 ? `the backend rejected the span: ${String(errorMessage ?? 'it does not say why')}` : undefined;
  } catch {
    return undefined;
  }
}

function wordsOf(error: Error): string {
  const { code } = error as { code?: unknown };
  if (typeof code === 'number') return `answered ${code} ${error.message}`.trim();
  // The SDK drops the status of an answer that it treats as a busy backend.
  if (/retryable status/.test(error.message)) return 'answered several times that it cannot take traces now (429, 502, 503 or 504)';
  return error instanceof AggregateError ? error.errors.map(reasonOf).join('; ') : reasonOf(error);
}
