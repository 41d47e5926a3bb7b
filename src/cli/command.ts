import { once } from 'node:events';
import type { Writable } from 'node:stream';
import { type ParseArgsConfig, parseArgs } from 'node:util';
import { usage } from '../model/errors.js';
import type { Engine } from './engine.js';
import { nearest } from './nearest.js';
import type { Surroundings } from './surroundings.js';

/** Input and output of a command, besides its arguments. */
export interface Io extends Surroundings {
  readonly engine: Engine;
}

/** An option of a command. */
export interface OptionSpec {
  readonly type: 'string' | 'boolean';
  readonly short?: string;
  /** placeholder of the value in the help */
  readonly value?: string;
  /** the allowed values */
  readonly choices?: readonly string[];
  /** the value if none is given; the next word is taken as the value only if it is one of `choices` */
  readonly bare?: string;
  /** the option can be repeated; its value is a list */
  readonly isRepeatable?: true;
  readonly about: string;
}

export type OptionSpecs = Readonly<Record<string, OptionSpec>>;

/** The value of each option. If not given: `undefined`, `false` for a switch, an empty list for a repeatable option. */
export type Values<O extends OptionSpecs> = {
  readonly [Name in keyof O]: O[Name]['type'] extends 'boolean'
    ? boolean
    : O[Name] extends { readonly isRepeatable: true }
      ? readonly string[]
      : (O[Name] extends { readonly choices: readonly (infer Choice extends string)[] } ? Choice : string) | undefined;
};

export interface CommandSpec<O extends OptionSpecs> {
  readonly name: string;
  /** one line, for the list of commands */
  readonly summary: string;
  /** operands in the usage line */
  readonly operands: string;
  /** allowed number of operands; another number is a usage error */
  readonly takes: { readonly least: number; readonly most: number };
  /** what the command does and what it does not change; one paragraph per item */
  readonly about: readonly string[];
  readonly options: O;
  /** option groups of the help; options in no group come first */
  readonly groups?: readonly { readonly title: string; readonly options: readonly (keyof O & string)[] }[];
  readonly examples: readonly { readonly says: string; readonly command: string }[];
  /** exit codes of this command, besides the common ones */
  readonly exits?: readonly { readonly code: number; readonly means: string }[];
  /** @returns the exit code */
  run(args: { readonly positionals: readonly string[]; readonly values: Values<O> }, io: Io): Promise<number>;
}

/** A command whose option types are erased: it can be listed, documented and run. */
export interface Command extends Omit<CommandSpec<OptionSpecs>, 'run'> {
  execute(argv: readonly string[], io: Io): Promise<number>;
}

/** Makes a command of its specification: adds parsing, and erases the types of its options. */
export function defineCommand<const O extends OptionSpecs>(spec: CommandSpec<O>): Command {
  const { run, ...data } = spec;
  return { ...data, execute: async (argv, io) => run(parse(data, argv), io) };
}

/** Parses the arguments of a command. @throws OperatorError USAGE with the allowed form */
function parse<O extends OptionSpecs>(spec: Omit<CommandSpec<O>, 'run'>, argv: readonly string[]) {
  const remedy = `run \`novaspan help ${spec.name}\``;
  const options: NonNullable<ParseArgsConfig['options']> = {};
  for (const [name, { type, short, bare }] of Object.entries(spec.options))
    options[name] = { type: bare === undefined ? type : 'boolean', ...(short !== undefined && { short }) };
  const { tokens } = parseArgs({ args: [...argv], options, allowPositionals: true, strict: false, tokens: true });

  const values: Record<string, string | boolean | readonly string[] | undefined> = {};
  const lists: Record<string, string[]> = {};
  for (const [name, { isRepeatable, type }] of Object.entries(spec.options)) {
    if (isRepeatable === true) values[name] = lists[name] = [];
    else values[name] = type === 'boolean' ? false : undefined;
  }
  const positionals: string[] = [];
  for (const [place, token] of tokens.entries()) {
    if (token.kind === 'positional' && !isValueBehind(tokens[place - 1], token.value, spec.options)) positionals.push(token.value);
    if (token.kind !== 'option') continue;
    const option = spec.options[token.name];
    if (option === undefined) {
      const meant = nearest(token.name, Object.keys(spec.options));
      throw usage(
        `${spec.name} has no option ${token.rawName}`,
        meant === undefined ? `${remedy} for those it has` : `did you mean --${meant}? (${remedy})`,
      );
    }
    if (option.type === 'boolean') {
      if (token.value !== undefined)
        throw usage(`--${token.name} takes no value, but was given '${token.value}'`, `write --${token.name} alone`);
      values[token.name] = true;
      continue;
    }
    if (option.bare !== undefined && token.value === undefined) {
      const next = tokens[place + 1];
      values[token.name] = next?.kind === 'positional' && isValueBehind(token, next.value, spec.options) ? next.value : option.bare;
      continue;
    }
    // `--service --host x`: a forgotten value, not a service of that name.
    if (token.value === undefined || (!token.inlineValue && /^--?[a-z]/.test(token.value) && !option.choices?.includes(token.value)))
      throw usage(`--${token.name} needs a value`, `write --${token.name} ${placeholderOf(option)}`);
    if (option.choices !== undefined && !option.choices.includes(token.value)) {
      const meant = nearest(token.value, option.choices);
      throw usage(
        `--${token.name} cannot be '${token.value}'`,
        `${meant === undefined ? '' : `did you mean ${meant}? `}allowed: ${option.choices.join(', ')}`,
      );
    }
    const list = lists[token.name];
    if (list === undefined) values[token.name] = token.value;
    else list.push(token.value);
  }

  const { least, most } = spec.takes;
  if (positionals.length < least) throw usage(`${spec.name} needs ${spec.operands}`, `for example: ${spec.examples[0]?.command ?? remedy}`);
  if (positionals.length > most)
    throw usage(
      `${spec.name} takes ${most === 0 ? 'no operands' : `no more than ${spec.operands}`}, but was also given '${positionals[most]}'`,
      remedy,
    );
  return { positionals, values: values as Values<O> };
}

type Token = NonNullable<ReturnType<typeof parseArgs>['tokens']>[number];

/** Whether a word is the value of the option before it, for options whose value may be left out. */
function isValueBehind(before: Token | undefined, word: string, options: OptionSpecs): boolean {
  if (before?.kind !== 'option' || before.value !== undefined) return false;
  const option = options[before.name];
  return option?.bare !== undefined && option.choices?.includes(word) === true;
}

/** Placeholder of an option's value. */
export const placeholderOf = ({ value, choices }: OptionSpec): string => value ?? choices?.join('|') ?? 'VALUE';

/** Writes, and waits while the reader is slower. Rejects with EPIPE if the reader has gone. */
export async function write(stream: Writable, text: string): Promise<void> {
  if (!stream.write(text)) await once(stream, 'drain');
}
