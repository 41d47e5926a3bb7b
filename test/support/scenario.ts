import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Correlator } from '../../src/correlate/correlator.js';
import type { Event } from '../../src/lifecycle/event.js';
import type { Count } from '../../src/model/counters.js';
import type { FinishedTrace } from '../../src/model/span.js';
import { LogReader } from '../../src/pipeline/reader.js';
import { parseZones } from '../../src/pipeline/zones.js';
import { findLogs } from '../../src/tail/discover.js';
import { createLineSplitter } from '../../src/tail/lines.js';
import { nameLog } from '../../src/tail/name.js';
import { buildTrace } from '../../src/trace/build.js';

export const GOLDEN = new URL('../golden/', import.meta.url).pathname;

/** The zones that a scenario's OpenStack services log in, as --timezone takes them. */
export const zoneOf = (dir: string): string => (existsSync(join(dir, 'zone')) ? readFileSync(join(dir, 'zone'), 'utf8').trim() : 'UTC');

export const scenarios = (): string[] =>
  readdirSync(GOLDEN, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .sort();

/** Counts into an object, by name and label. */
export function counting(): { count: Count; counted: Record<string, number> } {
  const counted: Record<string, number> = {};
  return {
    counted,
    count: (name, by = 1, label) => {
      const key = label === undefined ? name : `${name} ${label}`;
      counted[key] = (counted[key] ?? 0) + by;
    },
  };
}

/** The events of one log of a scenario, in the order of its lines. */
export interface Log {
  readonly path: string;
  readonly service: string;
  readonly host: string;
  readonly events: readonly Event[];
}

/** Reads a scenario's logs, each for itself. */
export async function logsOf(dir: string, change: (bytes: Buffer) => Buffer = (bytes) => bytes): Promise<Log[]> {
  const { count } = counting();
  const logs: Log[] = [];
  for (const { path, parts } of await findLogs([dir])) {
    const name = nameLog(path);
    if (name === undefined) continue;
    const events: Event[] = [];
    const reader = new LogReader({
      service: name.service,
      host: name.host ?? 'localhost',
      path: path.slice(dir.length).replace(/^\//, ''),
      zone: parseZones(zoneOf(dir))(name.service),
      count,
      onEvent: (event) => events.push(event),
    });
    const splitter = createLineSplitter({ sink: reader.line, count });
    for (const part of parts) {
      splitter.push(change(readFileSync(part)), 0);
      splitter.end();
    }
    logs.push({ path, service: reader.service, host: reader.host, events });
  }
  return logs;
}

/** Which services and hosts a set of logs covers. */
export const coverageOf = (logs: readonly Log[]): ((service: string, host?: string) => boolean) => {
  const read = new Set(logs.flatMap(({ service, host }) => [service, `${service}@${host}`]));
  return (service, host) => read.has(host === undefined ? service : `${service}@${host}`);
};

/**
 * Gives the logs' events to a correlator, in any interleaving in which each log keeps its own order; after each step the
 * watermark is what a reader would know: the least of the newest times of logs that are not read to their end.
 *
 * @param pick which of the logs that are not at their end is read on, and by how many events
 */
export function correlate(
  logs: readonly Log[],
  pick: (left: number) => { log: number; events: number } = () => ({ log: 0, events: Number.POSITIVE_INFINITY }),
): FinishedTrace[] {
  const { count } = counting();
  const correlator = new Correlator(count);
  const reads = coverageOf(logs);
  const sources = logs.filter(({ events }) => events.length > 0).map((log) => ({ log, next: 0, newest: Number.NEGATIVE_INFINITY }));
  const traces: FinishedTrace[] = [];
  const finish = (watermark: number): void => {
    for (const closed of correlator.advance(watermark)) traces.push(buildTrace(closed, { lines: 'events', reads }));
  };
  let left = sources;
  while (left.length > 0) {
    const { log, events } = pick(left.length);
    const source = left[log]!;
    const until = Math.min(source.log.events.length, source.next + events);
    for (; source.next < until; source.next++) {
      const event = source.log.events[source.next]!;
      source.newest = Math.max(source.newest, event.at);
      correlator.accept(event);
    }
    left = left.filter(({ next, log: { events: all } }) => next < all.length);
    if (left.length > 0) finish(Math.min(...left.map(({ newest }) => newest)));
  }
  finish(Number.POSITIVE_INFINITY);
  return traces.filter(({ spans }) => spans.length > 0);
}
