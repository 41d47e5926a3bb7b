import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

interface OtlpSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly name: string;
  readonly parentSpanId?: string;
}

/** A backend on loopback that remembers what it was sent. */
export interface Backend {
  readonly url: string;
  /** the names of roots that arrived, in the order of arrival */
  readonly roots: string[];
  /** every span as it arrived, by its ids: more than one text where repeats differ */
  readonly spans: Map<string, Set<string>>;
  readonly requests: number;
  /** what it answers from now on */
  answer: number;
  close(): Promise<void>;
}

export async function startBackend(): Promise<Backend> {
  const roots: string[] = [];
  const spans = new Map<string, Set<string>>();
  let requests = 0;
  let answer = 200;
  const server: Server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      requests++;
      if (answer === 200) take(Buffer.concat(chunks).toString());
      response.writeHead(answer, { 'content-type': 'application/json' }).end('{}');
    });
  });
  const take = (body: string): void => {
    for (const { scopeSpans } of JSON.parse(body).resourceSpans)
      for (const scope of scopeSpans)
        for (const span of scope.spans as OtlpSpan[]) {
          const key = `${span.traceId} ${span.spanId}`;
          spans.set(key, (spans.get(key) ?? new Set()).add(JSON.stringify(span)));
          if (!span.parentSpanId) roots.push(span.name);
        }
  };
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    roots,
    spans,
    get requests() {
      return requests;
    },
    get answer() {
      return answer;
    },
    set answer(status) {
      answer = status;
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
