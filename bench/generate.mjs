// Makes a long log out of recorded DEBUG logs: the same forty minutes again and again, each copy later by whole
// minutes and with ids of its own, so that a copy is as plausible as the recording and no two actions are the same.

import { once } from 'node:events';
import { createWriteStream, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';

const CORPUS = new URL('./corpus/', import.meta.url).pathname;

/** The recording lasts 38 minutes. */
const PERIOD_MINUTES = 40;

/** A stamp at a line's head, the first eight digits of a uuid or of a tap's port, the last three bytes of a MAC. */
const HOLES =
  /(?<stamp>^\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d\.\d{3})|(?<uuid>(?<![0-9a-f])[0-9a-f]{8}(?=-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}))|(?<tap>(?<=tap)[0-9a-f]{8}(?=-[0-9a-f]{2}))|(?<mac>(?<=fa:16:3e:)[0-9a-f]{2}:[0-9a-f]{2}:[0-9a-f]{2})/gm;

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
export function copy(parts, n, shift = n * PERIOD_MINUTES * 60_000) {
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

/** A record of a periodic task: of a request that no user made, and about no instance. libvirt's events are of guests that start and stop. */
const PERIODIC =
  /^\d{4}-\d\d-\d\d \S+ \d+ [A-Z]+ \S+ \[(?:None )?req-[0-9a-f-]{36} - - [^\]]*\] (?!\[instance: |Emitting event <LifecycleEvent)/;

/** What a node prints on which nothing happens. Lines without a head go with the record they continue. */
function quietPart(text) {
  let isKept = false;
  return text
    .split('\n')
    .filter((line) => {
      if (/^\d{4}-\d\d-\d\d /.test(line)) isKept = PERIODIC.test(line);
      return isKept;
    })
    .map((line) => `${line}\n`)
    .join('');
}

/**
 * Writes logs of at least `bytes` bytes in all into `folder`, one file per service, or only one service's.
 * @param only the service's name
 * @param quiet only what periodic tasks print
 * @returns the paths, bytes, lines and copies written
 */
export async function generate(folder, bytes, { only, quiet } = {}) {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const sources = recordings()
    .filter(([file]) => only === undefined || file.startsWith(only))
    .map(([file, text]) => [file, template(quiet ? quietPart(text) : text)]);
  const outputs = sources.map(([file, parts]) => ({ path: join(folder, file), parts, stream: createWriteStream(join(folder, file)) }));

  let written = 0;
  let lines = 0;
  let copies = 0;
  for (; written < bytes; copies++) {
    for (const { parts, stream } of outputs) {
      const text = Buffer.from(copy(parts, copies));
      written += text.length;
      for (const byte of text) if (byte === 10) lines++;
      if (!stream.write(text)) await once(stream, 'drain');
    }
  }
  for (const { stream } of outputs) {
    stream.end();
    await once(stream, 'finish');
  }
  return { paths: outputs.map((o) => o.path), bytes: written, lines, copies };
}
