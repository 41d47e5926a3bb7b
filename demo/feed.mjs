#!/usr/bin/env node
// Writes recorded logs into a folder as if they happened now, again and again: for a demonstration of `novaspan tail` without a cloud.

import { randomUUID } from 'node:crypto';
import { appendFileSync, mkdirSync, readFileSync, renameSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { play, readRecording, relive } from './relive.mjs';

const HELP = `usage: feed.mjs FOLDER [SCENARIO[*TIMES][+SECONDS]...] [--pause SECONDS] [--once] [--at-once]

Writes the logs of recorded scenarios into FOLDER, line by line as they were written, with the times of now and new ids, in UTC.

  SCENARIO     one that demo/scenarios.json names, or a folder of logs; the default is: SCHEDULE
  *TIMES       so many times slower
  +SECONDS     so many seconds more until the port is plugged
               (both are made up from a recorded boot, to show what is slow)
  --pause      between two scenarios (default: 5)
  --once       each scenario once, instead of for ever
  --at-once    writes all lines at once, the last one with the time of now, and then as --once`;

/** The first boot is over after 17 s. The last one takes over a minute, which the alert SpawnSlow is for. */
const SCHEDULE = [
  'create-succeeds-debug',
  'rebuild-succeeds-debug',
  'create-fails-vif-plug-timeout-debug',
  'create-succeeds-eight-concurrent-info',
  'create-succeeds-debug+60',
];
/** What `+SECONDS` waits before: nothing else is under way then. */
const PLUGGED = 'Successfully plugged vif';
/** A log is turned over between two scenarios when it is larger, in bytes; one old file is kept. */
const TURN_OVER = 8 * 1024 * 1024;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    pause: { type: 'string', default: '5' },
    once: { type: 'boolean', default: false },
    'at-once': { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h', default: false },
  },
});
const [folder, ...wanted] = positionals;
const pause = Number(values.pause) * 1000;
if (values.help || folder === undefined || !(pause >= 0)) {
  console.error(HELP.replace('SCHEDULE', SCHEDULE.join(' ')));
  process.exit(values.help ? 0 : 64);
}

const stopping = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => stopping.abort());
const isStopped = () => stopping.signal.aborted;
const sleep = (ms) => delay(ms, undefined, { signal: stopping.signal }).catch(() => undefined);

/** @returns the recording of `name*7+60`, and how it is to be made slower */
function scenarioOf(text) {
  const [, name, stretch = '1', more] = /^(.*?)(?:\*(\d+(?:\.\d+)?))?(?:\+(\d+))?$/.exec(text);
  const listed = JSON.parse(readFileSync(new URL('scenarios.json', import.meta.url), 'utf8'));
  const known = listed.find(({ path }) => basename(path) === name);
  const path = known === undefined ? name : fileURLToPath(new URL(`../${known.path}`, import.meta.url));
  const pauses = more === undefined ? [] : [{ before: PLUGGED, ms: Number(more) * 1000 }];
  const recording = readRecording(path);
  const slower = { stretch: Number(stretch), pauses };
  const [last] = relive(recording, { startsAt: 0, salt: '', ...slower }).slice(-1);
  return { text, recording, slower, length: last.due };
}

const scenarios = (wanted.length > 0 ? wanted : SCHEDULE).map(scenarioOf);
const logs = new Set(scenarios.flatMap(({ recording }) => recording.lines.map(({ log }) => log)));
const write = (log, text) => appendFileSync(join(folder, log), text);
const serials = new Map();
const run = randomUUID();

mkdirSync(folder, { recursive: true });
// All at once: one after the other, and the last one ends now.
let behind = values['at-once'] ? scenarios.reduce((sum, { length }) => sum + length + pause, -pause) : 0;
for (let round = 1; !isStopped() && (round === 1 || !(values.once || values['at-once'])); round++) {
  for (const { text, recording, slower, length } of scenarios) {
    if (isStopped()) break;
    for (const log of logs) turnOver(log);
    const startsAt = Date.now() - behind;
    console.log(`${new Date(startsAt).toISOString()} ${text}, which takes ${Math.round(length / 1000)} s`);
    const lines = relive(recording, { startsAt, salt: `${run}/${round}/${text}`, serials, ...slower });
    await play(lines, { write, clock: { now: Date.now, sleep }, isStopped });
    if (values['at-once']) behind -= length + pause;
    else await sleep(pause);
  }
}

/** As logrotate does it; the tail reads what it has not read of the old file. */
function turnOver(log) {
  const path = join(folder, log);
  appendFileSync(path, '');
  if (statSync(path).size <= TURN_OVER) return;
  renameSync(path, `${path}.1`);
  appendFileSync(path, '');
}
