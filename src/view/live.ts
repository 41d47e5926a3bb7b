import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { batchOf } from './outline.js';
import type { TraceStore } from './store.js';
import type { Outline, Status } from './types.js';

/** Outlines per message: the page draws while the rest is sent. */
const BATCH = 500;
/** Time in ms for which new traces are collected into one message. */
const GATHER = 200;
/** Interval of keep-alive comments: proxies close silent connections. */
const BREATH = 15_000;
const MOST = 16;

/**
 * Server-sent events: first all traces, then new ones. A page that reconnects gets everything again; `hello` shows
 * whether it is the same server.
 */
export class Live {
  readonly #store: TraceStore;
  readonly #status: () => Status;
  readonly #pages = new Map<ServerResponse, { timer: NodeJS.Timeout; fresh: Map<string, Outline>; isBusy: boolean }>();
  readonly #self = randomUUID();
  readonly #unlisten: () => void;
  #gathering: NodeJS.Timeout | undefined;
  #lastStatus = '';

  constructor(store: TraceStore, status: () => Status) {
    this.#store = store;
    this.#status = status;
    this.#unlisten = store.listen((outline) => {
      for (const page of this.#pages.values()) page.fresh.set(outline.id, outline);
      this.nudge();
    });
  }

  get isFull(): boolean {
    return this.#pages.size >= MOST;
  }

  /** Sends new data soon. */
  nudge(): void {
    this.#gathering ??= setTimeout(() => {
      this.#gathering = undefined;
      this.#lastStatus = this.#statusText();
      for (const response of this.#pages.keys()) void this.#flush(response);
    }, GATHER).unref();
  }

  #statusText(): string {
    return `event: status\ndata: ${JSON.stringify(this.#status())}\n\n`;
  }

  open(response: ServerResponse): void {
    const fresh = new Map(this.#store.outlines().map((outline) => [outline.id, outline]));
    const timer = setInterval(() => response.write(': \n\n'), BREATH).unref();
    this.#pages.set(response, { timer, fresh, isBusy: false });
    response.on('close', () => {
      clearInterval(timer);
      this.#pages.delete(response);
    });
    response.on('error', () => response.destroy());
    response.write(`event: hello\ndata: ${JSON.stringify({ server: this.#self })}\n\n${this.#statusText()}`);
    void this.#flush(response);
  }

  /** Sends as fast as the page reads: pending traces wait as outlines, not as text. */
  async #flush(response: ServerResponse): Promise<void> {
    const page = this.#pages.get(response);
    if (page === undefined || page.isBusy) return;
    page.isBusy = true;
    try {
      while (page.fresh.size > 0 && !response.destroyed) {
        const outlines = [...page.fresh.values()].slice(0, BATCH);
        for (const { id } of outlines) page.fresh.delete(id);
        await this.#write(response, `event: batch\ndata: ${JSON.stringify(batchOf(outlines))}\n\n`);
      }
      await this.#write(response, this.#lastStatus === '' ? this.#statusText() : this.#lastStatus);
    } finally {
      page.isBusy = false;
    }
  }

  async #write(response: ServerResponse, text: string): Promise<void> {
    if (response.destroyed || response.write(text)) return;
    const gone = new AbortController();
    const stop = (): void => gone.abort();
    response.once('close', stop);
    await once(response, 'drain', { signal: gone.signal }).catch(() => undefined);
    response.off('close', stop);
  }

  close(): void {
    this.#unlisten();
    clearTimeout(this.#gathering);
    for (const response of this.#pages.keys()) response.end();
  }
}
