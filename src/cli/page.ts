import type { OptionSpecs } from './command.js';
import { sourceOptions } from './source-options.js';

/** Output formats of `compare` and `report`. */
const pageFormats = ['text', 'json', 'csv', 'markdown', 'html'] as const;

/** Options that `compare` and `report` share. */
export const pageOptions = {
  ...sourceOptions,
  timezone: {
    ...sourceOptions.timezone,
    about: `${sourceOptions.timezone.about}. Services in another zone follow it: Asia/Seoul,placement=UTC. auto takes the zones that the logs prove`,
  },
  format: {
    type: 'string',
    choices: pageFormats,
    about: 'text (default); json for jq (durations in seconds, times in seconds since 1970); csv; markdown; html: one page without scripts',
  },
  output: { type: 'string', short: 'o', value: 'FILE', about: 'write the result to FILE instead of stdout' },
  all: { type: 'boolean', about: 'text: every phase, also those without a finding' },
  quiet: { type: 'boolean', short: 'q', about: 'only the result, and errors' },
  'no-color': { type: 'boolean', about: 'no colours' },
} as const satisfies OptionSpecs;

/** Splits a list with commas. */
export const listOf = (text: string): string[] =>
  text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
