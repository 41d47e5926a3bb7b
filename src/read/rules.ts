import * as z from 'zod';
import {
  type Catalogue,
  createCatalogue,
  type EventKind,
  type MessageSpec,
  type Messages,
  parseTemplate,
  services,
  type Table,
  tables,
} from '../catalogue/index.js';
import { type Known, knownAs } from '../catalogue/releases.js';
import { readYaml } from '../config/yaml-file.js';
import type { ActionName, ActionSpec, Edge, PhaseSpec } from '../lifecycle/define.js';
import { actions } from '../lifecycle/name.js';
import { reasonOf, rulesInvalid } from '../model/errors.js';
import { ownName } from './log-reader.js';

/** Messages and phases of the user. */
export interface Rules {
  readonly catalogue: Catalogue;
  /** all messages of a kind: novaspan's own, and the user's */
  knownAs(kind: EventKind): readonly Known[];
  /** phases of an action: novaspan's own, then the user's */
  phasesOf(spec: ActionSpec): readonly PhaseSpec[];
}

const text = z.string('must be text').min(1, 'must not be empty');
const texts = z
  .union([text, z.array(text).min(1, 'must not be empty')], 'must be text or a list of texts')
  .transform((given) => [given].flat());

const messageSchema = z.strictObject({
  kind: text
    .regex(/^[a-z][a-z0-9]*(?:\.[a-z0-9]+)+$/, 'must be words with dots, such as backup.agent.started')
    .describe('what the line says happened'),
  service: texts.describe('who logs it, such as `nova-compute`'),
  logger: texts.default(['*']).describe('the Python logger or the vlog module; `*` for any'),
  level: z
    .union([z.enum(['DEBUG', 'INFO', 'WARNING', 'ERROR', 'CRITICAL'])])
    .default('INFO')
    .describe('at which level'),
  says: texts.describe('its wordings; `{name:type}` is what varies (docs/catalogue.md is full of them)'),
  seen: texts.describe(
    'real lines, without what stands before the message: each must be read by exactly one wording, and each wording must read one',
  ),
});

const edgeSchema = z
  .union([
    text,
    z.strictObject({
      kinds: texts,
      less: text.optional(),
      derived: z.literal(true).optional(),
      pick: z.enum(['last', 'latest']).optional(),
      anywhere: z.literal(true).optional(),
    }),
  ])
  .transform((given) => (typeof given === 'string' ? { kinds: [given] } : given));
const edgesSchema = z.union([edgeSchema.transform((edge) => [edge]), z.array(edgeSchema).min(1, 'must not be empty')]);

const phaseSchema = z.strictObject({
  action: z.union(
    [z.literal('*'), z.enum(actions.map(({ name }) => name))],
    `must be one of ${actions.map(({ name }) => name).join(', ')}, or "*"`,
  ),
  name: text.describe('the span name'),
  service: texts.describe('whose work it is'),
  from: edgesSchema.describe('the kinds that begin it, in order of preference'),
  to: edgesSchema.describe('the kinds that end it, in order of preference'),
  within: text.optional().describe('the phase that it is a part of; else the root'),
  per: z.enum(['port', 'cycle']).optional().describe('one span for each port, or each plug of a port'),
  repeats: z.literal(true).optional().describe('every pair of lines is a span'),
  debug: z.literal(true).optional().describe('its lines are at DEBUG'),
  expected: z.boolean().default(false).describe('every such action has it: where it is not seen, it is missing'),
});

const rulesSchema = z.strictObject({
  messages: z.array(z.unknown(), 'must be a list').default([]),
  phases: z.array(z.unknown(), 'must be a list').default([]),
});
type Message = z.output<typeof messageSchema>;
type Phase = z.output<typeof phaseSchema>;

/** A message or phase as parsed: a fault in one field does not hide faults in others. */
interface Draft<Whole, Part> {
  /** undefined if there is a fault */
  readonly whole: Whole | undefined;
  /** the valid part */
  readonly part: Part;
  /** fields with faults; `part` may have defaults in their place */
  readonly wrong: ReadonlySet<PropertyKey>;
  /** texts that may be meant as the kind of a message whose field is misspelt */
  readonly texts: readonly string[];
  /** its place, such as `messages.0` */
  readonly place: string;
}
const messagePart = messageSchema.partial();
const phasePart = phaseSchema.partial();
type MessageDraft = Draft<Message, z.output<typeof messagePart> | undefined>;
type PhaseDraft = Draft<Phase, z.output<typeof phasePart> | undefined>;

interface Given {
  readonly file: string;
  readonly messages: readonly MessageDraft[];
  readonly phases: readonly PhaseDraft[];
  /** the kinds that the file adds could not be read */
  readonly isUnread: boolean;
  readonly faults: readonly string[];
}

