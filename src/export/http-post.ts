import http, { type IncomingHttpHeaders } from 'node:http';
import https from 'node:https';

/** The longest answer (bytes). OTLP answers are short; a longer one comes from another kind of server. */
const LONGEST_ANSWER = 4 * 1024 * 1024;

/** The complete answer to a request. */
export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Uint8Array;
}

export interface PostOptions {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
  readonly agent: http.Agent;
  /** ends the whole exchange, from connecting to the last byte of the answer */
  readonly signal: AbortSignal;
}

/**
 * Sends one POST request, without following redirects. Rejects if the answer is incomplete.
 *
 * If the server has closed an idle connection, the next request on it fails. That is no failure of the server: the
 * request is repeated on a new connection.
 */
export function post(url: URL, options: PostOptions): Promise<Answer> {
  const { headers, body, agent, signal } = options;
  return new Promise((resolve, reject) => {
    const { request } = url.protocol === 'https:' ? https : http;
    const sent = request(url, { method: 'POST', headers: { ...headers, 'content-length': body.length }, agent, signal });

    let isAnswered = false;
    sent.on('error', (error: NodeJS.ErrnoException) => {
      const isStale = sent.reusedSocket && !isAnswered && (error.code === 'ECONNRESET' || error.code === 'EPIPE');
      if (isStale && !signal.aborted) resolve(post(url, options));
      else reject(error);
    });
    sent.on('response', (response) => {
      isAnswered = true;
      const chunks: Buffer[] = [];
      let length = 0;
      response.on('data', (chunk: Buffer) => {
        chunks.push(chunk);
        length += chunk.length;
        if (length > LONGEST_ANSWER) sent.destroy(new Error(`the answer is longer than ${LONGEST_ANSWER} bytes`));
      });
      response.on('error', reject);
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks) }));
    });
    sent.end(body);
  });
}
