import { createServer } from 'node:http';
import { gunzipSync } from 'node:zlib';

/** Takes OTLP as JSON over HTTP at `port` (a free one if 0) and keeps it, parsed. */
export async function startRecorder(port = 0) {
  const requests = [];
  const server = createServer(async (request, response) => {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    const bytes = Buffer.concat(chunks);
    const text = request.headers['content-encoding'] === 'gzip' ? gunzipSync(bytes) : bytes;
    requests.push({ url: request.url, type: request.headers['content-type'], body: JSON.parse(text.toString()) });
    response.setHeader('content-type', 'application/json').end('{}');
  });
  await new Promise((resolve) => server.listen(port, '127.0.0.1', resolve));
  return {
    requests,
    port: server.address().port,
    stop() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      return closed;
    },
  };
}

/** An OTLP value as a plain one: text as it is, all else as JSON. */
const plain = (value) => value.stringValue ?? JSON.stringify(value);

/** OTLP attributes as an object. */
const object = (attributes = []) => Object.fromEntries(attributes.map(({ key, value }) => [key, plain(value)]));

/** Every line of every request, in the order of arrival: host, path, text. */
export const linesOf = (requests) =>
  requests.flatMap(({ body }) =>
    body.resourceLogs.flatMap(({ resource, scopeLogs }) =>
      scopeLogs.flatMap(({ logRecords }) =>
        logRecords.map((record) => ({
          host: object(resource.attributes)['host.name'],
          path: object(record.attributes)['log.file.path'],
          text: record.body.stringValue,
        })),
      ),
    ),
  );

/** Every span of OTLP JSON bodies with its resource, by span id; a span that came twice is there twice. */
export function spansOf(bodies) {
  const found = new Map();
  for (const body of bodies) {
    for (const { resource, scopeSpans } of JSON.parse(body).resourceSpans) {
      for (const { spans } of scopeSpans) {
        for (const span of spans)
          found.set(span.spanId, [...(found.get(span.spanId) ?? []), { span, resource: object(resource.attributes) }]);
      }
    }
  }
  return found;
}
