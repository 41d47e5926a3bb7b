import type { Clock } from '../model/clock.js';
import { isPublic } from '../model/listen.js';
import type { Log } from '../telemetry/log.js';
import { serveView } from '../view/server.js';
import { TraceStore } from '../view/store.js';
import type { LiveTrace } from './saved-logs.js';

export interface LiveViewOptions {
  /** HOST:PORT, or `off` */
  readonly listen: string;
  readonly traces: number;
  readonly bytes: number;
  readonly clock: Clock;
  readonly log: Log;
}

/** The page of the last actions of `tail`. */
export interface LiveView {
  /** undefined if off */
  readonly url: string | undefined;
  show(traces: readonly Pick<LiveTrace, 'trace'>[]): void;
  close(): Promise<void>;
}

/** @throws OperatorError VIEW_UNAVAILABLE if it cannot listen there */
export async function openLiveView({ listen, traces, bytes, clock, log }: LiveViewOptions): Promise<LiveView> {
  if (listen === 'off') return { url: undefined, show: () => {}, close: async () => {} };
  const store = new TraceStore({ traces, bytes });
  const server = await serveView({
    store,
    listen,
    now: () => clock.now(),
    onFault: (reason) => log.error({ reason }, 'a request of the page could not be answered'),
  });
  if (isPublic(listen))
    log.warn({ listen }, 'anyone who can reach this port can read the page and its log lines, also from other machines');
  return {
    url: server.url,
    show(found) {
      for (const { trace } of found) store.add(trace);
    },
    close: () => server.close(),
  };
}
