import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { messagesOf, services } from '../../src/catalogue/index.js';
import { formatOf } from '../../src/read/log-reader.js';
import { nameLog } from '../../src/tail/name.js';
import { GOLDEN, scenarios } from '../support/scenario.js';

/** A line as its service wrote it. The stamp and the ids in it are replaced by those of the moment. */
export interface Seed {
  readonly service: string;
  readonly text: string;
}

/** What stands between the pid and the message, by release. */
const OSLO = [
  (logger: string, level: string, message: string) =>
    `${level} ${logger} [None REQUEST USER PROJECT - - default default] [instance: INSTANCE] ${message}`,
  (logger: string, level: string, message: string) => `${level} ${logger} [REQUEST REQUEST USER PROJECT - - default default] ${message}`,
  (logger: string, level: string, message: string) =>
    `${level} ${logger} [REQUEST USER PROJECT - default default] [instance: INSTANCE] ${message}`,
  (logger: string, level: string, message: string) => `${level} ${logger} [-] ${message}`,
  (logger: string, level: string, message: string) => `${level} ${logger} ${message}`,
];
const SUFFIX = ' do_it /usr/lib/python3/dist-packages/nova/compute/manager.py:2223';

/** Every real line of the catalogue, in the envelopes of all releases. */
export function catalogueSeeds(): Seed[] {
  return services.flatMap((service) =>
    messagesOf(service).flatMap(({ spec }) =>
      spec.seen.flatMap((message): Seed[] => {
        const logger = [spec.logger].flat()[0]!.replace('*', 'any.logger');
        const level = [spec.level].flat()[0]!;
        if (logger === 'uwsgi') return [{ service, text: message }];
        if (formatOf(service) === 'vlog')
          return [logger, `${logger}(thread1)`].map((module) => ({ service, text: `STAMPTZ|00077|${module}|INFO|${message}` }));
        const suffix = level === 'DEBUG' ? SUFFIX : '';
        return OSLO.map((envelope) => ({ service, text: `STAMP 7 ${envelope(logger, level, message)}${suffix}` }));
      }),
    ),
  );
}

const STAMP = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}/;
const VLOG_STAMP = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/;

/** Lines of recorded clouds: so many of each log of each scenario, spread over it. */
export function recordedSeeds(perLog: number): Seed[] {
  const seeds: Seed[] = [];
  for (const scenario of scenarios()) {
    for (const name of readdirSync(join(GOLDEN, scenario))) {
      const service = nameLog(name)?.service;
      if (service === undefined || !/\.log(?:\.\d)?(?:\.gz)?$/.test(name)) continue;
      const bytes = readFileSync(join(GOLDEN, scenario, name));
      const lines = (name.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8').split('\n');
      const step = Math.max(1, Math.floor(lines.length / perLog));
      for (let at = 0; at < lines.length; at += step)
        seeds.push({ service, text: lines[at]!.replace(STAMP, 'STAMP').replace(VLOG_STAMP, 'STAMPTZ') });
    }
  }
  return seeds;
}

const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g;

/** The pieces of a seed between what is replaced: cut once, put together a million times. */
export interface Cut {
  readonly service: string;
  readonly pieces: readonly string[];
}

/** `@` stands for an id, `STAMP` for a time. */
export function cutSeed({ service, text }: Seed): Cut {
  const marked = text
    .replace(/\breq-[0-9a-f]{8}-[0-9a-f-]{27}/g, '\u0001REQUEST\u0001')
    .replace(UUID, '\u0001ID\u0001')
    .replace(/STAMPTZ|STAMP|REQUEST|INSTANCE|USER|PROJECT/g, (mark) => (mark === 'REQUEST' ? 'REQUEST' : `\u0001${mark}\u0001`))
    .replace(/(?<!\u0001)REQUEST(?!\u0001)/g, '\u0001REQUEST\u0001');
  return { service, pieces: marked.split('\u0001') };
}
