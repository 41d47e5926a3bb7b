import { noParts, scanOslo } from '../format/oslo.js';
import { noVlogParts, scanVlog } from '../format/vlog.js';
import { isWrapped } from '../format/wrap/index.js';
import { foldingOf } from './unfold.js';

/** A log is diagnosed if one in so many non-empty lines looks like this. */
const SHARE = 3;
/** Maximum number of keys named in a message. */
const MOST_KEYS = 6;
const STAMP = /\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d/;
const HEAD = 300;

/** Logs of other programs, with the look of a line. */
const OTHERS: readonly (readonly [what: string, line: RegExp])[] = [
  ["libvirtd's own log", /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}\+0000: \d+: (?:debug|info|warning|error) :/],
  [
    "qemu's log of one guest",
    /^(?:\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}\+0000: (?:starting up|shutting down|Domain id=)|LC_ALL=C |-name guest=|qemu-system-)/,
  ],
  ["Apache's error log", /^\[[A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d(?:\.\d+)? \d{4}\] \[/],
  ["nginx's error log", /^\d{4}\/\d\d\/\d\d \d\d:\d\d:\d\d \[(?:debug|info|notice|warn|error|crit|alert|emerg)\] \d+#\d+:/],
  ['an access log of Apache or nginx', /^\S+ \S+ \S+ \[\d\d\/[A-Z][a-z]{2}\/\d{4}:\d\d:\d\d:\d\d [+-]\d{4}\] "/],
  ["haproxy's log", /haproxy\[\d+\]: /],
  [
    "RabbitMQ's log",
    /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d+(?:[+-]\d\d:\d\d)? \[(?:debug|info|notice|warning|error)\] <\d+\.\d+\.\d+>|^=[A-Z]+ REPORT==== /,
  ],
  ["MariaDB's log", /^\d{4}-\d\d-\d\d +\d{1,2}:\d\d:\d\d \d+ \[(?:Note|Warning|ERROR)\]/],
  ["Ceph's log", /^\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d\.\d+(?:[+-]\d{4})? [0-9a-f]{8,16} +-?\d+ /],
  ["the kernel's ring buffer (dmesg)", /^\[ *\d+\.\d{6}\] |^\[[A-Z][a-z]{2} [A-Z][a-z]{2} +\d+ \d\d:\d\d:\d\d \d{4}\] /],
  ['a log of klog (Kubernetes)', /^[IWEF]\d{4} \d\d:\d\d:\d\d\.\d{6} +\d+ [\w.-]+:\d+\]/],
  ['what journalctl -o export or verbose prints', /^(?:__CURSOR=|__REALTIME_TIMESTAMP=|_BOOT_ID=| {4}[A-Z_]+=)/],
  ['the output of a command (ls -l)', /^[-dl][rwxsStT-]{9}/],
];

/**
 * One sentence about a log of which no line could be read: what it is, or how its lines differ from readable ones.
 * @param lines its first lines
 * @returns undefined if its lines are readable records: then only the service is unknown
 */
export function diagnose(lines: readonly string[]): string | undefined {
  const full = lines.filter((line) => line.trim() !== '');
  if (full.length === 0) return lines.length === 0 ? 'it is empty' : 'its lines are empty';
  const records = full.filter(isRecord).length;
  if (records * 4 >= full.length * 3) return undefined;
  const other = otherLog(full);
  if (other !== undefined) return other;
  // What wraps them is known: what is missing is a service's own line in it.
  if (full.filter(isWrapped).length * 4 >= full.length * 3) return undefined;
  const { width, isSure } = foldingOf(lines);
  if (width !== undefined && !isSure) return `its lines look wrapped at ${width} columns, as a terminal copies them: take the file itself`;
  // What was surely cut has been joined.
  if (isMany(records, full.length)) return undefined;
  return encodingOf(full) ?? objectsIn(full) ?? dateIn(full) ?? withoutDate(full) ?? 'no line of it holds a date and a time';
}

const TIME_ONLY = /^\s*\d\d:\d\d:\d\d(?:[.,]\d+)? (?:\d+ )?(?:TRACE|DEBUG|INFO|AUDIT|WARNING|ERROR|CRITICAL) \S/;
const NO_TIME = /^\s*(?:\.?\d+ )?(?:TRACE|DEBUG|INFO|AUDIT|WARNING|ERROR|CRITICAL) [a-z_][\w.]* \[?/;

/** Records whose date was cut away. */
function withoutDate(lines: readonly string[]): string | undefined {
  if (isMany(lines.filter((line) => TIME_ONLY.test(line)).length, lines.length))
    return 'its lines begin with a time and no date: put the date of each before it, such as 2026-11-21';
  return isMany(lines.filter((line) => NO_TIME.test(line)).length, lines.length)
    ? "its lines begin with oslo.log's level and logger: the date and the time before them were cut away, and nothing can be said without"
    : undefined;
}

/** Line ends that show a cut: of `less -S`, of pages, of `systemctl status`. */
const CUT_OFF = /(?:\.\.\.|\u2026|>)$/;
/** A bracket of a record that is not closed. */
const BROKEN = / \[(?:None|req-|instance:)[^\]]*$/;
const NARROWEST = 40;
const FEWEST_CUT = 3;

/**
 * The column at which the lines of a log were cut off, in words: such a log is read, but says little.
 * @param lines its first lines
 */
export function cutOffAt(lines: readonly string[]): string | undefined {
  let width = 0;
  for (const line of lines) width = Math.max(width, line.length);
  const longest = lines.filter((line) => line.length === width);
  if (width < NARROWEST || longest.length < FEWEST_CUT || longest.length * SHARE < lines.length) return undefined;
  if (!longest.every((line) => CUT_OFF.test(line)) && !longest.some((line) => BROKEN.test(line))) return undefined;
  return `its lines were cut off at column ${width}, and what stood behind is lost: take the file itself`;
}

const isMany = (some: number, all: number): boolean => some > 0 && some * SHARE >= all;

const isRecord = (line: string): boolean => {
  const bytes = Buffer.from(line);
  return scanOslo(bytes, 0, bytes.length, noParts()) || scanVlog(bytes, 0, bytes.length, noVlogParts());
};

function encodingOf(lines: readonly string[]): string | undefined {
  const text = lines.slice(0, 50).join('\n');
  let zeros = 0;
  let controls = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === 0) zeros++;
    else if (code === 0xfffd || (code < 32 && code !== 9 && code !== 10 && code !== 13 && code !== 27)) controls++;
  }
  if (zeros * 3 > text.length && controls * 10 < text.length) return 'it looks like UTF-16: save it as UTF-8 (iconv -f UTF-16 -t UTF-8)';
  return (zeros + controls) * 10 > text.length ? 'it is binary, not text' : undefined;
}

function otherLog(lines: readonly string[]): string | undefined {
  for (const [what, pattern] of OTHERS)
    if (isMany(lines.filter((line) => pattern.test(line.slice(0, HEAD))).length, lines.length))
      return `its lines look like those of ${what}`;
  return undefined;
}

function objectsIn(lines: readonly string[]): string | undefined {
  if (/^\[(?:\{|$)/.test(lines[0]!.trim())) return 'it is one JSON array: write one object a line (jq -c .[])';
  const objects = lines.filter((line) => line.startsWith('{'));
  if (!isMany(objects.length, lines.length)) return undefined;
  const keys = keysOf(objects);
  if (keys === undefined) return 'lines begin like JSON objects that do not end on them: write one object a line (jq -c .)';
  const named = keys.slice(0, MOST_KEYS).join(', ');
  return `each line is a JSON object with the keys ${named}${keys.length > MOST_KEYS ? ' …' : ''}, which is none of the forms in docs/log-forms.md`;
}

function keysOf(objects: readonly string[]): string[] | undefined {
  for (const object of objects) {
    try {
      const value: unknown = JSON.parse(object);
      // A log's keys go to the terminal.
      if (typeof value === 'object' && value !== null)
        return Object.keys(value).map((key) => key.replaceAll(/[^\w.@-]/g, '?').slice(0, 40));
    } catch {
      // The next one may be whole.
    }
  }
  return undefined;
}

function dateIn(lines: readonly string[]): string | undefined {
  const columns = new Map<number, number>();
  for (const line of lines) {
    const at = STAMP.exec(line.slice(0, HEAD))?.index;
    if (at !== undefined) columns.set(at, (columns.get(at) ?? 0) + 1);
  }
  const dated = [...columns.values()].reduce((sum, n) => sum + n, 0);
  if (!isMany(dated, lines.length)) return undefined;
  const [column, most] = [...columns].sort(([, a], [, b]) => b - a)[0]!;
  if (most * 2 < dated) return 'its lines hold dates, each in another column: what stands before them is no form in docs/log-forms.md';
  if (column > 0) return `a date stands at column ${column + 1} of its lines: what stands before it is no form in docs/log-forms.md`;
  return 'its lines begin with a date, and no process, level and logger of oslo.log follow, nor the bars of OVS and OVN';
}
