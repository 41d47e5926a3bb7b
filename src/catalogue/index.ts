import type { MessageSpec, Messages, Table } from './define.js';
import type { Announcement, EventKind } from './event.js';
import { tables } from './tables.js';
import { compileTemplate, type Part, type Template } from './template.js';

export type { MessageSpec, Messages, Table } from './define.js';
export type { Announcement, EventKind, FieldsOf, FieldValue, Vif } from './event.js';
export { type HoleType, holeSpec, holes } from './holes.js';
export { tables } from './tables.js';
export { type Hole, type Part, parseTemplate } from './template.js';

/** One wording of one kind. */
export interface Message {
  readonly kind: EventKind;
  readonly spec: MessageSpec;
  readonly says: string;
  readonly parts: readonly Part[];
}

/** A wording that can be tried on a message. */
export interface Wording extends Message {
  readonly template: Template;
}

/** What one logger of one service may say. A line looks only at the candidates that begin as it does. */
interface Bucket {
  /** by the first START characters */
  readonly byStart: Map<string, Wording[]>;
  /** begin with a hole */
  readonly open: Wording[];
  readonly general: Wording[];
}

const START = 4;
const ANY_LOGGER = '*';

/** What services say, and what it means. */
export interface Catalogue {
  /** whose messages are known */
  readonly services: readonly string[];
  /** kinds that users added: they are read whatever the tables of actions want */
  readonly added: ReadonlySet<EventKind>;
  /** Whether anything this logger says is known. */
  knowsLogger(service: string, logger: string): boolean;
  /** Every wording a service may log. */
  messagesOf(service: string): readonly Message[];
  /** The loggers of a service whose messages are known; `*` stands for any. */
  loggersOf(service: string): readonly string[];
  /** What a logger may say, in the order in which `recognise` tries it. */
  wordingsOf(service: string, logger: string): readonly Wording[];
  /**
   * What a message announces; `undefined` for a message the catalogue does not know, which is most of them.
   *
   * @param message what follows the envelope and the `[instance: …]` prefix on the first line of the record, without
   *   the suffix oslo.log puts on DEBUG records; for uWSGI's own lines (logger `uwsgi`) the whole line
   */
  recognise(service: string, logger: string, message: string): Announcement | undefined;
  /** Every reading of a message, where `recognise` stops at the first: a healthy catalogue gives one at most. */
  readings(service: string, logger: string, message: string): readonly Message[];
}

/**
 * @param ours the tables that novaspan is made of
 * @param added tables of users, read beside ours
 */
export function createCatalogue(ours: readonly Table<Messages>[], added: readonly Table<Messages>[] = []): Catalogue {
  const buckets = new Map<string, Map<string, Bucket>>();
  const messages = new Map<string, Wording[]>();
  for (const table of [...ours, ...added]) {
    for (const [kind, spec] of Object.entries<MessageSpec>(table.messages)) {
      for (const says of spec.says) {
        const template = compileTemplate(says, spec.level);
        const wording: Wording = { kind: kind as EventKind, spec, says, parts: template.parts, template };
        for (const service of table.services) {
          listIn(messages, service).push(wording);
          for (const logger of [spec.logger].flat()) file(wording, bucketIn(buckets, service, logger));
        }
      }
    }
  }
  const known = new Set(ours.flatMap((table) => Object.keys(table.messages)));

  return {
    services: [...buckets.keys()].sort(),
    added: new Set(added.flatMap((table) => Object.keys(table.messages)).filter((kind) => !known.has(kind))) as ReadonlySet<EventKind>,
    knowsLogger: (service, logger) => buckets.get(service)?.has(logger) ?? false,
    messagesOf: (service) => messages.get(service) ?? [],
    loggersOf: (service) => [...(buckets.get(service)?.keys() ?? [])],
    wordingsOf(service, logger) {
      const bucket = buckets.get(service)?.get(logger);
      return bucket === undefined ? [] : [...[...bucket.byStart.values()].flat(), ...bucket.open, ...bucket.general];
    },
    recognise(service, logger, message) {
      const loggers = buckets.get(service);
      if (loggers === undefined) return undefined;
      return readIn(loggers.get(logger), message) ?? readIn(loggers.get(ANY_LOGGER), message);
    },
    readings: (service, logger, message) =>
      (messages.get(service) ?? []).filter(({ spec, template }) => {
        const loggers = [spec.logger].flat();
        return (loggers.includes(logger) || loggers.includes(ANY_LOGGER)) && template.read(message) !== undefined;
      }),
  };
}

