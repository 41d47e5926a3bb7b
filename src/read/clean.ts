/**
 * Removes the traces of copying from a text: HTML entities, editor blanks, terminal codes, mail quotes. Only what the
 * first lines of a log show is removed.
 */

/** Restores the original of one line: one line, or several that were joined. */
export type Clean = (text: string) => readonly string[];

interface Cleaner {
  /** whether a dated line shows this trace */
  readonly shows: RegExp;
  /** whether the dated lines contradict it */
  readonly isDoubtful?: (dated: readonly string[]) => boolean;
  readonly clean: (text: string) => string | readonly string[];
}

const DATED = /\d{4}-\d\d-\d\d.{1,8}\d\d:\d\d:\d\d|\d{4}-\d\d-\d\d\S*\s/;
const INVISIBLE = /[\u00ad\u200b-\u200f\u2060\ufeff]/g;
const BLANKS = /[\u00a0\u2000-\u200a\u202f\u205f\u3000]/g;
/**
 * Start of a terminal code, in raw form or as programs print it: `less`, `vim`, Python, a page without the character.
 */
const ESCAPE = String.raw`(?:\x1b|#033|\\{1,2}(?:x1b|033|u001b|e)|\^\[|\u241b|<1B>|<0x1b>|ESC(?=\[[0-9;]*[mK])|[?\ufffd](?=\[[0-9;]*[mK]))`;
const CODES = new RegExp(String.raw`${ESCAPE}(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]{0,200}(?:\x07|\x1b\\)|[()][0-9A-B]|[=>78])`, 'gi');
const CODE = new RegExp(CODES.source, 'i');

