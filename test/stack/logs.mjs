// Recorded logs, as if the clouds were here and it happened now: all lines of the past are there when a sidecar starts, the others are
// appended when they are due. Their times are moved and their ids are new; only what is stretched was not recorded so.
import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { play, readRecording, relive } from '../../demo/relive.mjs';

const GOLDEN = new URL('../golden/', import.meta.url).pathname;

/**
 * The lines of a story.
 *
 * @param scenario a folder of test/golden
 * @param hosts whose logs they become: `{ recorded name: name here }`
 * @param anchor the last line that fits is due at `at` (seconds after now)
 * @param stretch how many times slower all is, and what the lines tell of how long it took
 * @param until how many seconds after the anchor the story stops; a negative number leaves what it tells open
 * @param now epoch ms; `serials` the numbers that OVS and OVN have reached, by host: a story goes on with those of the one before it
 * @param edit what is done to the lines, such as to leave some out
 */
export function linesOf(
  { scenario, hosts, anchor, at, stretch = 1, until = Number.POSITIVE_INFINITY, edit = (lines) => lines },
  { now, serials },
) {
  const recording = readRecording(join(GOLDEN, scenario));
  const anchored = recording.lines.findLast(({ text }) => anchor.test(text));
  if (anchored === undefined) throw new Error(`${scenario} has no line ${anchor}`);
  const startsAt = now + at * 1000 - (anchored.due - recording.from) * stretch;
  const name = Object.values(hosts).join();
  const of = serials.get(name) ?? new Map();
  serials.set(name, of);
  const lines = relive(recording, { startsAt, stretch, serials: of, salt: `${scenario}/${Object.values(hosts)}/${startsAt}` });
  return edit(lines)
    .filter(({ due }) => due <= now + (at + until) * 1000)
    .map((line) => ({ ...line, log: hostOf(line.log, hosts) }));
}

/** nova-compute@vm.log is nova-compute@compute-1.log here. */
const hostOf = (log, hosts) => log.replace(/@(.*)\.log$/, (_, recorded) => `@${hosts[recorded] ?? recorded}.log`);

/**
 * Writes lines: what is due already at once, the rest when it is due.
 *
 * @param folderOf where a log is
 * @returns `done`: settled when all is written; `stop` ends it early
 */
export function writeLines(lines, folderOf) {
  const stopping = new AbortController();
  const write = (log, text) => appendFileSync(join(folderOf(log), log), text);
  const sleep = (ms) => delay(ms, undefined, { signal: stopping.signal }).catch(() => undefined);
  const inOrder = [...lines].sort((a, b) => a.due - b.due);
  // The first part is written before this returns.
  const done = play(inOrder, { write, clock: { now: Date.now, sleep }, isStopped: () => stopping.signal.aborted });
  return { done, stop: () => stopping.abort() };
}

const INSTANCE = /\[instance: ([0-9a-f-]{36})\]/;
const REQUEST = /\b(req-[0-9a-f-]{36})\b/;

/** Whose actions these lines are of, as tickets would say: instance and request of every line that `what` fits. */
export function ticketsOf(lines, what) {
  const tickets = new Map();
  for (const { text } of lines) {
    const instance = INSTANCE.exec(text)?.[1];
    const request = REQUEST.exec(text)?.[1];
    if (what.test(text) && instance !== undefined && request !== undefined) tickets.set(instance + request, { instance, request });
  }
  return [...tickets.values()];
}
