// The built program's parts that the stack test drives.
export { createOtlpHttpExporter } from '../../dist/export/otlp-http.js';
export { toOtlpJson } from '../../dist/export/otlp-json.js';
export { tracesUrl } from '../../dist/export/otlp-settings.js';
export { retrying } from '../../dist/export/retrying.js';
export { systemClock } from '../../dist/model/clock.js';
