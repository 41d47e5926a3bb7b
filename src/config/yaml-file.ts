import { readFileSync } from 'node:fs';
import { isMap, LineCounter, parseDocument } from 'yaml';
import { reasonOf } from '../model/errors.js';

/** Content of a configuration file, not yet validated. */
export interface YamlFile {
  readonly value: unknown;
  /** why the file cannot be read or is not YAML */
  readonly faults: readonly string[];
  /** Line of a field, or of its nearest parent that exists. */
  lineOf(field: readonly PropertyKey[]): number | undefined;
}

/**
 * Reads a YAML file. Faults contain no text of the file, as it may hold credentials; the parser quotes text after a
 * colon.
 */
export function readYaml(path: string): YamlFile {
  const lines = new LineCounter();
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (cause) {
    return unusable([`✖ it cannot be read: ${reasonOf(cause)}`]);
  }
  const document = parseDocument(text, { prettyErrors: false, lineCounter: lines });
  const faults = [...document.errors, ...document.warnings].map(({ message, pos: [at] }) => {
    const { line, col } = lines.linePos(at);
    return `✖ line ${line}, column ${col}: ${message.split(': ', 1)[0]}`;
  });
  if (faults.length > 0) return unusable(faults);

  const keyLine = (field: readonly PropertyKey[]): number | undefined => {
    const parent = document.getIn(field.slice(0, -1), true) ?? document.contents;
    const pair = isMap(parent) ? parent.items.find(({ key }) => String(key) === String(field.at(-1))) : undefined;
    const node = (pair?.key ?? document.getIn(field, true)) as { range?: readonly number[] | null } | undefined;
    return node?.range ? lines.linePos(node.range[0]!).line : undefined;
  };
  let value: unknown;
  try {
    value = document.toJS();
  } catch {
    return unusable(['✖ it has an alias, such as *name, that stands for nothing: text that begins with * must be in quotes']);
  }
  return {
    value,
    faults: [],
    lineOf(field) {
      for (let length = field.length; length > 0; length--) {
        const line = keyLine(field.slice(0, length));
        if (line !== undefined) return line;
      }
      return undefined;
    },
  };
}

const unusable = (faults: readonly string[]): YamlFile => ({ value: undefined, faults, lineOf: () => undefined });
