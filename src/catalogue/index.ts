import type { MessageSpec, Messages, Table } from './define.js';
import type { Announcement, EventKind } from './event.js';
import { Matcher, UNWANTED } from './matcher.js';
import { ANY_LOGGER, loggersOf, type Message, type Wording, wordingsOf } from './message.js';
import { tables } from './tables.js';
import type { Wants } from './wants.js';

export type { MessageSpec, Messages, Table } from './define.js';
export type { EventKind } from './event.js';
export { holeSpec } from './holes.js';
export { firstReading, type Matcher, UNWANTED } from './matcher.js';
export type { Message } from './message.js';
export { tables } from './tables.js';
export { parseTemplate } from './template.js';
export type { Wants } from './wants.js';

/** The messages that services log, and their meaning. */
export interface Catalogue {
  /** the services whose messages are known */
  readonly services: readonly string[];
  /** Whether a message of this logger is known. */
  knowsLogger(service: string, logger: string): boolean;
  /** All wordings that a service may log. */
  messagesOf(service: string): readonly Message[];
  /**
   * The index of a service's messages. Creating one takes as long as reading thousands of lines, so callers with the
   * same `wants` function (by identity) share it. Kinds that users added are always wanted.
   */
  matcher(service: string, wants: Wants): Matcher;
  /**
   * The content of a message; undefined if the catalogue does not know it, as for most messages.
   *
   * @param message the text after the envelope and the `[instance: …]` prefix on the first line of the record, without
   *   the suffix of DEBUG records; for uWSGI's own lines (logger `uwsgi`) the whole line
   */
  recognise(service: string, logger: string, message: string): Announcement | undefined;
  /** All wordings that match a message, while `recognise` stops at the first. A correct catalogue has at most one. */
  readings(service: string, logger: string, message: string): readonly Message[];
}

const everything: Wants = () => true;

/**
 * Creates a catalogue.
 *
 * @param ours novaspan's own tables
 * @param added tables of users, used together with them
 */
export function createCatalogue(ours: readonly Table<Messages>[], added: readonly Table<Messages>[] = []): Catalogue {
  const wordings = new Map<string, Wording[]>();
  for (const table of [...ours, ...added]) {
    const said = wordingsOf(table);
    for (const service of table.services) wordings.set(service, [...(wordings.get(service) ?? []), ...said]);
  }
  const said = (service: string): readonly Wording[] => wordings.get(service) ?? [];
  const known = new Set(ours.flatMap((table) => Object.keys(table.messages)));
  const isAdded = (kind: EventKind): boolean => added.length > 0 && !known.has(kind);
  const matchers = new Map<Wants, Map<string, Matcher>>();

  const matcher = (service: string, wants: Wants): Matcher => {
    let ofServices = matchers.get(wants);
    if (ofServices === undefined) matchers.set(wants, (ofServices = new Map()));
    let made = ofServices.get(service);
    if (made === undefined) {
      made = new Matcher(said(service), (kind, level) => isAdded(kind) || wants(kind, level));
      ofServices.set(service, made);
    }
    return made;
  };

  return {
    services: [...wordings.keys()].sort(),
    knowsLogger: (service, logger) => said(service).some((wording) => loggersOf(wording).includes(logger)),
    messagesOf: said,
    matcher,
    recognise(service, logger, message) {
      const announced = matcher(service, everything).read(logger, message);
      return announced === UNWANTED ? undefined : announced;
    },
    readings: (service, logger, message) =>
      said(service).filter((wording) => {
        const loggers = loggersOf(wording);
        return (loggers.includes(logger) || loggers.includes(ANY_LOGGER)) && wording.template.read(message) !== undefined;
      }),
  };
}

/** novaspan's own catalogue. */
export const catalogue: Catalogue = createCatalogue(tables);
export const { services, knowsLogger, messagesOf, recognise, readings } = catalogue;

/** The text of docs/catalogue.md. */
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
