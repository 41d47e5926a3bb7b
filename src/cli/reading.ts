import type { LogForm } from '../model/form.js';
import type { ReplayOptions } from '../pipeline/replay.js';
import type { Io } from './command.js';
import { formOf, rulesOf } from './source-options.js';
import { zonesOf } from './zone.js';

/** Options about logs. */
export interface ReadingValues {
  readonly service: string | undefined;
  readonly timezone: string | undefined;
  readonly rules: string | undefined;
  readonly 'log-form': LogForm | 'auto' | undefined;
  readonly 'log-host'?: string | undefined;
}

type Reading = Pick<ReplayOptions, 'paths' | 'zone' | 'isZoneGiven' | 'signal' | 'stdin' | 'form' | 'service' | 'host' | 'rules'>;

/** The request to the engine that all commands share that read logs. */
export function readingOf(paths: readonly string[], values: ReadingValues, { signal, stdin }: Io): Reading {
  const { service, timezone, rules, 'log-form': form, 'log-host': host } = values;
  return {
    paths,
    zone: timezone === 'auto' ? 'auto' : zonesOf(timezone),
    isZoneGiven: timezone !== undefined,
    signal,
    stdin,
    ...formOf(form),
    ...(service !== undefined && { service }),
    ...(host !== undefined && { host }),
    ...rulesOf(rules),
  };
}
