// The built program's parts that say how large a span is on the wire.
export { toOtlpProtobuf } from '../../build/modules/dist/export/otlp-protobuf.js';
export { batchesIn } from '../../build/modules/dist/export/read-otlp-json.js';
