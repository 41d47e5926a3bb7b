import { existsSync, readdirSync, readFileSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { Correlator } from '../../src/correlate/correlator.js';
import type { Event } from '../../src/lifecycle/event.js';
import type { Count } from '../../src/model/counters.js';
import type { FinishedTrace } from '../../src/model/span.js';
import { openSource } from '../../src/read/source.js';
import { parseZones } from '../../src/read/zones.js';
import { findLogs } from '../../src/tail/discover.js';
import { createLineSplitter } from '../../src/tail/lines.js';
import { buildTrace } from '../../src/trace/build.js';

export const GOLDEN = new URL('../golden/', import.meta.url).pathname;

/** The zones that a scenario's OpenStack services log in, as --timezone takes them. */
export const zoneOf = (dir: string): string => (existsSync(join(dir, 'zone')) ? readFileSync(join(dir, 'zone'), 'utf8').trim() : 'UTC');

/** When a scenario's logs were last written, in those that print no year. */
const writtenAt = (dir: string): number | undefined =>
  existsSync(join(dir, 'written')) ? Date.parse(readFileSync(join(dir, 'written'), 'utf8').trim()) : undefined;

/** Git keeps no times of files: gives a scenario's logs theirs, where it says which. */
export function restoreTimes(dir: string): void {
  const at = writtenAt(dir);
  if (at === undefined) return;
  for (const name of readdirSync(dir)) if (name.endsWith('.log')) utimesSync(join(dir, name), at / 1000, at / 1000);
}

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
    const events: Event[] = [];
    const source = openSource({
      path: path.slice(dir.length).replace(/^\//, ''),
      isNamed: false,
      anyHost: 'localhost',
      zone: parseZones(zoneOf(dir)),
      latest: () => writtenAt(dir) ?? Number.NaN,
      count,
      onEvent: (event) => events.push(event),
    });
    if (source === undefined) continue;
    const splitter = createLineSplitter({ sink: source.line, count });
    for (const part of parts) {
      splitter.push(change(readFileSync(part)), 0);
      splitter.end();
    }
    source.end();
    // One that several write to is as many logs.
    for (const { service, host } of source.readers)
      logs.push({ path, service, host, events: events.filter((event) => event.service === service && event.host === host) });
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
