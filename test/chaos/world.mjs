// One life of a sidecar: its logs are written, its backend has moods, it is killed and started again. The parent is the clock: time stands
// still while the sidecar works, and then goes on to what comes next.

import { fork } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createBackend } from './backend.mjs';
import { createRandom } from './random.mjs';
import { createWriter, nameOf } from './writer.mjs';

const SIDECAR = new URL('./sidecar.mjs', import.meta.url).pathname;

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

const POLL = 250;
/** A stalled process looks later than it wanted to: by so many polls, at the most. */
const STALLS = 16;
/** The clock does not skip more silence than this at a time while logs are written. */
const LONGEST_SKIP = 30 * SECOND;
/** What is open when the logs end closes within this. */
const AFTERMATH = 15 * HOUR;
/** In real time: a sidecar that does not get as far as its next poll in this has hung. */
const HUNG = 20_000;

/** How a sidecar is killed, and how often. The first two strike at random in real time or between polls, the others at a chosen call. */
const KILLS = { asleep: 10, working: 20, 'at a call': 25, 'at the checkpoint': 25, 'at a request': 20 };
/** How long it stays dead, in ms of the clock. */
const DEAD = [
  { share: 50, least: 0, most: 0 },
  { share: 30, least: 0, most: 10 * SECOND },
  { share: 15, least: 10 * SECOND, most: 2 * MINUTE },
  { share: 5, least: 2 * MINUTE, most: 12 * MINUTE },
];
/** So many of a hundred kills strike while the restart that follows the one before is under way. */
const AT_START = 15;

/**
 * @param corpus as readCorpus gives it
 * @param kills how many times the sidecar is killed; with 0 it keeps no state
 * @param turns how many times each log is turned over
 * @returns what was done, and what the backend has
 */
export async function live({ corpus, kills, turns, seed, moody = true, folder = mkdtempSync(join(tmpdir(), 'novaspan-chaos-')) }) {
  const random = createRandom(seed);
  const world = new World({ corpus, kills, turns, random, folder, moody });
  try {
    await world.run();
    return world.report();
  } finally {
    await world.close();
  }
}

class World {
  logs;
  #state;
  #config;
  #corpus;
  #random;
  #writer;
  #backend;
  #moody;
  #now;
  #child;
  #planned;
  #armed;
  #restartAt;
  #kills = {};
  #starts = 0;
  #polls = 0;
  #said = [];
  /** what happened when, for whoever looks for a fault */
  #story = [];
  #metrics;

