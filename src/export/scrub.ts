import { type Extent, type ScrubRule, scrubRules } from './scrub-rules.js';

const MASK = '***';

const NEEDLES = [...new Set(scrubRules.flatMap(({ needles }) => needles))];
/** Finds the needles of all rules in one search: nearly every text has none. */
const ANY_NEEDLE = new RegExp(NEEDLES.map((needle) => needle.replace(/[.*+?()[\]{}|\\^$]/g, '\\$&')).join('|'), 'i');
/**
 * Two characters of each needle, the rarest ones in lines and ids. A text without any of these pairs contains no
 * needle, so the slow expression, which tries each needle at each place, is not needed.
 */
const PAIRS = ['--', 'za', 'ie', 'x-', 'ar', '.s', 'da', 'rs', 'nj', 'co', 'as', 'wd', 'cr', 'ke', ':/', 'ga', 'ey', '=='];
const ASCII = 0x80;
const isPair = new Uint8Array(ASCII * ASCII);
for (const needle of NEEDLES) {
  const pair = PAIRS.find((each) => needle.includes(each)) ?? needle.slice(0, 2);
  for (const first of [pair[0]!.toLowerCase(), pair[0]!.toUpperCase()])
    for (const second of [pair[1]!.toLowerCase(), pair[1]!.toUpperCase()]) isPair[first.charCodeAt(0) * ASCII + second.charCodeAt(0)] = 1;
}

function mayHaveNeedle(text: string): boolean {
  let last = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code < ASCII && isPair[last + code] === 1) return ANY_NEEDLE.test(text);
    last = code < ASCII ? code * ASCII : 0;
  }
  return false;
}

/** Base64 of this length is a document, whatever its name is. */
const BLOB = /[A-Za-z0-9+/]{256,}={0,2}/g;

/**
 * Replaces each secret, and each user's data, by `***`; returns the same text if there is none. No text can make it
 * slow: a rule is tried only if the text contains one of its needles, patterns are bounded in length, and each value is
 * scanned once.
 */
export function scrubbed(text: string): string {
  let left = text;
  if (mayHaveNeedle(text)) {
    for (const rule of scrubRules) {
      const lower = left.toLowerCase();
      if (rule.needles.some((needle) => lower.includes(needle))) left = without(left, rule);
    }
  }
  return left.length < 256 ? left : left.replace(BLOB, MASK);
}

function without(text: string, { finds, extent }: ScrubRule): string {
  /** the match itself is hidden, whatever follows it */
  const isWhole = extent === 'none' || extent === 'pem';
  let left = '';
  let done = 0;
  finds.lastIndex = 0;
  for (let found = finds.exec(text); found !== null; found = finds.exec(text)) {
    const after = finds.lastIndex;
    const end = endOf(text, after, extent);
    if (!isWhole && end === after) continue;
    // A value that an earlier rule has hidden stays as it is.
    if (!isWhole && text.startsWith(MASK, after)) continue;
    left += text.slice(done, found.index) + (found[1] ?? '') + MASK + (extent === 'none' && found[1] !== undefined ? '@' : '');
    done = end;
    finds.lastIndex = end;
  }
  return done === 0 ? text : left + text.slice(done);
}

/** The index after the footer of a key in PEM, or the end of the text if the key is cut off. */
function endOfKey(text: string, from: number): number {
  const footer = text.indexOf('-----END', from);
  if (footer === -1) return text.length;
  const end = text.indexOf('-----', footer + '-----END'.length);
  return end === -1 ? text.length : end + '-----'.length;
}

function endOf(text: string, from: number, extent: Extent): number {
  switch (extent) {
    case 'none':
      return from;
    case 'element':
      return indexOrEnd(text, '<', from);
    case 'pem':
      return endOfKey(text, from);
    case 'line':
      return endOfRun(text, from, ENDS_LINE);
    case 'value':
      return endOfValue(text, from);
    default:
      return extent satisfies never;
  }
}

const ENDS_LINE = new Set('\n\r"\'');
const ENDS_WORD = new Set(' \t\n\r,}&<"\'');
/** Python's `b'…'` and `u'…'`. */
const PREFIXES = new Set('bu');
const OPENS = new Set('{[(');
const CLOSES = new Set('}])');

/**
 * The end of `'…'`, `"…"`, `\"…\"`, `{…}`, `[…]`, or a word. A value without an end lasts to the end of its line, a
 * document to the end of the text.
 */
function endOfValue(text: string, from: number): number {
  let at = from;
  if (PREFIXES.has(text[at]!)) at++;
  const quoteFrom = at;
  while (text[at] === '\\') at++;
  const first = text[at] ?? '';
  if (first === '"' || first === "'") return endOfQuotation(text, at, text.slice(quoteFrom, at + 1));
  const afterDocument = OPENS.has(first) && at === from ? endOfDocument(text, at) : from;
  return endOfRun(text, afterDocument, ENDS_WORD);
}

/** @param quote with the backslashes before it, which are also before the closing quote */
function endOfQuotation(text: string, at: number, quote: string): number {
  if (quote.length > 1) {
    const end = text.indexOf(quote, at + 1);
    return end === -1 ? indexOrEnd(text, '\n', at) : end + quote.length;
  }
  for (let i = at + 1; i < text.length; i++) {
    if (text[i] === '\\') i++;
    else if (text[i] === quote) return i + 1;
    else if (text[i] === '\n') return i;
  }
  return text.length;
}

function endOfDocument(text: string, from: number): number {
  let depth = 0;
  for (let at = from; at < text.length; at++) {
    const char = text[at]!;
    if (char === '"' || char === "'") at = endOfQuotation(text, at, char) - 1;
    else if (OPENS.has(char)) depth++;
    else if (CLOSES.has(char) && --depth === 0) return at + 1;
  }
  return text.length;
}

function endOfRun(text: string, from: number, ends: ReadonlySet<string>): number {
  let at = from;
  while (at < text.length && !ends.has(text[at]!)) at++;
  return at;
}

const indexOrEnd = (text: string, what: string, from: number): number => {
  const at = text.indexOf(what, from);
  return at === -1 ? text.length : at;
};
