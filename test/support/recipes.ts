import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** One step of CONTRIBUTING.md: a text, and where it goes. */
export interface Step {
  /** which recipe it is a part of: the word in the comment before the block */
  readonly recipe: string;
  readonly file: string;
  readonly where: 'below' | 'above' | 'at the end' | 'new file';
  /** the line beside which it goes, or how that begins */
  readonly beside: { readonly line: string } | { readonly begin: string } | undefined;
  readonly text: string;
}

const BLOCK = /^<!-- (?<recipe>[a-z]+) -->\n```[a-z]*\n(?<text>[\s\S]*?)^```$/gm;
/** What the sentence before a block says. The last one in the text before it counts. */
const SAYS = [
  { where: 'below', says: /\bin `(?<file>[^`]+)`, below the line `(?<line>[^`]+)`/gi },
  { where: 'above', says: /\bin `(?<file>[^`]+)`, above the line `(?<line>[^`]+)`/gi },
  { where: 'above', says: /\bin `(?<file>[^`]+)`, above the line that begins with ``(?<begin>(?:[^`]|`(?!`))+)``/gi },
  { where: 'at the end', says: /\bat the end of `(?<file>[^`]+)`/gi },
  { where: 'new file', says: /\bmake the file `(?<file>[^`]+)`/gi },
] as const;

/** The steps of the page, in its order. Throws for a block that no sentence before it places. */
export function stepsOf(page: string): Step[] {
  let from = 0;
  return [...page.matchAll(BLOCK)].map(({ index, groups, 0: block }) => {
    const before = page.slice(from, index).replace(/\s+/g, ' ');
    from = index + block.length;
    const found = SAYS.flatMap(({ where, says }) => [...before.matchAll(says)].map((match) => ({ where, match }))).sort(
      (a, b) => b.match.index - a.match.index,
    )[0];
    if (found === undefined) throw new Error(`CONTRIBUTING.md does not say where this goes:\n${groups!['text']}`);
    const { file, line, begin } = found.match.groups!;
    const beside = line !== undefined ? { line } : begin !== undefined ? { begin: begin.trim() } : undefined;
    return { recipe: groups!['recipe']!, file: file!, where: found.where, beside, text: groups!['text']! };
  });
}

/** Does a step in the tree at `root`. Throws where its file or its line is not there. */
export function apply(root: string, { file, where, beside, text }: Step): void {
  const path = join(root, file);
  if (where === 'new file') {
    if (existsSync(path)) throw new Error(`${file} is there already`);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
    return;
  }
  const before = readFileSync(path, 'utf8');
  const lines = before.split('\n');
  const at = where === 'at the end' ? lines.length - 1 : placeOf(lines, beside!, file) + (where === 'below' ? 1 : 0);
  lines.splice(at, 0, ...text.split('\n').slice(0, -1));
  writeFileSync(path, lines.join('\n'));
}

function placeOf(lines: readonly string[], beside: NonNullable<Step['beside']>, file: string): number {
  const at = lines.findIndex((line) => ('line' in beside ? line.trim() === beside.line : line.startsWith(beside.begin)));
  if (at === -1) throw new Error(`${file} has no such line: ${'line' in beside ? beside.line : beside.begin}`);
  return at;
}
