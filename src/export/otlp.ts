import type { SpanKind } from '../model/span.js';

/** OTLP's numbers for the kinds of spans, in JSON and in protobuf. */
export const kindNumbers: Readonly<Record<SpanKind, number>> = { internal: 1, server: 2, client: 3 };
/** OTLP's status code of an error. */
export const STATUS_ERROR = 2;
/** Sampled, and the parent is known not to be remote: as the SDK sends over HTTP. */
export const FLAGS = 0x101;
