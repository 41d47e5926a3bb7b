import { normalize } from 'node:path';
import { Correlator } from '../correlate/correlator.js';
import { Watermark } from '../correlate/watermark.js';
import { createZone } from '../format/zone.js';
import type { Clock } from '../model/clock.js';
import type { Count } from '../model/counters.js';
import type { LogForm } from '../model/form.js';
import type { LineSink } from '../model/line.js';
import type { FinishedTrace } from '../model/span.js';
import { createTailer, type PollReport, type Tailer } from '../tail/tailer.js';
import { buildTrace } from '../trace/build.js';
import type { Rules } from './rules.js';
import { type LogSource, openSource } from './source.js';

/** Logs to follow, and what their names do not say of them. */
export interface LogsToFollow {
  readonly paths: readonly string[];
  readonly service?: string | undefined;
  readonly host?: string | undefined;
  /** how they are written; told from their lines where it is not given */
  readonly form?: LogForm | undefined;
  /** IANA name; OVS and OVN are UTC whatever it says */
  readonly timezone: string;
}

export interface LiveOptions {
  readonly logs: readonly LogsToFollow[];
  /** whose logs they are where neither their names nor `logs` tell */
  readonly host: string;
  readonly startAt: 'beginning' | 'end';
  readonly lines: 'events' | 'off';
  /** what users added */
  readonly rules?: Rules | undefined;
  readonly clock: Clock;
  readonly count: Count;
}

/** How long a log that cannot be read holds up the others. */
const PATIENCE = 30_000;

/** The logs of one process while they are written: what has been read of them, and the actions under way. */
export interface LiveLogs {
  /** One cycle: reads what is new in every log and gives the actions that closed by it. */
  cycle(): Promise<{ readonly traces: FinishedTrace[]; readonly reports: readonly PollReport[] }>;
  /** Actions that have begun and not ended. */
  readonly open: number;
  close(): Promise<void>;
}

/** Follows logs. Nothing happens between cycles: whoever calls them decides how often. */
export function followLogs(options: LiveOptions): LiveLogs {
  const { clock, count } = options;
  const correlator = new Correlator(count);
  const watermark = new Watermark();
  const readers = new Map<string, LogSource>();
  const unreadableSince = new Map<string, number>();
  const reads = (service: string, host?: string): boolean => [...readers.values()].some((reader) => reader.reads(service, host));

  const open = (logs: LogsToFollow): ((path: string) => LineSink | undefined) => {
    const zone = createZone(logs.timezone);
    return (path) => {
      // Where two entries name one log, the first has it.
      if (readers.has(path)) return undefined;
      const reader = openSource({
        path,
        service: logs.service,
        host: logs.host,
        form: logs.form,
        isNamed: logs.paths.some((each) => normalize(each) === path),
        anyHost: options.host,
        zone: () => zone,
        latest: () => clock.now(),
        catalogue: options.rules?.catalogue,
        count,
        onEvent: (event) => correlator.accept(event),
      });
      if (reader === undefined) return undefined;
      readers.set(path, reader);
      return reader.line;
    };
  };
  const tailers: Tailer[] = options.logs.map((logs) =>
    createTailer({ paths: logs.paths, open: open(logs), clock, count, startAt: options.startAt }),
  );

  return {
    get open() {
      return correlator.open;
    },
    async cycle() {
      const reports: PollReport[] = [];
      for (const tailer of tailers) reports.push(await tailer.poll());
      const now = clock.now();
      // A log is at its end as of when it was looked at, not as of now.
      const looked = Math.min(now, ...reports.map(({ at }) => at));
      const followed = new Set<string>();
      for (const { sources } of reports) {
        for (const { path, atEnd, readable } of sources) {
          const reader = readers.get(path);
          if (reader === undefined) continue;
          followed.add(path);
          reader.flushCounts();
          if (readable) unreadableSince.delete(path);
          else if (!unreadableSince.has(path)) unreadableSince.set(path, now);
          const live = now - (unreadableSince.get(path) ?? now) < PATIENCE;
          watermark.observe(path, { newest: reader.newest, atEnd, live });
        }
      }
      for (const path of readers.keys()) if (!followed.has(path)) watermark.forget(path);
      const traces = correlator
        .advance(watermark.at(looked))
        .map((closed) => buildTrace(closed, { lines: options.lines, reads, phasesOf: options.rules?.phasesOf, count }))
        .filter(({ spans }) => spans.length > 0);
      for (const { form } of traces) if (form !== 'network-ready') count(form === 'action' ? 'actions' : 'fragments');
      return { traces, reports };
    },
    async close() {
      for (const tailer of tailers) await tailer.close();
    },
  };
}
