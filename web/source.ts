import type { Batch, Outline, Status, TracePage } from '../src/view/types.js';

/** Source of the page's data: the server, or the report that contains the page. */
export interface Source {
  readonly isReport: boolean;
  /** Starts to deliver existing and new actions. */
  start(take: {
    batch(outlines: readonly Outline[]): void;
    status(status: Status): void;
    clear(): void;
    lost(isLost: boolean): void;
  }): void;
  /** @throws Error with a message for the user */
  trace(id: string): Promise<TracePage>;
}

const REPORT = 'novaspan-report';

export const openSource = (): Source => (document.getElementById(REPORT) === null ? server() : report());

function server(): Source {
  return {
    isReport: false,
    start(take) {
      const events = new EventSource('/view/events');
      let known: string | undefined;
      const on = (name: string, listener: (data: never) => void): void =>
        events.addEventListener(name, (event) => listener(JSON.parse(event.data) as never));
      on('hello', ({ server: self }: { readonly server: string }) => {
        take.lost(false);
        // Another server may have other logs.
        if (known !== undefined && known !== self) take.clear();
        known = self;
      });
      on('status', (status: Status) => take.status(status));
      on('batch', (batch: Batch) => take.batch(unpacked(batch)));
      events.addEventListener('error', () => take.lost(true));
    },
    async trace(id) {
      const response = await fetch(`/view/trace/${encodeURIComponent(id)}`).catch(() => undefined);
      if (response === undefined) throw new Error('novaspan does not answer: is it still running?');
      if (response.status === 404) throw new Error('This action is not in memory, or no longer.');
      if (!response.ok) throw new Error(`novaspan answered with status ${response.status}.`);
      return (await response.json()) as TracePage;
    },
  };
}

function report(): Source {
  return {
    isReport: true,
    start(take) {
      void embedded<{ readonly batch: Batch; readonly status: Status }>(REPORT).then((data) => {
        if (data === undefined) return;
        take.batch(unpacked(data.batch));
        take.status(data.status);
      });
    },
    async trace(id) {
      const page = /^[\da-f]{1,64}$/.test(id) ? await embedded<TracePage>(`trace-${id}`) : undefined;
      if (page === undefined) throw new Error('This action is not in this report.');
      return page;
    },
  };
}

/** Embedded data of a report, compressed. */
async function embedded<T>(id: string): Promise<T | undefined> {
  const text = document.getElementById(id)?.textContent;
  if (text == null) return undefined;
  const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'));
  return (await new Response(stream).json()) as T;
}

function unpacked({ names, outlines }: Batch): Outline[] {
  return outlines.map((outline) => ({
    ...outline,
    phases: outline.phases.map(([span, name, service, host, at, ms, gated]) => ({
      ...{ span, at, ms, gated },
      name: names[name]!,
      service: names[service]!,
      host: names[host]!,
    })),
  }));
}