const ENTITIES: Readonly<Record<string, string>> = { lt: '<', gt: '>', quot: '"', apos: "'", nbsp: ' ', amp: '&' };
const ENTITY = /&(?:(lt|gt|quot|apos|nbsp|amp)|#(\d{2,5})|#x([0-9a-f]{2,4}));/gi;
/** HTML tags around and in the lines of a log. */
const TAG = /<\/?(?:pre|code|p|span|div|li|ul|ol|td|tr|tt|font|a|b|i|em|strong|mark|samp|html|body|blockquote)(?:\s[^<>]*)?>/gi;
const BREAK = /<br\s*\/?>/i;

const decoded = (text: string): string =>
  text.replace(ENTITY, (_, name: string | undefined, decimal: string | undefined, hexadecimal: string | undefined) =>
    name === undefined
      ? String.fromCharCode(decimal === undefined ? Number.parseInt(hexadecimal!, 16) : Number(decimal))
      : ENTITIES[name.toLowerCase()]!,
  );

const PLAIN: Readonly<Record<string, string>> = {
  '\u2018': "'",
  '\u2019': "'",
  '\u201a': "'",
  '\u201c': '"',
  '\u201d': '"',
  '\u201e': '"',
  '\u2010': '-',
  '\u2011': '-',
  '\u2012': '-',
  '\u2013': '-',
  '\u2014': '-',
  '\u2212': '-',
  '\u2026': '...',
};
const TYPESET = /[\u2010-\u2014\u2018-\u201a\u201c-\u201e\u2026\u2212]/g;
const MARKUP = /\{(?:noformat|code|quote|panel)(?::[^{}]*)?\}|^\s*```\w*(?=\d{4}-)|```\s*$/g;

const FLUENTD = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d+)? [+-]\d{4} [\w.*-]+: (?=\{)/;

const CLEANERS: readonly Cleaner[] = [
  // journalctl -o json-sse
  { shows: /^data: \{/, clean: (text) => text.replace(/^data: (?=\{)/, '') },
  // Output of fluentd: its time and tag.
  { shows: FLUENTD, clean: (text) => text.replace(FLUENTD, '') },
  { shows: /\r+(?=[^\r])/, clean: (text) => text.split(/\r+/).filter((piece) => piece !== '') },
  { shows: INVISIBLE, clean: (text) => text.replace(INVISIBLE, '') },
  { shows: BLANKS, clean: (text) => text.replace(BLANKS, ' ') },
  { shows: CODE, clean: (text) => text.replace(CODES, '') },
  {
    // A log that is no HTML page contains quotation marks or brackets that HTML would escape.
    shows: new RegExp(`${ENTITY.source}|${BREAK.source}|${TAG.source}`, 'i'),
    isDoubtful: (dated) => dated.some((line) => /["<>]/.test(line.replace(TAG, '').replace(new RegExp(BREAK, 'gi'), ''))),
    clean: (text) =>
      text
        .split(BREAK)
        .map((piece) => decoded(piece.replace(TAG, '')))
        .filter((piece, i) => i === 0 || piece !== ''),
  },
  { shows: /\d{4}-\d\d-\d\d\t|\d\d:\d\d:\d\d(?:[.,]\d+)?\t/, clean: (text) => text.replaceAll('\t', ' ') },
  { shows: TYPESET, clean: (text) => text.replace(TYPESET, (sign) => PLAIN[sign]!) },
  { shows: MARKUP, clean: (text) => text.replace(MARKUP, '') },
];

/** Text before each line that belongs to no log. */
const DECORATION = /^[\s>|\u2502\u2503*+<"'`\u2022#-]+(?=\d{4}-\d\d-\d\d[ T]\d\d:)/;
/** Closing text after each line, for the same. */
const CLOSING: readonly string[] = ['"', "'", '`', '|', '\u2502', '\u2503'];

/** A log in one string, as JSON, Python or a shell writes it. */
const JOINED = /\\n(?=\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d)/;
const FEW_LINES = 3;

/**
 * @param lines the first lines of a log
 * @returns undefined if there is nothing to clean
 */
export function cleanerOf(lines: readonly string[]): Clean | undefined {
  const dated = lines.filter((line) => DATED.test(line) || (line.includes('&nbsp;') && DATED.test(decoded(line))));
  if (dated.length === 0) return undefined;
  const steps: Clean[] = [];
  let texts: readonly string[] = dated;
  const add = (step: Clean): void => {
    steps.push(step);
    texts = texts.flatMap(step);
  };
  for (const { shows, isDoubtful, clean } of CLEANERS) {
    // Expressions with `g` keep their position: reset it.
    const isShown = new RegExp(shows.source, shows.flags.replace('g', ''));
    if (!texts.some((text) => isShown.test(text)) || isDoubtful?.(texts) === true) continue;
    add((text) => [clean(text)].flat());
  }
  if (lines.length <= FEW_LINES && texts.some((text) => JOINED.test(text) && !text.startsWith('{')))
    add((text) => text.replace(/^\[?["']|(?:\\n)?["']\]?$/g, '').split(JOINED));
  const undecorated = undecorating(texts);
  if (undecorated !== undefined) add(undecorated);
  if (steps.length === 0) return undefined;
  return (text) => steps.reduce<readonly string[]>((pieces, step) => pieces.flatMap(step), [text]);
}

/** Removes what precedes most dated lines, and what follows them. */
function undecorating(dated: readonly string[]): Clean | undefined {
  const found = new Map<string, number>();
  for (const line of dated) {
    const before = DECORATION.exec(line)?.[0];
    if (before !== undefined) found.set(before, (found.get(before) ?? 0) + 1);
  }
  const [before, lines] = [...found].sort(([, a], [, b]) => b - a)[0] ?? ['', 0];
  if (lines * 2 < dated.length) return undefined;
  const sign = CLOSING.find((each) => before.includes(each));
  const endsWith = (line: string, end: string): boolean => line.trimEnd().endsWith(end);
  const isClosed =
    sign !== undefined && dated.filter((line) => endsWith(line, sign) || endsWith(line, `${sign},`)).length * 2 >= dated.length;
  // A list, as Ansible prints what a command has said: "stdout_lines".
  const isListed = dated.some((line) => endsWith(line, `${sign},`));
  const bare = before.trimEnd();
  return (text) => {
    const isBefore = text.startsWith(before);
    if (!isBefore && (bare === '' || text !== bare)) return [text];
    const rest = text.slice(isBefore ? before.length : bare.length);
    const whole = isListed ? rest.trimEnd().replace(/,$/, '') : rest;
    if (!isClosed || !endsWith(whole, sign)) return [rest];
    const inner = whole.trimEnd().slice(0, -1).trimEnd();
    if (isListed) return [inner.replace(/\\(["'\\])/g, '$1')];
    return [sign === '"' ? inner.replaceAll('""', '"') : inner];
  };
}
