import * as z from 'zod';
import { configInvalid } from '../model/errors.js';
import { type FieldPath, isSet, standardVariables, variables } from './environment.js';
import { flagFields } from './flags.js';
import { type Config, configSchema } from './schema.js';
import { readYaml, type YamlFile } from './yaml-file.js';

/** Where settings come from, lowest precedence first. */
export interface ConfigSources {
  /** configuration in YAML */
  readonly file?: string | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** options of the command line, without dashes; `backfill` is `'true'` */
  readonly flags: Readonly<Record<string, string>>;
  /** PATHs of the command line: if any are given, they replace all logs */
  readonly paths: readonly string[];
}

/** Merged settings, and the origin of each. */
interface Settings {
  readonly value: Record<string, unknown>;
  /** origin by the dotted path of the field */
  readonly origins: Map<string, string>;
}

/**
 * The configuration of file, environment and command line; the last one wins.
 * @throws OperatorError CONFIG_INVALID with all faults and their origins
 */
export function loadConfig({ file, env, flags, paths }: ConfigSources): Config {
  const yaml = file === undefined ? undefined : readYaml(file);
  const isMapping = isRecord(yaml?.value);
  const settings: Settings = { value: isMapping ? structuredClone(yaml?.value as Record<string, unknown>) : {}, origins: new Map() };

  renameFormer(settings, yaml);
  for (const { field, names } of standardVariables) if (names.some((name) => isSet(env[name]))) remove(settings, field);
  for (const { name: current, former, field, read } of variables) {
    const name = former !== undefined && !isSet(env[current]) ? former : current;
    const text = env[name];
    if (isSet(text)) set(settings, field, read === undefined ? text : read(text), name);
  }
  const named = paths.map((path) => ({ path }));
  if (named.length > 0) set(settings, ['logs'], named, 'PATH');
  for (const [name, text] of Object.entries(flags)) {
    if (name === 'service') setOnLogs(settings, 'service', text, '--service');
    else if (name === 'log-form') setOnLogs(settings, 'form', text, '--log-form');
    else set(settings, flagFields[name]?.field ?? [name], flagFields[name]?.says ?? flagFields[name]?.read?.(text) ?? text, `--${name}`);
  }

  const faults = [...(yaml?.faults ?? [])];
  const isEmpty = yaml?.value === undefined || yaml.value === null;
  if (!isMapping && !isEmpty) faults.push('✖ it must be a mapping of fields, such as `logs:`');
  const result = configSchema.safeParse(settings.value);
  if (result.success && faults.length === 0) return result.data;

  // The contents of an unreadable file are unknown: then only the other sources are checked.
  const issues = (result.error?.issues ?? [])
    .map((issue) => ({ ...issue, origin: originOf(issue, settings, yaml) }))
    .filter(({ origin }) => faults.length === 0 || origin !== undefined)
    .map((issue) => ({ ...issue, message: issue.origin === undefined ? issue.message : `${issue.message} (${issue.origin})` }));
  if (issues.length > 0) faults.push(z.prettifyError({ issues }));
  throw configInvalid(file ?? 'the configuration of environment and command line', faults.join('\n'), result.error);
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);

function set({ value, origins }: Settings, field: FieldPath, given: unknown, origin: string): void {
  let place = value;
  for (const key of field.slice(0, -1)) {
    if (!isRecord(place[key])) place[key] = {};
    place = place[key] as Record<string, unknown>;
  }
  place[field.at(-1)!] = given;
  origins.set(field.join('.'), origin);
}

/** A file of version 0.2 has `receive.spoolBytes`. With both names, the former one is reported as unknown. */
function renameFormer(settings: Settings, yaml: YamlFile | undefined): void {
  const { receive } = settings.value;
  if (!isRecord(receive) || !('spoolBytes' in receive) || 'bufferBytes' in receive) return;
  const line = yaml?.lineOf(['receive', 'spoolBytes']);
  set(settings, ['receive', 'bufferBytes'], receive['spoolBytes'], `spoolBytes, line ${line}`);
  delete receive['spoolBytes'];
}

function remove({ value }: Settings, field: FieldPath): void {
  const place = field.slice(0, -1).reduce<unknown>((within, key) => (isRecord(within) ? within[key] : undefined), value);
  if (isRecord(place)) delete place[field.at(-1)!];
}

/** Sets a field on all logs that do not set it themselves. */
function setOnLogs({ value: { logs }, origins }: Settings, field: string, given: string, origin: string): void {
  if (!Array.isArray(logs)) return;
  for (const [index, log] of logs.entries()) {
    if (!isRecord(log) || log[field] !== undefined) continue;
    log[field] = given;
    origins.set(`logs.${index}.${field}`, origin);
  }
}

/** Origin of a faulty setting: a flag, a variable, or a line of the file. */
function originOf(issue: z.core.$ZodIssue, { origins }: Settings, yaml: YamlFile | undefined): string | undefined {
  const field = issue.code === 'unrecognized_keys' ? [...issue.path, issue.keys[0]!] : issue.path;
  for (let length = field.length; length > 0; length--) {
    const origin = origins.get(field.slice(0, length).join('.'));
    if (origin !== undefined) return `from ${origin}`;
  }
  const line = yaml?.lineOf(field);
  return line === undefined ? undefined : `line ${line}`;
}
