import type { SpanKind } from '../model/span.js';

/** OTLP's numbers, the same in JSON and in protobuf. */
export const kindNumbers: Readonly<Record<SpanKind, number>> = { internal: 1, server: 2, client: 3 };
export const STATUS_ERROR = 2;
/** Sampled, and known not to be of another process: what the SDK says over HTTP. */
export const FLAGS = 0x101;
