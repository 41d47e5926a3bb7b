import type { OptionSpecs } from './command.js';
import { sortKeys } from './order.js';

/** Options that choose actions: filters first, then the order, then the limit. */
export const selectOptions = {
  action: {
    type: 'string',
    value: 'NAME',
    about: 'only actions of this name, as traces give it: create, live-migration (several with commas)',
  },
  since: {
    type: 'string',
    value: 'TIME',
    about:
      "only actions that were under way at TIME or later: 2026-11-29T04:00:00Z, '2026-11-29 04:00' (in the zone of --timezone), '2 hours ago', PT2H, today, 'yesterday 22:00'",
  },
  until: { type: 'string', value: 'TIME', about: 'only actions that began before TIME' },
  host: { type: 'string', value: 'HOST', about: 'only actions that this host took part in (several with commas)' },
  instance: { type: 'string', value: 'UUID', about: "only this instance's actions; the first digits of its uuid are enough" },
  request: {
    type: 'string',
    value: 'REQ',
    about: 'only actions with a line of this request id, own or global (req-…; 8 digits of it are enough)',
  },
  failed: {
    type: 'boolean',
    about: 'only actions that failed, timed out or were interrupted; not those that the end of the logs leaves unfinished',
  },
  'longer-than': { type: 'string', value: 'TIME', about: "only actions that took longer: 30s, '2 min', PT1H" },
  slowest: { type: 'string', value: 'N', about: 'only the N slowest actions of those' },
  sort: {
    type: 'string',
    choices: sortKeys,
    about:
      'the order (default: start; otlp and json: as they end). -duration is the slowest first. Keeps all in memory, unless --limit is given',
  },
  limit: { type: 'string', value: 'N', about: 'only the first N in that order' },
} as const satisfies OptionSpecs;
