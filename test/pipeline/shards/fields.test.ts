import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

const SOURCE = new URL('../../../src/', import.meta.url).pathname;

/**
 * What `comparableState` leaves out, and why two shards of which it is equal still give the same. A new field belongs
 * into `comparableState`; or here, if nothing that is given depends on it, or on something else that `comparableState`
 * holds.
 */
const LEFT_OUT: Readonly<Record<string, readonly string[]>> = {
  // other parts of the correlator, each with a `comparableState` of its own where it has something to remember;
  // `#decisions` only says what was done
  ControlPlane: ['#store', '#instances', '#gather', '#closer', '#decisions'],
  Correlator: ['#gather', '#closer', '#before'],
  Retention: ['#from', '#gather', '#control', '#networkReadies', '#decisions'],
  NetworkReadies: ['#store', '#instances', '#gather', '#byMac'],
  // handed over by themselves, and compared at the end: `hasSameWorkers`, `askedTooEarly`
  Hosts: ['#printsAllocations', '#askedTooEarly'],
  // `#seeded` and `#before`: after a restart of `tail` only; the others are given
  Instances: ['#hosts', '#count', '#seeded', '#sharedSince', '#decisions'],
  // indexes and the last answers of searches, which follow from the lines that are kept
  EventStore: ['#named', '#peers', '#lastInstance', '#lastRequest', '#size', '#searches'],
  Timeline: ['#instance'],
  // given, caches, what is counted and reset after each piece, and what is set anew for each line
  LogReader: [
    ...['#options', '#matcher', '#envelope', '#parts', '#vlog', '#isVlog', '#levels', '#skimmer', '#skimmed', 'line', 'skim'],
    ...['#lines', '#unrecognised', '#records', '#garbage', '#events', '#missing', '#dropped', '#at', '#isProven', '#service'],
    // the numbers of vlog's lines and uWSGI's workers are handed over by themselves
    ...['#serials', '#workers'],
  ],
  // of logs whose form is decided and plain: only those are shared
  LogSource: [
    ...['path', '#options', '#owner', '#unwrapper', '#sink', '#plain', '#file', '#isUnknownCounted'],
    ...['#undecided', '#wrappedLine', '#bare', '#unwrapped'],
  ],
};

it('what a shard knows is compared, field by field, or left out for a reason', () => {
  const leftOut: Record<string, string[]> = {};
  for (const room of ['correlate', 'read'])
    for (const file of readdirSync(SOURCE + room).filter((name) => name.endsWith('.ts'))) {
      const text = readFileSync(`${SOURCE}${room}/${file}`, 'utf8');
      for (const [, name = '', body = ''] of text.matchAll(/^(?:export )?class (\w+)[^\n]*\{\n([\s\S]*?)^\}/gm)) {
        const whole = /^ {2}get comparableState\(\)[\s\S]*?^ {2}\}/m.exec(body)?.[0];
        if (whole === undefined) continue;
        const fields = [...body.matchAll(/^ {2}(?:readonly )?(#?\w+)(?:\??: [^(\n]*)?(?: = [^\n]*)?;?$/gm)].flatMap(
          ([, field]) => field ?? [],
        );
        const missing = fields.filter((field) => !whole.includes(field));
        if (missing.length > 0) leftOut[name] = missing;
      }
    }
  for (const [name, fields] of Object.entries(leftOut)) expect([...fields].sort(), name).toEqual([...(LEFT_OUT[name] ?? [])].sort());
  expect(Object.keys(leftOut).sort()).toEqual(Object.keys(LEFT_OUT).sort());
});