/**
 * Reads rule files and validates them by the rules of novaspan's own tables.
 * @throws OperatorError RULES_INVALID with all faults
 */
export function loadRules(files: readonly string[]): Rules | undefined {
  if (files.length === 0) return undefined;
  const given = files.map(read);
  const added = given.flatMap(({ messages }) => messages.flatMap(provable).map(tableOf));
  const catalogue = createCatalogue(tables, added);
  const kinds = given.some(({ isUnread }) => isUnread) ? undefined : new Set([...kindsOf(tables), ...given.flatMap(kindsMeant)]);
  const invalid = given
    .map((each) => ({ file: each.file, faults: [...each.faults, ...proveMessages(each, catalogue), ...provePhases(each, kinds)] }))
    .filter(({ faults }) => faults.length > 0);
  if (invalid.length > 0) throw rulesInvalid(invalid);
  return {
    catalogue,
    knownAs: (kind) => [
      ...knownAs(kind),
      ...added.flatMap(({ services: of, messages }) => {
        const spec = messages[kind];
        return spec === undefined ? [] : [{ services: of, spec }];
      }),
    ],
    phasesOf: extender(given.flatMap(({ phases }) => phases.flatMap(({ whole }) => whole ?? []))),
  };
}

const kindsOf = (of: readonly Table<Messages>[]): string[] => of.flatMap(({ messages }) => Object.keys(messages));
const kindsMeant = ({ messages }: Given): string[] =>
  messages.flatMap(({ part, texts }) => (part?.kind === undefined ? texts : [part.kind]));

function read(file: string): Given {
  const yaml = readYaml(file);
  const unread = (faults: readonly string[]): Given => ({ file, messages: [], phases: [], isUnread: true, faults });
  if (yaml.faults.length > 0) return unread(yaml.faults.map((fault) => fault.replace(/^✖ /, '')));
  const faults: string[] = [];
  const add = (place: readonly PropertyKey[], issues: readonly z.core.$ZodIssue[]): void => {
    for (const { path, message } of issues) {
      const whole = [...place, ...path];
      const line = yaml.lineOf(whole);
      faults.push(`${whole.join('.') || 'the file'}: ${message}${line === undefined ? '' : ` (line ${line})`}`);
    }
  };
  const draftsOf = <Whole, Part>(list: string, schema: z.ZodType<Whole>, part: z.ZodType<Part>, all: readonly unknown[]) =>
    all.map((raw, i): Draft<Whole, Part | undefined> => {
      const { issues, ...found } = leniently(schema, part, raw);
      add([list, i], issues);
      const texts = isMapping(raw) ? Object.values(raw).filter((value) => typeof value === 'string') : [];
      return { ...found, texts, place: `${list}.${i}` };
    });
  const top = leniently(rulesSchema, rulesSchema.partial(), yaml.value ?? {});
  add([], top.issues);
  const { messages = [], phases = [] } = top.part ?? {};
  return {
    file,
    messages: draftsOf('messages', messageSchema, messagePart, messages),
    phases: draftsOf('phases', phaseSchema, phasePart, phases),
    isUnread: top.issues.length > 0,
    faults,
  };
}

const isMapping = (raw: unknown): raw is Readonly<Record<string, unknown>> =>
  typeof raw === 'object' && raw !== null && !Array.isArray(raw);

/** Parses with a schema; on faults, with the same schema of optional fields. */
function leniently<Whole, Part>(schema: z.ZodType<Whole>, part: z.ZodType<Part>, raw: unknown) {
  const result = schema.safeParse(raw);
  const issues = result.error?.issues ?? [];
  const wrong = new Set(
    issues.flatMap((issue) => (issue.code === 'unrecognized_keys' && issue.path.length === 0 ? issue.keys : issue.path.slice(0, 1))),
  );
  const rest = isMapping(raw) ? Object.fromEntries(Object.entries(raw).filter(([field]) => !wrong.has(field))) : {};
  return { whole: result.data, part: part.safeParse(rest).data, wrong, issues };
}

/** The part of a message that can be checked: wordings that can be compiled. */
function provable({ part: { kind, service, logger, level, says = [], seen } = {}, wrong, place }: MessageDraft): Message[] {
  const usable = says.filter((wording) => faultOf(place, wording).length === 0);
  if (service === undefined || seen === undefined || usable.length === 0 || wrong.has('logger') || wrong.has('level')) return [];
  return [{ kind: kind ?? place, service, logger: logger ?? [ANY], level: level ?? 'INFO', says: usable, seen }];
}

const tableOf = ({ kind, service, logger, level, says, seen }: Message): Table<Messages> => ({
  services: service,
  messages: { [kind]: { logger, level, says, seen } satisfies MessageSpec },
});

