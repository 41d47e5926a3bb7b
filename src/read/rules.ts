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

/** Messages and phases that users added to novaspan's own. */
export interface Rules {
  readonly catalogue: Catalogue;
  /** where a kind is found: novaspan's own, and those that were added */
  knownAs(kind: EventKind): readonly Known[];
  /** an action's phases: its own, then those that were added */
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
  messages: z.array(messageSchema, 'must be a list').default([]),
  phases: z.array(phaseSchema, 'must be a list').default([]),
});
type Given = z.output<typeof rulesSchema>;

/**
 * Reads rule files and proves them as novaspan proves its own tables.
 *
 * @throws OperatorError RULES_INVALID with everything that is wrong in the first file that is
 */
export function loadRules(files: readonly string[]): Rules | undefined {
  if (files.length === 0) return undefined;
  const given = files.map((file) => read(file));
  for (const [place, file] of files.entries()) {
    const faults = given[place]!.messages.flatMap(({ kind, says }) => says.flatMap((wording) => faultOf(kind, wording)));
    if (faults.length > 0) throw rulesInvalid(file, faults);
  }
  const added = given.flatMap(({ messages }) => messages.map(tableOf));
  const catalogue = createCatalogue(tables, added);
  const kinds = new Set([...tables, ...added].flatMap((table) => Object.keys(table.messages)));
  for (const [place, file] of files.entries()) {
    const faults = [...proveMessages(given[place]!, catalogue), ...provePhases(given[place]!, kinds)];
    if (faults.length > 0) throw rulesInvalid(file, faults);
  }
  return {
    catalogue,
    knownAs: (kind) => [
      ...knownAs(kind),
      ...added.flatMap(({ services: of, messages }) => {
        const spec = messages[kind];
        return spec === undefined ? [] : [{ services: of, spec }];
      }),
    ],
    phasesOf: extender(given.flatMap(({ phases }) => phases)),
  };
}

function read(file: string): Given {
  const yaml = readYaml(file);
  if (yaml.faults.length > 0)
    throw rulesInvalid(
      file,
      yaml.faults.map((fault) => fault.replace(/^✖ /, '')),
    );
  const result = rulesSchema.safeParse(yaml.value ?? {});
  if (result.success) return result.data;
  throw rulesInvalid(
    file,
    result.error.issues.map(({ path, message }) => {
      const line = yaml.lineOf(path);
      return `${path.join('.') || 'the file'}: ${message}${line === undefined ? '' : ` (line ${line})`}`;
    }),
  );
}

const tableOf = ({ kind, service, logger, level, says, seen }: Given['messages'][number]): Table<Messages> => ({
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

/** Every wording reads a line, and every line is read in exactly one way. */
function proveMessages({ messages }: Given, catalogue: Catalogue): string[] {
  const faults: string[] = [];
  for (const { kind, service, logger, says, seen } of messages) {
    for (const each of service) {
      if (!services.includes(each))
        faults.push(`${kind}: no log of ${each} is read; it may be ${[...new Set(services.map(ownName))].join(', ')}`);
    }
    const used = new Set<string>();
    for (const line of seen) {
      for (const each of service) {
        const found = catalogue.readings(each, logger[0] === '*' ? ANY : logger[0]!, line);
        for (const reading of found) if (reading.kind === kind) used.add(reading.says);
        const general = found.filter(({ spec }) => spec.general !== true);
        if (general.length === 0) faults.push(`${kind}: no wording reads ${JSON.stringify(line)}`);
        else if (general.length > 1)
          faults.push(
            `${kind}: ${JSON.stringify(line)} is also read as ${
              general
                .map((other) => other.kind)
                .filter((other) => other !== kind)
                .join(', ') || 'another wording of it'
            }`,
          );
      }
    }
    for (const wording of says) {
      if (!used.has(wording)) faults.push(`${kind}: none of the seen lines is read by ${JSON.stringify(wording)}`);
    }
  }
  return [...new Set(faults)];
}

/** Stands for whatever logger a line with `*` may come from. */
const ANY = '*';

function provePhases({ phases }: Given, kinds: ReadonlySet<string>): string[] {
  const faults: string[] = [];
  for (const phase of phases) {
    for (const kind of [...phase.from, ...phase.to].flatMap((edge) => edge.kinds))
      if (!kinds.has(kind))
        faults.push(`phase "${phase.name}": there is no kind ${kind}: add a message for it, or see \`novaspan catalogue\``);
    for (const spec of actions.filter(({ name }) => phase.action === '*' || name === phase.action)) {
      const names = new Set([...spec.phases.map(({ name }) => name), ...phases.map(({ name }) => name)]);
      if (phase.within !== undefined && phase.action !== '*' && !names.has(phase.within))
        faults.push(`phase "${phase.name}": ${spec.name} has no phase "${phase.within}" for it to be a part of`);
      if (phase.action !== '*' && spec.phases.some(({ name }) => name === phase.name))
        faults.push(`phase "${phase.name}": ${spec.name} has one of this name`);
    }
  }
  return [...new Set(faults)];
}

/** One table for each action, made once: what is worked out from a table is kept by it. */
function extender(phases: Given['phases']): (spec: ActionSpec) => readonly PhaseSpec[] {
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

const phaseOf = ({ name, service, from, to, within, per, repeats, debug, expected }: Given['phases'][number]): PhaseSpec => ({
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

const edgeOf = ({ kinds, ...rest }: Given['phases'][number]['from'][number]): Edge => ({ kinds: kinds as EventKind[], ...rest }) as Edge;
