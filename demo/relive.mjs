// A recording of real logs, as if it happened now: its times are moved, its ids are new, and all else stays as it was written.

import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';

/** `2026-11-21 01:50:29.587`, with `T`, without milliseconds: the stamp of a line, and stamps in its text. */
const STAMP = /\b(\d{4}-\d\d-\d\d)([ T])(\d\d:\d\d:\d\d)(\.\d{1,6})?/g;
const LINE_STAMP = /^(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d\.\d{3})/;
/** as glance's request lines have it */
const WEB_STAMP = /\[(\d\d)\/([A-Z][a-z]{2})\/(\d{4}) (\d\d:\d\d:\d\d)\]/g;
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
/** Stamps further away than this are no part of what was recorded: an image's age, a certificate's end. */
const DAY = 24 * 3600 * 1000;

const UUID = /\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/g;
/** Devices are called by the first 11 characters of their port; those of metadata by 10 of their network, and 0 or 1. */
const DEVICE = /\b(tap|qbr|qvo|qvb|qvm)([0-9a-f]{8}-[0-9a-f]{2})\b/g;
/** neutron gives ports fa:16:3e, and libvirt fe:16:3e to their other end */
const MAC = /\b(f[ae]:16:3e):([0-9a-f]{2}:[0-9a-f]{2}:[0-9a-f]{2})\b/g;

