// The built program's parts that the stack test drives.
export { createOtlpHttpExporter } from '../../dist/export/otlp-http.js';
export { toOtlpJson } from '../../dist/export/otlp-json.js';
export { tracesUrl } from '../../dist/export/otlp-settings.js';
export { systemClock } from '../../dist/model/clock.js';
export { Delivery } from '../../dist/pipeline/deliver.js';
export { createLog } from '../../dist/telemetry/log.js';
export { traceIdOf } from '../../dist/trace/span-id.js';