/** Why a wording cannot be compiled. */
function faultOf(kind: string, wording: string): string[] {
  try {
    parseTemplate(wording);
    return [];
  } catch (error) {
    return [`${kind}: ${reasonOf(error)}`];
  }
}

/** Checks that every wording can be compiled and reads a line, and that every line is read in exactly one way. */
function proveMessages({ messages }: Given, catalogue: Catalogue): string[] {
  const faults = messages.flatMap((draft) => [
    ...(draft.part?.says ?? []).flatMap((wording) => faultOf(draft.part?.kind ?? draft.place, wording)),
    ...(draft.part?.service ?? [])
      .filter((each) => !services.includes(each))
      .map(
        (each) =>
          `${draft.part?.kind ?? draft.place}: no log of ${each} is read; it may be ${[...new Set(services.map(ownName))].join(', ')}`,
      ),
    ...provable(draft).flatMap((message) => proveMessage(message, catalogue, message.says.length === draft.part?.says?.length)),
  ]);
  return [...new Set(faults)];
}

/** @param isWhole all wordings are valid; otherwise an unread line may belong to another one */
function proveMessage({ kind, service, logger, says, seen }: Message, catalogue: Catalogue, isWhole: boolean): string[] {
  const faults: string[] = [];
  const used = new Set<string>();
  for (const line of seen) {
    for (const each of service) {
      const found = catalogue.readings(each, logger[0] === ANY ? ANY : logger[0]!, line);
      for (const reading of found) if (reading.kind === kind) used.add(reading.says);
      const general = found.filter(({ spec }) => spec.general !== true);
      if (general.length === 0 && isWhole) faults.push(`${kind}: no wording reads ${JSON.stringify(line)}`);
      else if (general.length > 1) {
        const others = general.map((other) => other.kind).filter((other) => other !== kind);
        faults.push(`${kind}: ${JSON.stringify(line)} is also read as ${others.join(', ') || 'another wording of it'}`);
      }
    }
  }
  return [
    ...faults,
    ...says
      .filter((wording) => !used.has(wording))
      .map((wording) => `${kind}: none of the seen lines is read by ${JSON.stringify(wording)}`),
  ];
}

/** Stands for any logger, for lines of messages with `*`. */
const ANY = '*';

/** @param kinds undefined if a file may add kinds that could not be read */
function provePhases({ phases }: Given, kinds: ReadonlySet<string> | undefined): string[] {
  const own = phases.flatMap(({ part }) => part?.name ?? []);
  return [...new Set(phases.flatMap((draft) => provePhase(draft, own, kinds)))];
}

function provePhase({ part = {}, place }: PhaseDraft, own: readonly string[], kinds: ReadonlySet<string> | undefined): string[] {
  const { action, from = [], to = [], within } = part;
  const phase = `phase "${part.name ?? place}"`;
  const spec = actions.find(({ name }) => name === action);
  const isThere = (name: string): boolean => spec?.phases.some((one) => one.name === name) ?? false;
  return [
    ...[...from, ...to]
      .flatMap((edge) => edge.kinds)
      .filter((kind) => kinds?.has(kind) === false)
      .map((kind) => `${phase}: there is no kind ${kind}: add a message for it, or see \`novaspan catalogue\``),
    ...(spec !== undefined && within !== undefined && !isThere(within) && !own.includes(within)
      ? [`${phase}: ${spec.name} has no phase "${within}" for it to be a part of`]
      : []),
    ...(spec !== undefined && part.name !== undefined && isThere(part.name) ? [`${phase}: ${spec.name} has one of this name`] : []),
  ];
}

/** Returns one extended table per action, always the same object, because derived data is cached by table. */
function extender(phases: readonly Phase[]): (spec: ActionSpec) => readonly PhaseSpec[] {
  const made = new Map<ActionName, readonly PhaseSpec[]>();
  return (spec) => {
    const known = made.get(spec.name);
    if (known !== undefined) return known;
    const own = phases.filter(({ action }) => action === '*' || action === spec.name).map(phaseOf);
    const all = own.length === 0 ? spec.phases : [...spec.phases, ...own];
    made.set(spec.name, all);
    return all;
  };
}

const phaseOf = ({ name, service, from, to, within, per, repeats, debug, expected }: Phase): PhaseSpec => ({
  name,
  service,
  from: from.map(edgeOf),
  to: to.map(edgeOf),
  ...(within !== undefined && { within }),
  ...(per !== undefined && { per }),
  ...(repeats && { repeats }),
  ...(debug && { debug }),
  ...(!expected && { optional: true }),
});

const edgeOf = ({ kinds, ...rest }: Phase['from'][number]): Edge => ({ kinds: kinds as EventKind[], ...rest }) as Edge;
