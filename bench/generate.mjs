// Makes a long log out of recorded DEBUG logs: the same forty minutes again and again, each copy later by whole
// minutes and with ids of its own, so that a copy is as plausible as the recording and no two actions are the same.

import { closeSync, mkdirSync, openSync, readdirSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { quietPart } from './noise.mjs';

const CORPUS = new URL('./corpus/', import.meta.url).pathname;

/** The recording lasts 38 minutes. */
export const PERIOD_MS = 40 * 60_000;

/** A stamp at a line's head, the first eight digits of a uuid or of a tap's port, the last three bytes of a MAC. */
const HOLES =
  /(?<stamp>^\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d\.\d{3})|(?<uuid>(?<![0-9a-f])[0-9a-f]{8}(?=-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}))|(?<tap>(?<=tap)[0-9a-f]{8}(?=-[0-9a-f]{2}))|(?<mac>(?<=fa:16:3e:)[0-9a-f]{2}:[0-9a-f]{2}:[0-9a-f]{2})/gm;

const STAMP = /^(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d\.\d{3})/;

/** A well-mixed 32-bit number for copy `n`; 0 for the first copy, which thus is the recording itself. */
function key(n) {
  let x = Math.imul(n, 0x9e3779b1);
  x = Math.imul(x ^ (x >>> 16), 0x85ebca6b);
  return (x ^ (x >>> 13)) >>> 0;
}

const hex = (number, digits) => number.toString(16).padStart(digits, '0');

function stamp(head, shiftMs) {
  const iso = new Date(Date.parse(`${head.slice(0, 10)}T${head.slice(11)}Z`) + shiftMs).toISOString();
  return iso.slice(0, 10) + head[10] + iso.slice(11, 23);
}

/** Cuts a text once at its holes, so that a copy is a join. */
export function template(text) {
  const parts = [];
  let at = 0;
  for (const found of text.matchAll(HOLES)) {
    const [kind, value] = Object.entries(found.groups).find(([, v]) => v !== undefined);
    parts.push(text.slice(at, found.index), { kind, value });
    at = found.index + value.length;
  }
  parts.push(text.slice(at));
  return parts;
}

/** The text with the ids of copy `n`, later by `shift` ms. */
export function copy(parts, n, shift = n * PERIOD_MS) {
  const mask = key(n);
  let out = '';
  for (const part of parts) {
    if (typeof part === 'string') out += part;
    else if (part.kind === 'stamp') out += stamp(part.value, shift);
    else if (part.kind === 'mac')
      out += hex(Number.parseInt(part.value.replaceAll(':', ''), 16) ^ (mask & 0xffffff), 6).replace(/(..)(..)(..)/, '$1:$2:$3');
    else out += hex((Number.parseInt(part.value, 16) ^ mask) >>> 0, 8);
  }
  return out;
}

/** The recorded text of each service's file: fourteen DEBUG scenarios of one real cloud (Zed), nothing left out. */
export function recordings() {
  return readdirSync(CORPUS).map((file) => [file.replace(/\.gz$/, ''), gunzipSync(readFileSync(join(CORPUS, file))).toString('utf8')]);
}

/** The records of a text with their times: a line without a stamp goes with the one before it. */
export function recordsOf(text) {
  const records = [];
  let newest = Number.NEGATIVE_INFINITY;
  for (const line of text.split(/(?<=\n)/)) {
    const found = STAMP.exec(line);
    if (found === null && records.length > 0) records.at(-1).text += line;
    else if (found !== null) {
      newest = Math.max(newest, Date.parse(`${found[1]}T${found[2]}Z`));
      records.push({ at: newest, text: line });
    }
  }
  return records;
}

export const linesIn = (text) => text.split('\n').length - 1;

/** Writes files of a folder, and counts their bytes and lines. */
export function createFolder(folder) {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const files = new Map();
  const written = { paths: [], bytes: 0, lines: 0 };
  return {
    written,
    append(file, text) {
      if (!files.has(file)) {
        written.paths.push(join(folder, file));
        files.set(file, openSync(join(folder, file), 'w'));
      }
      const bytes = Buffer.from(text);
      for (const byte of bytes) if (byte === 10) written.lines++;
      written.bytes += bytes.length;
      for (let at = 0; at < bytes.length; ) at += writeSync(files.get(file), bytes, at);
    },
    close() {
      for (const file of files.values()) closeSync(file);
      return written;
    },
  };
}

/**
 * Writes logs of at least `bytes` bytes in all into `folder`, one file per service, or only one service's.
 * @param only the service's name
 * @param quiet only what periodic tasks print
 * @returns the paths, bytes, lines and copies written
 */
export function generate(folder, bytes, { only, quiet } = {}) {
  const sources = recordings()
    .filter(([file]) => only === undefined || file.startsWith(only))
    .map(([file, text]) => [file, template(quiet ? quietPart(text) : text)]);
  const output = createFolder(folder);
  let copies = 0;
  for (; output.written.bytes < bytes; copies++) for (const [file, parts] of sources) output.append(file, copy(parts, copies));
  return { ...output.close(), copies };
}
