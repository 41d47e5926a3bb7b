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

/** What services say, and what it means. */
export interface Catalogue {
  /** whose messages are known */
  readonly services: readonly string[];
  /** Whether anything this logger says is known. */
  knowsLogger(service: string, logger: string): boolean;
  /** Every wording a service may log. */
  messagesOf(service: string): readonly Message[];
  /**
   * The index of a service's messages: one for all who want the same, as it takes as long to make as thousands of lines to
   * read. Sets are distinguished by the identity of the function. Kinds that users added are wanted by everybody.
   */
  matcher(service: string, wants: Wants): Matcher;
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

const everything: Wants = () => true;

/**
 * @param ours the tables that novaspan is made of
 * @param added tables of users, read beside ours
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

/** novaspan's own. */
export const catalogue: Catalogue = createCatalogue(tables);
export const { services, knowsLogger, messagesOf, recognise, readings } = catalogue;

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
