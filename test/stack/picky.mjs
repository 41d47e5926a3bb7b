import { createServer } from 'node:http';

/** What it answers first; everything after that is passed on. */
const ANSWERS = [503, 400];

/** A backend with its bad moments: away at the first request, it refuses what comes with the second, and passes all others on. */
export async function startPicky(endpoint) {
  let asked = 0;
  const server = createServer(async (request, response) => {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    const refusal = ANSWERS[asked++];
    if (refusal !== undefined) return void response.writeHead(refusal).end();
    const { 'content-type': type = '', 'content-encoding': encoding } = request.headers;
    const headers = { 'content-type': type, connection: 'close', ...(encoding !== undefined && { 'content-encoding': encoding }) };
    try {
      const answer = await fetch(endpoint + request.url, { method: 'POST', headers, body: Buffer.concat(chunks) });
      const body = Buffer.from(await answer.arrayBuffer());
      response.writeHead(answer.status, { 'content-type': answer.headers.get('content-type') ?? 'text/plain' }).end(body);
    } catch {
      response.writeHead(502).end();
    }
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    endpoint: `http://127.0.0.1:${server.address().port}`,
    stop() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      return closed;
    },
  };
}
