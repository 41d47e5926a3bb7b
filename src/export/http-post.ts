import http, { type IncomingHttpHeaders } from 'node:http';
import https from 'node:https';

/** An answer is short; more than this is no answer of ours, and is not kept in memory. */
const LONGEST_ANSWER = 4 * 1024 * 1024;

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Uint8Array;
}

export interface PostOptions {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
  readonly agent: http.Agent;
  /** bounds the whole exchange, from connecting to the last byte of the answer */
  readonly signal: AbortSignal;
}

/**
 * One POST, without redirects. Rejects when there was no whole answer, whatever part of it had come.
 *
 * A connection that was kept may have been closed by the other side while it was idle. That is found out by the request that uses it,
 * and is no failure: it is made again, on another one.
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