  constructor({ corpus, kills, turns, random, folder, moody }) {
    this.logs = join(folder, 'logs');
    this.#state = kills > 0 ? join(folder, 'state') : undefined;
    this.#config = join(folder, 'novaspan.yaml');
    this.#corpus = corpus;
    this.#random = random.fork();
    this.#moody = moody;
    mkdirSync(this.logs);
    if (this.#state !== undefined) mkdirSync(this.#state);
    this.#now = Math.min(...corpus.map(({ lines }) => lines[0].due)) - 10 * SECOND;
    this.#writer = createWriter(this.logs, corpus, {
      random: random.fork(),
      begins: this.#now,
      turns,
      canTruncate: (log) => this.#isRead(log),
      told: (what, at) => this.#tell(what, at),
    });
    this.#planned = this.#plan(kills);
    this.backendRandom = random.fork();
  }

  async run() {
    this.#backend = await createBackend({ random: this.backendRandom });
    writeFileSync(this.#config, configOf({ logs: this.logs, state: this.#state, endpoint: this.#backend.url }));
    if (!this.#moody) await this.#backend.recover();
    await this.#start();
    while (
      this.#writer.next < Number.POSITIVE_INFINITY ||
      this.#planned.length > 0 ||
      this.#armed !== undefined ||
      this.#child === undefined
    )
      await this.#step();

    await this.#backend.recover();
    const end = this.#now + AFTERMATH;
    // First by polls, as what was written last is told apart by seconds, then by longer and longer steps.
    for (let pace = POLL; this.#now < end; pace = Math.min(10 * MINUTE, pace * 1.1)) await this.#step(pace);
    this.#writer.goOn(this.#now);
    for (let polls = 0; polls < 4; polls++) await this.#step(POLL);
    await this.#poll();
    this.#metrics = await this.#scrape();
    await this.#stop();
  }

  report() {
    return {
      kills: this.#kills,
      starts: this.#starts,
      polls: this.#polls,
      lines: this.#corpus.reduce((sum, { lines }) => sum + lines.length, 0),
      turned: this.#writer.turned,
      split: this.#writer.split,
      rotations: this.#writer.logs.map(nameOf),
      taken: this.#backend.taken,
      requests: this.#backend.seen,
      said: this.#said,
      story: this.#story.map(({ at, what }) => `${clockOf(at)} ${what}`),
      metrics: this.#metrics,
    };
  }

  async close() {
    this.#child?.process.kill('SIGKILL');
    this.#writer.close();
    await this.#backend?.close();
  }

  /** Kills as they are to come: most while much is written, some in between, some right behind another. */
  #plan(kills) {
    const random = this.#random;
    const { length } = this.#corpus;
    const first = this.#now;
    const last = Math.max(...this.#corpus.map(({ lines }) => lines.at(-1).due));
    const at = () => {
      if (random.chance(0.3)) return random.between(first, last);
      const { lines } = this.#corpus[random.below(length)];
      return random.pick(lines).due + random.between(-500, 5000);
    };
    return Array.from({ length: kills }, () => ({ at: at(), how: random.weighed(KILLS), atStart: random.chance(AT_START / 100) })).sort(
      (a, b) => a.at - b.at,
    );
  }

  /** One move of the clock: to the sidecar's next poll, or, while it is dead, to its restart. */
  async #step(pace) {
    if (this.#child === undefined) {
      if (this.#now >= this.#restartAt) return this.#start();
      return this.#moveTo(this.#restartAt);
    }
    const poll = await this.#poll();
    if (poll === undefined) return;
    this.#writer.settle(this.#now);

    const kill = this.#planned[0];
    if (this.#armed === undefined && kill !== undefined && this.#now >= kill.at) {
      this.#planned.shift();
      if (kill.how === 'asleep') return this.#kill(kill.how);
      await this.#moveTo(poll.until);
      return this.#arm(kill);
    }
    // What has been set a trap and does not come near it dies all the same.
    if (this.#armed !== undefined && (this.#now >= this.#armed.until || this.#isOver())) return this.#kill('asleep');

    await this.#moveTo(this.#nextPoll(poll, pace));
    this.#wake();
  }

  #isOver = () =>
    this.#writer.next === Number.POSITIVE_INFINITY && this.#now > Math.max(...this.#writer.logs.map((log) => log.writtenAt)) + 10 * MINUTE;

  /** When the sidecar looks next: when it wants to, a little later, or, where nothing is written meanwhile, when something is. */
  #nextPoll(poll, pace) {
    if (pace !== undefined) return Math.max(poll.until, this.#now + pace);
    const stalled = poll.until + (this.#random.chance(0.25) ? 0 : this.#random.below(STALLS) * POLL);
    const soonest = Math.min(
      this.#writer.next,
      this.#backend.until,
      this.#planned[0]?.at ?? Number.POSITIVE_INFINITY,
      ...[...this.#child.sleepers.values()],
      this.#now + LONGEST_SKIP,
    );
    return Math.max(poll.until, soonest > stalled + SECOND ? soonest : stalled);
  }

  async #moveTo(time) {
    this.#now = Math.max(this.#now, time);
    this.#writer.advance(this.#now);
    await this.#backend.advance(this.#now);
  }

  /** Gives the sidecar the time, and wakes what has slept enough. Some lines are written while it looks. */
  #wake(fuse) {
    const { process, sleepers } = this.#child;
    const wake = [...sleepers].filter(([, until]) => until <= this.#now).map(([id]) => id);
    for (const id of wake) sleepers.delete(id);
    this.#child.poll = undefined;
    process.send({ now: this.#now, wake, fuse }, () => undefined);
    this.#polls++;
    if (this.#random.chance(0.2)) this.#writer.advance(this.#now + 50);
  }

  /** Lights the fuse of a kill. */
  #arm({ how }) {
    const random = this.#random;
    this.#armed = { how, until: this.#now + random.between(10, 90) * SECOND };
    switch (how) {
      case 'working':
        setTimeout(() => this.#child?.process.kill('SIGKILL'), random.between(0, 25));
        return this.#wake();
      case 'at a call':
        return this.#wake(fuseOf(random, 'any'));
      case 'at the checkpoint':
        return this.#wake(fuseOf(random, 'state'));
      case 'at a request': {
        const when = random.pick(['before', 'unanswered', 'after']);
        this.#armed.how = `${how}, ${when}`;
        this.#backend.setTrap(when, () => this.#child?.process.kill('SIGKILL'));
        return this.#wake();
      }
      default:
        throw new Error(how);
    }
  }

  #tell(what, at = this.#now) {
    this.#story.push({ at, what });
  }

  async #kill(how) {
    this.#armed = { ...this.#armed, how };
    const child = this.#child;
    child.process.kill('SIGKILL');
    while (!child.isDead) await this.#next(child, Date.now());
    await this.#poll();
  }

  /** Waits until the sidecar sleeps until its next poll. @returns undefined where it died instead */
  async #poll() {
    const child = this.#child;
    const began = Date.now();
    while (!child.isDead && child.poll === undefined) await this.#next(child, began);
    // Time stands still for requests, too, most of the time: so that the same seed gives much the same life.
    if (this.#random.chance(0.9)) while (!child.isDead && child.flights > 0 && !this.#backend.isHanging) await this.#next(child, began);
    if (!child.isDead) return child.poll;

    this.#child = undefined;
    this.#backend.clearTrap();
    if (this.#armed === undefined || child.signal !== 'SIGKILL')
      throw new Error(
        `the sidecar ended by itself (${child.signal ?? child.ended?.code}): ${child.ended?.error ?? ''}\n${this.#said.slice(-5).join('\n')}`,
      );
    this.#kills[this.#armed.how] = (this.#kills[this.#armed.how] ?? 0) + 1;
    this.#restartAt = this.#now + deadFor(this.#random);
    this.#tell(`killed (${this.#armed.how}), dead until ${clockOf(this.#restartAt)}`);
    this.#armed = undefined;
    return undefined;
  }

  async #next(child, began) {
    const left = HUNG - (Date.now() - began);
    if (left <= 0)
      throw new Error(
        `the sidecar did not come to its next poll within ${HUNG / SECOND} s (${child.poll === undefined ? 'it works' : 'it sleeps'}, ${child.flights} requests, backend ${this.#backend.mood}${this.#backend.isHanging ? ', hanging' : ''}, armed ${JSON.stringify(this.#armed)})\n${this.#said.slice(-5).join('\n')}`,
      );
    let timer;
    await Promise.race([
      new Promise((resolve) => child.waiters.push(resolve)),
      new Promise((resolve) => (timer = setTimeout(resolve, Math.min(left, 200)))),
    ]);
    clearTimeout(timer);
  }

  async #start() {
    const random = this.#random;
    const next = this.#planned[0];
    let fuse;
    if (this.#starts > 0 && next?.atStart) {
      this.#planned.shift();
      this.#armed = { how: 'at start', until: this.#now + MINUTE };
      fuse = fuseOf(random, random.pick(['any', 'any', 'state']));
    }
    this.#starts++;
    this.#tell('started');
    const given = {
      now: this.#now,
      seed: random.below(2 ** 31),
      config: this.#config,
      env: {},
      pollInterval: POLL,
      stateDir: this.#state,
      fuse,
    };
    const process = fork(SIDECAR, [JSON.stringify(given)], { stdio: ['ignore', 'ignore', 'pipe', 'ipc'] });
    const child = {
      process,
      sleepers: new Map(),
      poll: undefined,
      flights: 0,
      isDead: false,
      ended: undefined,
      signal: undefined,
      waiters: [],
      since: this.#polls,
    };
    const tell = () => {
      for (const waiter of child.waiters.splice(0)) waiter();
    };
    process.stderr.setEncoding('utf8').on('data', (text) => this.#said.push(...text.split('\n').filter((line) => line !== '')));
    process.on('message', (message) => {
      if (message.poll !== undefined) {
        child.poll = { id: message.poll, until: message.until };
        child.sleepers.set(message.poll, message.until);
      } else if (message.sleep !== undefined) child.sleepers.set(message.sleep, message.until);
      else if (message.awake !== undefined) child.sleepers.delete(message.awake);
      else if (message.flights !== undefined) child.flights = message.flights;
      else if (message.ended !== undefined) child.ended = message.ended;
      tell();
    });
    process.on('error', () => undefined);
    process.on('exit', (_, signal) => {
      child.isDead = true;
      child.signal = signal;
      tell();
    });
    this.#child = child;
  }

  /** What it says of itself, where its own log says that it does. */
  async #scrape() {
    const url = this.#said.map((line) => /"metrics":"(http[^"]+)"/.exec(line)?.[1]).findLast((found) => found !== undefined);
    return url === undefined ? undefined : (await fetch(new URL('/metrics', url))).text();
  }

  /** Asks it to stop, as SIGTERM does; what waits has been taken by then. */
  async #stop() {
    const child = this.#child;
    await this.#poll();
    child.process.send({ stop: true });
    const began = Date.now();
    while (!child.isDead) {
      await this.#next(child, began);
      // Should it still wait for something, its time comes.
      if (Date.now() - began > 5000) {
        this.#now += SECOND;
        this.#wake();
      }
    }
    this.#child = undefined;
    if (child.ended?.code !== 0)
      throw new Error(`the sidecar stopped with ${child.ended?.code ?? child.signal}: ${child.ended?.error ?? ''}`);
  }

  /** Whether all of a log has been read, or nobody is there to read it: then the copy holds what is missing. */
  #isRead(log) {
    if (this.#child === undefined) return true;
    // Mornings after a long night are read over several polls.
    return this.#child.poll !== undefined && this.#polls - this.#child.since > 30 && log.writtenAt < this.#now - 2 * SECOND;
  }
}

/** Most calls of a life are those of the next few polls. */
const fuseOf = (random, of) => ({
  of,
  after: of === 'any' ? random.below(random.pick([10, 100, 600])) : random.below(12),
  when: random.pick(['before', 'torn', 'after']),
});

const clockOf = (at) => new Date(at).toISOString().slice(11, 23);

function deadFor(random) {
  let left = random.below(100);
  const { least, most } = DEAD.find(({ share }) => (left -= share) < 0);
  return random.between(least, most);
}

const configOf = ({ logs, state, endpoint }) => `logs:
  - path: ${logs}
host: localhost
timezone: UTC
pollInterval: ${POLL}ms
backfill: true
telemetry: { listen: 127.0.0.1:0 }
otlp: { endpoint: "${endpoint}", timeout: 400ms }
stateDir: ${state ?? 'none'}
`;

/** Takes away what a life has left. */
export const forget = (folder) => rmSync(folder, { recursive: true, force: true });
