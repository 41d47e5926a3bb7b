// The built program's parts that the stack test drives.

export { Delivery } from '../../build/modules/dist/deliver/delivery.js';
export { createOtlpHttpExporter } from '../../build/modules/dist/export/otlp-http.js';
export { toOtlpJson } from '../../build/modules/dist/export/otlp-json.js';
export { tracesUrl } from '../../build/modules/dist/export/otlp-settings.js';
export { systemClock } from '../../build/modules/dist/model/clock.js';
export { createLog } from '../../build/modules/dist/telemetry/log.js';
export { traceIdOf } from '../../build/modules/dist/trace/span-id.js';
