import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { loadConfig } from '../config/load.js';
import type { ExportResult } from '../export/exporter.js';
import { createOtlpHttpExporter } from '../export/otlp-http.js';
import { type OtlpOverrides, otlpSettings, overridesOf } from '../export/otlp-settings.js';
import { parseResourceAttributes, resourceAttributes } from '../export/resource.js';
import { sendWithSdk } from '../export/sdk-sender.js';
import { hiding, secretsOf, shownUrl } from '../export/secrets.js';
import { keys } from '../model/attributes.js';
import type { Clock } from '../model/clock.js';
import { exitCodes } from '../model/errors.js';
import type { FinishedTrace } from '../model/span.js';

export interface SendOptions {
  /** configuration file of `tail` */
  readonly config?: string | undefined;
  /** takes precedence over the configuration and the environment */
  readonly endpoint?: string | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
}

/** The result of one test trace. */
export interface TestTrace {
  readonly arrived: boolean;
  /** trace id to search for in the backend */
  readonly traceId: string;
  /** why it did not arrive */
  readonly reason?: string;
}

/**
 * Which side is at fault: `none` if both traces arrived; `backend` (or the settings) if neither did; `novaspan` if only
 * its own did not; `sdk` if only the SDK's did not, which does not matter to novaspan.
 */
export type SendVerdict = 'none' | 'backend' | 'novaspan' | 'sdk';

/** The answers of the backend to both test traces. */
export interface SendReport {
  /** without user, password and query */
  readonly url: string;
  readonly protocol: string;
  readonly compression: string;
  /** names of the headers; the values are secrets */
  readonly headers: readonly string[];
  readonly sdk: TestTrace;
  readonly novaspan: TestTrace;
  readonly verdict: SendVerdict;
  readonly exitCode: number;
}

const NAME = 'novaspan test trace';
const SERVICE = 'novaspan';
const exitOf: Record<SendVerdict, number> = {
  none: exitCodes.ok,
  sdk: exitCodes.ok,
  backend: exitCodes.unavailable,
  novaspan: exitCodes.software,
};

/**
 * Sends one test trace with novaspan's own sender and one with the exporter of the OpenTelemetry SDK, with the same
 * settings. Reads no log.
 *
 * @throws OperatorError CONFIG_INVALID
 */
export async function sendTest({ config, endpoint, env, clock }: SendOptions): Promise<SendReport> {
  const asked =
    config === undefined ? undefined : loadConfig({ file: config, env, flags: endpoint === undefined ? {} : { endpoint }, paths: [] });
  const overrides: OtlpOverrides = asked === undefined ? overridesOf({ endpoint }) : overridesOf(asked.otlp);
  const extra = parseResourceAttributes(env['OTEL_RESOURCE_ATTRIBUTES']);
  const { url, protocol, compression, headers } = otlpSettings(overrides);
  const hide = hiding(secretsOf({ env, headers: overrides.headers, endpoint: overrides.url }));
  const host = asked?.host ?? hostname();

  const own = createOtlpHttpExporter({ ...overrides, resourceAttributes: extra, clock });
  try {
    const trace = testTrace(host, clock.now());
    let result = await own.export(trace);
    const sent = await sendWithSdk(
      { name: NAME, resource: resourceAttributes({ service: SERVICE, host }, extra), attributes: about('the OpenTelemetry SDK') },
      overrides,
    );
    // The SDK tries several times. Ours is sent again, too, if the backend may take it now.
    if (result.outcome === 'retryable' && sent.failure === undefined) result = await own.export(trace);

    const failure = failureOf(result);
    // A web page answers 200 to anything: that is no proof of an arrival.
    const sdkFailure =
      sent.failure ?? (isNoBackend(result) ? 'answered 200, but with a web page: the SDK takes it for a success' : undefined);
    const verdict = verdictOf(sdkFailure === undefined, failure === undefined);
    return {
      url: shownUrl(url.href),
      protocol,
      compression: compression ?? 'none',
      headers: Object.keys(await headers())
        .filter((name) => name !== 'content-type')
        .sort(),
      sdk: testedAs(sent.traceId, sdkFailure, hide),
      novaspan: testedAs(trace.traceId, failure, hide),
      verdict,
      exitCode: exitOf[verdict],
    };
  } finally {
    await own.shutdown();
  }
}

const testedAs = (traceId: string, failure: string | undefined, hide: (text: string) => string): TestTrace =>
  failure === undefined ? { arrived: true, traceId } : { arrived: false, traceId, reason: hide(failure) };

function verdictOf(sdk: boolean, own: boolean): SendVerdict {
  if (own) return sdk ? 'none' : 'sdk';
  return sdk ? 'novaspan' : 'backend';
}

function failureOf(result: ExportResult): string | undefined {
  if (result.outcome !== 'delivered') return result.reason;
  return result.rejected > 0 ? `the backend rejected the span: ${result.message ?? 'it does not say why'}` : undefined;
}

const isNoBackend = (result: ExportResult): boolean =>
  result.outcome === 'refused' && result.status !== undefined && result.status >= 200 && result.status < 300;

const about = (sender: string) => ({ [keys.summary]: `a test of \`novaspan check --send\`, sent by ${sender}: no action of the cloud` });

function testTrace(host: string, now: number): FinishedTrace {
  const traceId = randomBytes(16).toString('hex');
  return {
    traceId,
    form: 'action',
    instance: '',
    request: undefined,
    action: undefined,
    spans: [
      {
        traceId,
        spanId: randomBytes(8).toString('hex'),
        parentSpanId: undefined,
        name: NAME,
        kind: 'internal',
        start: now,
        end: now + 1,
        service: SERVICE,
        host,
        attributes: about('novaspan itself'),
        events: [],
        droppedEvents: 0,
        links: [],
        error: undefined,
      },
    ],
  };
}
