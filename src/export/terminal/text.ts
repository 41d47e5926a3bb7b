import type { Millis } from '../../model/line.js';
import type { Look } from './look.js';

/** `12.870`: seconds to the millisecond. */
export const inSeconds = (duration: Millis): string => {
  const text = (duration / 1000).toFixed(3);
  return text === '-0.000' ? '0.000' : text;
};

/** `74.6 %`; `-` if the whole has no duration. */
export const inPercent = (part: number, whole: number): string => (whole > 0 ? `${((100 * part) / whole).toFixed(1)} %` : '-');

/** `2026-11-21 01:50:31.668 UTC` */
export const inUtc = (at: Millis): string => `${new Date(at).toISOString().replace('T', ' ').replace('Z', '')} UTC`;

/** The first eight characters of a UUID or a trace id, which are enough to find it. */
export const short = (id: string): string => id.replace(/^req-/, '').slice(0, 8);

/** Cuts a text to a width, with an ellipsis. */
export const cut = (text: string, width: number, { glyphs }: Pick<Look, 'glyphs'>): string =>
  text.length <= width ? text : width <= 0 ? '' : text.slice(0, width - 1) + glyphs.ellipsis;

/** Makes a text of a log safe for a terminal: one line without control characters. */
export const tame = (text: string): string =>
  text
    .replace(/\u001b\[[0-9;?]*[a-zA-Z]/g, '')
    .replace(/\s+/g, ' ')
    .replace(/[\u0000-\u001f\u007f-\u009f]/g, '')
    .trim();

/** Wraps words after a label. Further lines are indented below the first word. A long word is not broken. */
export function wrap(label: string, words: readonly string[], width: number): string[] {
  const lines: string[] = [];
  let line = label;
  let empty = true;
  for (const word of words) {
    if (!empty && line.length + 1 + word.length > width) {
      lines.push(line);
      line = ' '.repeat(label.length) + word;
    } else {
      line += empty ? word : ` ${word}`;
    }
    empty = false;
  }
  return [...lines, line];
}

/** A list as words for {@link wrap}: never broken inside an item. */
export const commaed = (items: readonly string[]): string[] => items.map((item, i) => (i < items.length - 1 ? `${item},` : item));

/** The host without its domain. The trace contains the full name. */
export const shortHost = (host: string): string => host.split('.')[0] ?? host;
