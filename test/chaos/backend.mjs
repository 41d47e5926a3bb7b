// A backend that is not well: it takes what it is sent, or not, and answers, or not.

import { createServer } from 'node:http';
import { spansOf } from './spans.mjs';

/** What may become of a request, and how often. Real time passes while one hangs: they are few. */
const MOODS = { takes: 60, busy: 10, limits: 6, 'cuts off': 6, forgets: 8, closed: 8, hangs: 2 };
/** A mood lasts so long, in ms of the simulated clock. */
const LASTS = { least: 2000, most: 60_000 };
const MOST_HANGS = 3;

/**
 *     takes      200                        cuts off   the connection is reset in mid-body
 *     busy       503, often Retry-After     forgets    the spans are kept, and the connection is reset
 *     limits     429 with Retry-After       closed     nothing listens
 *     hangs      no answer
 */
export async function createBackend({ random }) {
  /** by span */
  const taken = new Map();
  const seen = { requests: 0, ...Object.fromEntries(Object.keys(MOODS).map((mood) => [mood, 0])) };
  let mood = 'takes';
  let until = 0;
  let isWell = false;
  let hanging = 0;
  let trap;

  const keep = (json) => {
    for (const { id, bytes, means } of spansOf(json)) {
      const known = taken.get(id);
      if (known === undefined) taken.set(id, { times: 1, forms: [{ bytes, means }] });
      else {
        known.times++;
        if (known.forms.every((form) => form.bytes !== bytes)) known.forms.push({ bytes, means });
      }
    }
  };
  /** At the moment that a trap waits for, its owner strikes. */
  const strike = (when) => {
    if (trap?.when !== when) return false;
    const { spring } = trap;
    trap = undefined;
    spring();
    return true;
  };

  const server = createServer((request, response) => {
    seen.requests++;
    if (mood !== 'closed') seen[mood]++;
    if (mood === 'cuts off') return request.once('data', () => request.socket.resetAndDestroy());
    const chunks = [];
    request.on('error', () => undefined);
    request.on('data', (chunk) => chunks.push(chunk));
    request.on('end', () => {
      if (strike('before')) return request.socket.destroy();
      switch (mood) {
        case 'busy':
          return response.writeHead(503, random.chance(0.7) ? { 'retry-after': String(random.below(20)) } : {}).end();
        case 'limits':
          return response.writeHead(429, { 'retry-after': String(1 + random.below(10)) }).end();
        case 'hangs':
          hanging++;
          request.socket.once('close', () => hanging--);
          return undefined;
        default:
      }
      keep(Buffer.concat(chunks).toString());
      if (mood === 'forgets' || strike('unanswered')) return request.socket.resetAndDestroy();
      return response.writeHead(200, { 'content-type': 'application/json' }).end('{}', () => strike('after'));
    });
  });
  server.on('clientError', (_, socket) => socket.destroy());
  server.keepAliveTimeout = 60_000;

  await listen(server, 0);
  const { port } = server.address();

  const enter = async (next) => {
    if (next === 'closed' && server.listening) {
      server.close();
      server.closeAllConnections();
    }
    if (next !== 'closed' && !server.listening) await listen(server, port);
    mood = next;
  };

  return {
    taken,
    seen,
    url: `http://127.0.0.1:${port}`,
    /** when the mood changes */
    get until() {
      return isWell ? Number.POSITIVE_INFINITY : until;
    },
    get isHanging() {
      return hanging > 0;
    },
    get mood() {
      return mood;
    },
    async advance(now) {
      if (isWell || now < until) return;
      until = now + random.between(LASTS.least, LASTS.most);
      const next = random.weighed(MOODS);
      await enter(next === 'hangs' && seen.hangs >= MOST_HANGS ? 'busy' : next);
      if (mood === 'hangs') until = now + 3000;
    },
    /** From now on it takes everything. */
    async recover() {
      isWell = true;
      await enter('takes');
    },
    /** `spring` is called at the next request: 'before' it is kept, when it is kept and 'unanswered', or 'after' the answer. */
    setTrap(when, spring) {
      trap = { when, spring };
    },
    clearTrap() {
      trap = undefined;
    },
    async close() {
      server.closeAllConnections();
      if (server.listening) await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** The port was ours a moment ago; somebody's connection may have it for a while. */
async function listen(server, port) {
  for (let attempt = 0; ; attempt++) {
    try {
      await new Promise((resolve, reject) => {
        server.once('error', reject);
        server.listen(port, '127.0.0.1', () => {
          server.off('error', reject);
          resolve();
        });
      });
      return;
    } catch (error) {
      if (attempt >= 50) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}
