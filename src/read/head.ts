import { isWrapped } from '../format/wrap/index.js';
import { EnvelopeReader } from './envelope.js';

/**
 * Records whose head differs from oslo.log's default format: another `logging_context_format_string`, a date with `T`
 * or a zone, or a prefix of a program that copied the line.
 */

const LEVEL = '(?:TRACE|DEBUG|INFO|AUDIT|WARN|WARNING|ERROR|CRITICAL|FATAL)';
const LOOSE = new RegExp(
  String.raw`^[[(]?(?<date>\d{4}-\d\d-\d\d)(?:T|[ _]+)(?<time>\d\d:\d\d:\d\d)(?<fraction>[.,]\d{1,9})?(?<zone> ?(?:Z|UTC|[+-]\d\d:?\d\d))?[\])]?[\s:|,-]+` +
    String.raw`(?:[[(]?(?:pid[ :=]*)?(?<pid>\d{1,10})[\])]?[\s:|,-]+)?(?:MainProcess[\s:|,-]+)?` +
    String.raw`[[(]?(?<level>${LEVEL})[\])]?[\s:|,-]+[[(]?(?<logger>[A-Za-z_][\w-]*(?:\.[\w-]+)*)[\])]?(?:\s*[:|,]\s*|\s+-\s+|\s+)(?<rest>\S.*)$`,
  's',
);
/** The default format, up to the logger. */
const STRICT = new RegExp(String.raw`^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:[.,]\d+)? (?:\d+ )?${LEVEL} \S`);
/** Start of a record, anywhere in a line. */
const INNER = new RegExp(
  String.raw`\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:[.,]\d+)? \d+ ${LEVEL} [A-Za-z_][\w.-]* |\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z\|\d+\|\w+`,
);
/** JSON objects, and lists of Python. */
const OBJECT = /^[^"']{0,40}[{[]\s*["'{[]|^\s*["'][\w@.-]+["']\s*:/;
/** Length that contains no second record start. */
const STAMP_LENGTH = 20;
/** Maximum length of a prefix. */
const FARTHEST = 300;
const DATED = /\d{4}-\d\d-\d\d[ T_]+\d\d:\d\d:\d\d/;

/** Rewrites one line in the default format. */
export type Rewrite = (text: string) => string;

/**
 * @param lines the first lines of a log
 * @returns undefined if their heads are in the default format
 */
export function rewriteOf(lines: readonly string[]): Rewrite | undefined {
  const dated = lines.filter((line) => DATED.test(line.slice(0, FARTHEST)));
  if (dated.length === 0) return undefined;
  const loose = dated.filter((line) => !STRICT.test(line) && LOOSE.test(line)).length;
  if (loose * 4 >= dated.length && loose > 0) return (text) => (STRICT.test(text) ? text : inDefaultFormat(text));
  const behind = dated.filter((line) => innerOf(line) !== undefined && !isKnown(line)).length;
  return behind * 2 >= dated.length ? (text) => (isKnown(text) ? text : (innerOf(text) ?? text)) : undefined;
}

/** A time with a zone is put before the line, as `kubectl logs --timestamps` does: it proves the zone. */
function inDefaultFormat(text: string): string {
  const found = LOOSE.exec(text)?.groups;
  if (found === undefined) return text;
  const { date, time, fraction = '', zone, pid = '0', level, logger, rest } = found;
  const stamp = `${time}${fraction.replace(',', '.')}`;
  const line = `${date} ${stamp} ${pid} ${level} ${logger} ${rest}`;
  if (zone === undefined) return line;
  return `${date}T${time}${fraction === '' ? '.0' : fraction.replace(',', '.')}${zone.trim().replace('UTC', 'Z')} ${line}`;
}

const envelope = new EnvelopeReader();

/** Whether a line is a record itself, or in a known wrapper. */
function isKnown(text: string): boolean {
  const bytes = Buffer.from(text);
  return envelope.read(bytes, 0, bytes.length) !== undefined || isWrapped(text);
}

/**
 * The record after a prefix, if there is just one; in a CSV cell, the text between quotes. Text in an object is escaped
 * and not used.
 */
function innerOf(text: string): string | undefined {
  if (OBJECT.test(text)) return undefined;
  const at = INNER.exec(text.slice(0, FARTHEST * 2))?.index;
  if (at === undefined || at === 0 || at > FARTHEST) return undefined;
  const inner = text.slice(at);
  if (INNER.test(inner.slice(STAMP_LENGTH))) return undefined;
  if (text[at - 1] !== '"') return inner;
  return /^(?:[^"\\]|\\.|"")*/.exec(inner)![0].replaceAll(/""|\\"/g, '"');
}