/** Lengths that lines tell, in seconds in the second group; they end with their line. */
const LENGTHS = [
  /(\b[Tt]ook )(\d+(?:\.\d+)?)(?= seconds\b)/g,
  /( time: )(\d+\.\d+)/g,
  /(:: (?:waited|held) )(\d+\.\d+)(?=s\b)/g,
  /(\btimed out after )(\d+(?:\.\d+)?)(?= seconds\b)/g,
  /(\bTimeout: )(\d+)(?= seconds\b)/g,
  /(\bInstance event wait completed in )(\d+)(?= seconds\b)/g,
  /( HTTP\/1\.\d" \d{3} \d+ )(\d+\.\d+)(?=$)/gm,
];

const EPOCH = /(<LifecycleEvent: )(\d+\.\d+)/g;
/** |00252|pinctrl(ovn_pinctrl0)| : each thread counts its own lines */
const SERIAL = /^(\S+Z\|)\d+(\|[^|(]*(\([^)]*\))?\|)/;

/**
 * Reads the logs of a folder, which must be in UTC.
 *
 * @returns `from` and `to` (ms since 1970, of the first and the last stamp) and `lines` in the order in which they were written:
 *   each with the `log` (a file name) it belongs to, its `text` without newline, and `due` (ms): a line is written after those before it,
 *   whatever its own stamp says
 */
export function readRecording(folder) {
  const names = readdirSync(folder);
  if (names.includes('zone'))
    throw new Error(`${folder}: only recordings in UTC can be relived, and this one says that its zone is another`);
  const lines = names
    .filter((name) => /\.log(\.gz)?$/.test(name))
    .sort()
    .flatMap((name) => linesOf(name.replace(/\.gz$/, ''), join(folder, name)));
  if (lines.length === 0) throw new Error(`${folder} holds no logs`);
  lines.sort((a, b) => a.due - b.due);
  return { from: lines.reduce((least, { at }) => Math.min(least, at), Number.POSITIVE_INFINITY), to: lines.at(-1).due, lines };
}

function linesOf(log, path) {
  const bytes = readFileSync(path);
  const texts = (path.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString().split('\n');
  if (texts.at(-1) === '') texts.pop();
  const first = texts.map(stampOf).find((at) => at !== undefined);
  if (first === undefined) return [];
  let at = first;
  let due = first;
  return texts.map((text) => {
    at = stampOf(text) ?? at;
    due = Math.max(due, at);
    return { log, text, at, due };
  });
}

function stampOf(line) {
  const stamp = LINE_STAMP.exec(line);
  return stamp === null ? undefined : Date.parse(`${stamp[1]}T${stamp[2]}Z`);
}

/**
 * The lines of a recording as they would be if it began at another time.
 *
 * Uuids, request ids, devices and MAC addresses become new ones that belong together as the old ones did; lines of OVS and OVN are numbered anew.
 *
 * With `stretch` and `pauses` it can be made slower. The times of lines and the lengths that they tell ("Took 8.35 seconds") then grow
 * together. **Such a boot was never recorded: say so where you show it.**
 *
 * @param startsAt when its first line shall be of, in ms since 1970
 * @param salt what makes its ids differ from those of other times; the same salt gives the same ids
 * @param stretch how many times slower all shall be
 * @param pauses `{ before, ms }`: everything stands still for so long before the first line that holds the text `before`
 * @param serials the numbers that OVS and OVN have reached, by log and thread; hand the same one in again to go on with them
 * @returns lines in the order in which they are to be written: `log`, `due` (ms since 1970), `text` without newline
 */
export function relive({ from, lines }, { startsAt, salt, stretch = 1, pauses = [], serials = new Map() }) {
  const stops = pauses.map(({ before, ms }) => ({ at: firstWith(lines, before), ms }));
  const moved = (at) => startsAt + (at - from) * stretch + stops.reduce((sum, stop) => sum + (at >= stop.at ? stop.ms : 0), 0);
  const isSlower = stretch !== 1 || stops.length > 0;
  const renamed = renaming(lines, salt);
  return lines.map(({ log, text, at, due }) => {
    const slower = (_, before, seconds) => before + withDigitsOf(seconds, (moved(at) - moved(at - Number(seconds) * 1000)) / 1000);
    const told = isSlower ? LENGTHS.reduce((all, length) => all.replace(length, slower), text) : text;
    return { log, due: moved(due), text: numbered(renamed(withTimes(told, from, moved)), log, serials) };
  });
}

function firstWith(lines, text) {
  const line = lines.find((each) => each.text.includes(text));
  if (line === undefined) throw new Error(`no line of this recording holds: ${text}`);
  return line.at;
}

const withDigitsOf = (text, seconds) => seconds.toFixed(text.split('.')[1]?.length ?? 0);

function withTimes(text, from, moved) {
  return text
    .replace(STAMP, (stamp, date, between, time, fraction = '') => {
      const at = Date.parse(`${date}T${time}${fraction.slice(0, 4)}Z`);
      if (!(Math.abs(at - from) < DAY)) return stamp;
      const iso = new Date(moved(at)).toISOString();
      const digits = iso.slice(19, 23).padEnd(fraction.length, '0').slice(0, fraction.length);
      return iso.slice(0, 10) + between + iso.slice(11, 19) + digits;
    })
    .replace(WEB_STAMP, (_, day, month, year, time) => {
      const at = new Date(moved(Date.parse(`${year}-${String(MONTHS.indexOf(month) + 1).padStart(2, '0')}-${day}T${time}Z`)));
      const iso = at.toISOString();
      return `[${iso.slice(8, 10)}/${MONTHS[at.getUTCMonth()]}/${iso.slice(0, 4)} ${iso.slice(11, 19)}]`;
    })
    .replace(EPOCH, (_, before, seconds) => before + withDigitsOf(seconds, moved(Number(seconds) * 1000) / 1000));
}

/** @returns what puts new ids in the place of old ones */
function renaming(lines, salt) {
  const fresh = new Map();
  const hash = (old) => createHash('sha256').update(`${salt}/${old}`).digest('hex');
  const uuid = (old) => {
    const known = fresh.get(old);
    if (known !== undefined) return known;
    const hex = hash(old);
    const made = `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
    fresh.set(old, made);
    return made;
  };
  const byStart = new Map();
  for (const { text } of lines)
    for (const [found] of text.matchAll(UUID)) {
      byStart.set(found.slice(0, 11), found);
      byStart.set(found.slice(0, 10), found);
    }
  const device = (start) => {
    const port = byStart.get(start);
    if (port !== undefined) return uuid(port).slice(0, 11);
    const network = byStart.get(start.slice(0, 10));
    return uuid(network ?? start).slice(0, 10) + (network === undefined ? uuid(start)[10] : start[10]);
  };
  const mac = (rest) => hash(rest).match(/../g).slice(0, 3).join(':');
  return (text) =>
    text
      .replace(DEVICE, (_, kind, start) => kind + device(start))
      .replace(UUID, uuid)
      .replace(MAC, (_, maker, rest) => `${maker}:${mac(rest)}`);
}

function numbered(text, log, serials) {
  return text.replace(SERIAL, (_, before, after, thread = '') => {
    const serial = (serials.get(log + thread) ?? 0) + 1;
    serials.set(log + thread, serial);
    return before + String(serial).padStart(5, '0') + after;
  });
}

/**
 * Writes relived lines when they are due.
 *
 * @param write takes the name of a log and the lines (with newlines) that are due for it now
 * @param clock `now()` in ms since 1970, and `sleep(ms)`, which may end early where it was told to stop
 * @param isStopped asked between lines
 */
export async function play(lines, { write, clock, isStopped = () => false }) {
  for (let next = 0; next < lines.length && !isStopped(); ) {
    const now = clock.now();
    const due = new Map();
    for (; next < lines.length && lines[next].due <= now; next++) {
      const { log, text } = lines[next];
      due.set(log, `${due.get(log) ?? ''}${text}\n`);
    }
    for (const [log, text] of due) write(log, text);
    if (next < lines.length) await clock.sleep(lines[next].due - clock.now());
  }
}
