// A sender brings traces to an endpoint in its own way and says, as OTLP JSON lines, what must then be there.
// `novaspan tail` will be another one.
import { createOtlpHttpExporter, toOtlpJson, tracesUrl } from './dist.mjs';
import { handMade } from './traces.mjs';

/** Drives the exporter itself, in one of the ways it can be set to send. */
const direct = (name, settings) => ({
  name,
  async send({ endpoint }) {
    const trace = handMade(name);
    const exporter = createOtlpHttpExporter({ url: tracesUrl(endpoint), ...settings });
    const result = await exporter.export(trace);
    await exporter.shutdown();
    if (result.outcome !== 'delivered' || result.rejected !== 0) throw new Error(`${name}: ${JSON.stringify(result)}`);
    return [toOtlpJson(trace)];
  },
});

export const senders = [
  direct('http/json', {}),
  direct('http/json with gzip', { compression: 'gzip' }),
  direct('http/protobuf', { protocol: 'http/protobuf' }),
];