function bucketIn(buckets: Map<string, Map<string, Bucket>>, service: string, logger: string): Bucket {
  let loggers = buckets.get(service);
  if (loggers === undefined) buckets.set(service, (loggers = new Map()));
  let bucket = loggers.get(logger);
  if (bucket === undefined) loggers.set(logger, (bucket = { byStart: new Map(), open: [], general: [] }));
  return bucket;
}

function file(wording: Wording, bucket: Bucket): void {
  const { prefix } = wording.template;
  if (wording.spec.general === true) bucket.general.push(wording);
  else if (prefix.length < START) bucket.open.push(wording);
  else listIn(bucket.byStart, prefix.slice(0, START)).push(wording);
}

function listIn<T>(lists: Map<string, T[]>, key: string): T[] {
  let list = lists.get(key);
  if (list === undefined) lists.set(key, (list = []));
  return list;
}

function readIn(bucket: Bucket | undefined, message: string): Announcement | undefined {
  if (bucket === undefined) return undefined;
  return (
    firstReading(bucket.byStart.get(message.slice(0, START)), message) ??
    firstReading(bucket.open, message) ??
    firstReading(bucket.general, message)
  );
}

function firstReading(candidates: readonly Wording[] | undefined, message: string): Announcement | undefined {
  if (candidates === undefined) return undefined;
  for (const { kind, template } of candidates) {
    if (!message.startsWith(template.prefix)) continue;
    const reading = template.read(message);
    if (reading !== undefined) return { kind, fields: reading.fields, text: reading.text };
  }
  return undefined;
}

/** novaspan's own. */
export const catalogue: Catalogue = createCatalogue(tables);
export const { services, knowsLogger, messagesOf, loggersOf, wordingsOf, recognise, readings } = catalogue;

/** docs/catalogue.md: the tables, for people. */
export function catalogueMarkdown(): string {
  const sections = tables.map((table) => {
    const rows = Object.entries<MessageSpec>(table.messages).map(
      ([kind, { logger, level, says, since, until, general }]) =>
        `| \`${kind}\`${general === true ? ' (general)' : ''} | ${joined(level)} | ${joined(logger, code)} | ${joined(says, code)} | ${releases(since, until)} |`,
    );
    return [
      `## ${table.services.join(', ')}`,
      '',
      '| kind | level | logger | wordings | releases |',
      '| --- | --- | --- | --- | --- |',
      ...rows,
      '',
    ].join('\n');
  });
  return `${HEAD}\n${sections.join('\n')}`;
}

const HEAD = `# The message catalogue

Generated from \`src/catalogue\` by \`npm run docs\`; do not edit. These are the messages that novaspan reads, by the
services that log them. Braces mark what varies: \`{seconds:float}\` is a field named \`seconds\`. A *general* message is
read only when no other entry reads the line. Where no release is given, every release from Ocata on says so.
`;

const joined = (given: string | readonly string[], wrap: (text: string) => string = (text) => text): string =>
  [given].flat().map(wrap).join('<br>');

/** Text as code in a cell: a pipe would end the cell. */
const code = (text: string): string => `\`${text.replaceAll('|', '\\|')}\``;

function releases(since: string | undefined, until: string | undefined): string {
  if (since === undefined && until === undefined) return 'all';
  return `${since ?? ''}…${until ?? ''}`;
}
