// The services and their logrotate: lines are appended when they are due, some in two pieces, and files are turned over.

import {
  appendFileSync,
  closeSync,
  copyFileSync,
  existsSync,
  futimesSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
  writeSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import { gzipSync } from 'node:zlib';

/** Of every thousand lines so many are written in two pieces. */
const PARTIAL = 0.03;
/** The longest time between two pieces, and the longest that a service takes to reopen its log, in ms. */
const PIECE_PAUSE = 700;
const REOPEN_AFTER = 5000;
/** No log is turned over twice within so many lines, nor within so many ms. */
const APART = { lines: 15, ms: 8000 };

/**
 * The ways in which logs are turned over. `names` is how old files are called, `copies` tells copytruncate from rename, `gzip`
 * when they are compressed: at once, at the next turn, or never.
 */
const STYLES = [
  { title: 'rename, numbered, compressed at the next turn', names: 'number', copies: false, gzip: 'next' },
  { title: 'rename, numbered, compressed at once', names: 'number', copies: false, gzip: 'at once' },
  { title: 'rename, numbered', names: 'number', copies: false, gzip: 'never' },
  { title: 'rename, dated', names: 'date', copies: false, gzip: 'never' },
  { title: 'rename, dated, compressed at the next turn', names: 'date', copies: false, gzip: 'next' },
  { title: 'copytruncate, numbered, compressed at the next turn', names: 'number', copies: true, gzip: 'next' },
  { title: 'copytruncate, dated', names: 'date', copies: true, gzip: 'never' },
];

/**
 * Writes the logs of a corpus into a folder, by the clock.
 *
 * @param turns how many times each log is turned over
 * @param begins when the files are made; all times of files are of the clock
 * @param told of each turn, for whoever looks for a fault
 * @param canTruncate asked before a file is emptied: what no reader has read of a copy under another name may be lost
 */
export function createWriter(folder, corpus, { random, begins, turns, canTruncate, told }) {
  const logs = corpus.map(({ name, lines }) => createLog(join(folder, name), lines, random.fork(), { begins, turns, canTruncate, told }));
  const soonest = () => logs.reduce((best, log) => (log.next < (best?.next ?? Number.POSITIVE_INFINITY) ? log : best), undefined);
  return {
    logs,
    /** when the next thing is due; Infinity when all is written */
    get next() {
      return soonest()?.next ?? Number.POSITIVE_INFINITY;
    },
    get turned() {
      return logs.reduce((sum, { turned }) => sum + turned, 0);
    },
    get split() {
      return logs.reduce((sum, { split }) => sum + split, 0);
    },
    /** does what is due by `now`, in the order of time */
    advance(now) {
      for (let log = soonest(); log !== undefined && log.next <= now; log = soonest()) log.step();
    },
    /** turns over what was due and had to wait until it was read */
    settle(now) {
      for (const log of logs) log.settle(now);
    },
    /**
     * nova-compute's periodic tasks go on when nothing else does: whoever reads the files alone learns by them how much time has passed.
     * Two lines, as one that is far ahead of the others is not believed.
     */
    goOn(now) {
      const log = logs.find(({ path }) => basename(path).startsWith('nova-compute'));
      for (const at of [now - 1000, now]) log?.append(Buffer.from(periodicTask(at)), now);
    },
    close() {
      for (const log of logs) log.close();
    },
  };
}

const periodicTask = (at) =>
  `${new Date(at).toISOString().slice(0, 23).replace('T', ' ')} 7999 DEBUG oslo_service.periodic_task [None req-617286f3-777b-4154-9416-c36c7defc2f9 - - - - - -] Running periodic task ComputeManager._sync_power_states run_periodic_tasks /usr/lib/python3/dist-packages/oslo_service/periodic_task.py:210\n`;

function createLog(path, lines, random, { begins, turns, canTruncate, told }) {
  const style = random.pick(STYLES);
  const deeds = deedsOf(lines, random, turns);
  let at = 0;
  let fd = openSync(path, 'a');
  futimesSync(fd, begins / 1000, begins / 1000);
  let turned = 0;
  let split = 0;
  let old = [];
  /** a turn that waits for its reader, or a service that has not reopened its log yet */
  let wantsTurn = false;
  let reopenAt = Number.POSITIVE_INFINITY;
  let writtenAt = Number.NEGATIVE_INFINITY;

  const reopen = (now) => {
    closeSync(fd);
    fd = openSync(path, 'a');
    if (statSync(path).size === 0) futimesSync(fd, now / 1000, now / 1000);
    reopenAt = Number.POSITIVE_INFINITY;
  };

  const turn = (now) => {
    if (reopenAt < Number.POSITIVE_INFINITY) reopen(now);
    if (style.gzip === 'next') old = old.map(compressed);
    const name = makeRoom(now);
    if (style.copies) {
      copyFileSync(path, name);
      truncateSync(path);
      for (const file of [path, name]) utimesSync(file, now / 1000, now / 1000);
    } else {
      renameSync(path, name);
      // logrotate creates the new file before the service is told, or leaves that to the service.
      const isSlow = style.gzip !== 'at once' && random.chance(0.6);
      if (!isSlow || random.chance(0.6)) {
        appendFileSync(path, '');
        utimesSync(path, now / 1000, now / 1000);
      }
      if (isSlow) reopenAt = now + random.between(0, REOPEN_AFTER);
      else reopen(now);
    }
    old.unshift(style.gzip === 'at once' ? compressed(name) : name);
    turned++;
    told(
      `${basename(path)} turned over to ${old.map((each) => basename(each)).join(', ')}${reopenAt < Number.POSITIVE_INFINITY ? `, reopened by its service at ${new Date(reopenAt).toISOString().slice(11, 23)}` : ''}`,
      now,
    );
  };

  /** The name for what is turned over now; numbered ones move up first. */
  const makeRoom = (now) => {
    if (style.names === 'date') return `${path}-${new Date(now).toISOString().replace(/[-:]/g, '').replace('T', '-').slice(0, 15)}`;
    for (let number = old.length; number > 0; number--) {
      const from = old[number - 1];
      const to = `${path}.${number + 1}${from.endsWith('.gz') ? '.gz' : ''}`;
      renameSync(from, to);
      old[number - 1] = to;
    }
    return `${path}.1`;
  };

  return {
    path,
    style,
    get turned() {
      return turned;
    },
    get split() {
      return split;
    },
    /** when the last byte was written */
    get writtenAt() {
      return writtenAt;
    },
    get next() {
      return Math.min(reopenAt, deeds[at]?.due ?? Number.POSITIVE_INFINITY);
    },
    step() {
      if (reopenAt <= (deeds[at]?.due ?? Number.POSITIVE_INFINITY)) return reopen(reopenAt);
      const { due, bytes, isFirstPiece } = deeds[at++];
      if (bytes === undefined) {
        if (style.copies && !canTruncate(this)) wantsTurn = true;
        else turn(due);
        return;
      }
      if (isFirstPiece) split++;
      writeSync(fd, bytes);
      futimesSync(fd, due / 1000, due / 1000);
      writtenAt = due;
    },
    settle(now) {
      // A file that ends in mid-line is left alone: no service that is told to reopen its log stops there.
      if (!wantsTurn || deeds[at - 1]?.isFirstPiece || !canTruncate(this)) return;
      wantsTurn = false;
      turn(now);
    },
    append(bytes, now) {
      writeSync(fd, bytes);
      futimesSync(fd, now / 1000, now / 1000);
      writtenAt = now;
    },
    close: () => closeSync(fd),
  };
}

/** What is done to one log, in order: pieces to write, and, without bytes, turns. */
function deedsOf(lines, random, turns) {
  const turnsAt = new Set();
  for (let left = turns; left > 0 && lines.length > 2 * APART.lines; left--) {
    const line = 1 + random.below(lines.length - 1);
    const isNear = [...turnsAt].some(
      (other) => Math.abs(other - line) < APART.lines || Math.abs(lines[other].due - lines[line].due) < APART.ms,
    );
    if (!isNear) turnsAt.add(line);
  }
  const deeds = [];
  let free = Number.NEGATIVE_INFINITY;
  for (const [index, { due: own, isNewest, bytes }] of lines.entries()) {
    const due = Math.max(own, free);
    free = due;
    if (turnsAt.has(index)) deeds.push({ due });
    // A line that is older than those before it is late already.
    if (!isNewest || bytes.length < 2 || !random.chance(PARTIAL)) {
      deeds.push({ due, bytes });
      continue;
    }
    const cut = 1 + random.below(bytes.length - 1);
    free = due + random.between(0, PIECE_PAUSE);
    deeds.push({ due, bytes: bytes.subarray(0, cut), isFirstPiece: true }, { due: free, bytes: bytes.subarray(cut) });
  }
  return deeds;
}

function compressed(path) {
  if (path.endsWith('.gz') || !existsSync(path)) return path;
  const target = `${path}.gz`;
  const { atime, mtime } = statSync(path);
  appendFileSync(target, gzipSync(readFileSync(path)));
  utimesSync(target, atime, mtime);
  rmSync(path);
  return target;
}

/** The files of a log beside its live one, for whoever prints them. */
export const nameOf = ({ path, style, turned }) => `${basename(path)}: ${turned} turns (${style.title})`;
