import type { MessageSpec, Messages, Table } from './define.js';
import type { EventKind } from './event.js';
import { compileTemplate, type Part, type Template } from './template.js';

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

/** The entry for every logger of a service. */
export const ANY_LOGGER = '*';

export const loggersOf = ({ spec }: Message): readonly string[] => [spec.logger].flat();

/** The wordings of a table, in its order. */
export const wordingsOf = ({ messages }: Table<Messages>): Wording[] =>
  Object.entries<MessageSpec>(messages).flatMap(([kind, spec]) =>
    spec.says.map((says) => {
      const template = compileTemplate(says, spec.level);
      return { kind: kind as EventKind, spec, says, parts: template.parts, template };
    }),
  );
