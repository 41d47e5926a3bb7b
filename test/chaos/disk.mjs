// What the disk may do to the checkpoint, and what novaspan says then (docs/errors.md). Each scenario is `novaspan tail` itself, on the wall
// clock, with the logs of one recorded boot; whatever happened, the backend has every trace of it in the end.

import { spawn, spawnSync } from 'node:child_process';
import { appendFileSync, cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { createBackend } from './backend.mjs';
import { createRandom } from './random.mjs';

const MAIN = new URL('../../dist/cli/main.js', import.meta.url).pathname;
const BOOT = new URL('../golden/create-succeeds-info/', import.meta.url).pathname;
const PATIENCE = 20_000;

/** Makes a folder, as soon as no file of that name is being written. */
async function inPlaceOf(file) {
  for (;;) {
    try {
      return mkdirSync(file);
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
      await delay(1);
    }
  }
}

/** A scenario throws where something is not as it should be, or returns why it was skipped. */
const SCENARIOS = {
  'a state folder that cannot be made': async (box) => {
    writeFileSync(join(box.folder, 'state'), 'a file is in the way');
    const { code, said } = await box.run().ended();
    expect(code === 73 && said.includes('STATE_UNUSABLE'), `exit 73 and STATE_UNUSABLE, not ${code}: ${said}`);
  },

  'a state folder that another process has': async (box) => {
    const first = box.run();
    await first.says('following logs');
    const { code, said } = await box.run().ended();
    expect(code === 75 && said.includes('STATE_LOCKED'), `exit 75 and STATE_LOCKED, not ${code}: ${said}`);
    await box.told();
    await first.stop();
  },

  'a checkpoint that is cut off': (box) => damaged(box, (bytes) => bytes.subarray(0, Math.floor(bytes.length * 0.6))),

  'an empty checkpoint': (box) => damaged(box, () => Buffer.alloc(0)),

  'a checkpoint with one bit turned': (box) =>
    damaged(box, (bytes) => {
      bytes[Math.floor(bytes.length * 0.7)] ^= 1;
      return bytes;
    }),

  'a checkpoint of a newer version': async (box) => {
    await box.life();
    const [header, state] = readFileSync(box.checkpoint, 'utf8').split('\n');
    const { version, ...rest } = JSON.parse(header);
    const newer = `${JSON.stringify({ ...rest, version: version + 1 })}\n${state}\n`;
    writeFileSync(box.checkpoint, newer);
    const { code, said } = await box.run().ended();
    expect(code === 65 && said.includes('CHECKPOINT_NEWER'), `exit 65 and CHECKPOINT_NEWER, not ${code}: ${said}`);
    expect(readFileSync(box.checkpoint, 'utf8') === newer, 'a newer checkpoint stays as it is');
  },

  'half of the next checkpoint, left by a crash': async (box) => {
    await box.life();
    writeFileSync(`${box.checkpoint}.new`, readFileSync(box.checkpoint).subarray(0, 100));
    await box.life();
    expect(box.repeats === 0, `nothing is sent again, not ${box.repeats} spans`);
  },

  'a lock that a crash has left half written': async (box) => {
    mkdirSync(box.state);
    writeFileSync(join(box.state, 'lock'), '12');
    await box.life();
  },

  'a checkpoint that cannot be written for a while': async (box) => {
    const sidecar = box.run();
    await sidecar.says('following logs');
    await box.told();
    // A folder in the place of the file that is written first: no permission helps, not even root's.
    await inPlaceOf(`${box.checkpoint}.new`);
    box.writeMore();
    await sidecar.says('the checkpoint cannot be written');
    await box.told();
    await delay(500);
    expect(sidecar.count('the checkpoint cannot be written') === 1, 'it is said once, not at every try');
    rmSync(`${box.checkpoint}.new`, { recursive: true });
    await sidecar.says('the checkpoint can be written again');
    sidecar.kill();
    await sidecar.ended();
    await box.life();
    expect(box.unlike === 0, 'repeats have the same bytes');
  },

  'a full disk': async (box) => {
    const isMounted =
      process.getuid() === 0 && spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=256k', 'novaspan', box.mountPoint()]).status === 0;
    if (!isMounted) return 'a file system of its own cannot be mounted here';
    try {
      const sidecar = box.run();
      await sidecar.says('following logs');
      await box.told();
      const filler = join(box.state, 'filler');
      try {
        for (;;) appendFileSync(filler, Buffer.alloc(4096));
      } catch (error) {
        expect(error.code === 'ENOSPC', `the disk is full, not ${error.code}`);
      }
      box.writeMore();
      await sidecar.says('the checkpoint cannot be written');
      await sidecar.says('ENOSPC');
      await box.told();
      rmSync(filler);
      await sidecar.says('the checkpoint can be written again');
      sidecar.kill();
      await sidecar.ended();
      await box.life();
      expect(box.unlike === 0, 'repeats have the same bytes');
    } finally {
      spawnSync('umount', [box.state]);
    }
    return undefined;
  },
};

/** A checkpoint that is not what was written is an error that says so; moved away, reading begins anew. */
async function damaged(box, damage) {
  await box.life();
  const bytes = damage(readFileSync(box.checkpoint));
  writeFileSync(box.checkpoint, bytes);
  const { code, said } = await box.run().ended();
  expect(code === 65 && said.includes('CHECKPOINT_DAMAGED'), `exit 65 and CHECKPOINT_DAMAGED, not ${code}: ${said}`);
  expect(readFileSync(box.checkpoint).equals(bytes), 'a damaged checkpoint stays as it is');
  rmSync(box.checkpoint);
  const before = box.repeats;
  await box.life();
  expect(box.repeats > before && box.unlike === 0, 'without the checkpoint all is told again, with the same bytes');
}

function expect(isSo, what) {
  if (!isSo) throw new Error(`expected: ${what}`);
}

/** What a scenario has: logs of one boot; a state folder that is not there yet; a backend. */
class Box {
  folder = mkdtempSync(join(tmpdir(), 'novaspan-chaos-disk-'));
  state = join(this.folder, 'state');
  checkpoint = join(this.state, 'checkpoint');
  #logs = join(this.folder, 'logs');
  #config = join(this.folder, 'novaspan.yaml');
  #backend;
  #running = new Set();

  async open() {
    this.#backend = await createBackend({ random: createRandom(1) });
    await this.#backend.recover();
    mkdirSync(this.#logs);
    for (const name of readdirSync(BOOT).filter((each) => each.endsWith('.log'))) {
      cpSync(join(BOOT, name), join(this.#logs, name));
    }
    writeFileSync(
      this.#config,
      `logs:\n  - path: ${this.#logs}\nhost: localhost\ntimezone: UTC\npollInterval: 20ms\ncheckpointInterval: 50ms\nbackfill: true\notlp: { endpoint: "${this.#backend.url}" }\nstateDir: ${this.state}\ntelemetry: { listen: off }\n`,
    );
  }

  mountPoint() {
    mkdirSync(this.state);
    return this.state;
  }

  get repeats() {
    return [...this.#backend.taken.values()].reduce((sum, { times }) => sum + times - 1, 0);
  }

  get unlike() {
    return [...this.#backend.taken.values()].filter(({ forms }) => forms.length > 1).length;
  }

  /** The same boot once more, of another instance: something new to tell. */
  writeMore() {
    for (const name of readdirSync(this.#logs)) {
      const text = readFileSync(join(this.#logs, name), 'utf8');
      appendFileSync(join(this.#logs, name), another(text));
    }
  }

  /** Waits until every span that replay gives has come. */
  async told() {
    const { stdout } = spawnSync(process.execPath, [MAIN, 'replay', '--timezone', 'UTC', '--format', 'otlp', this.#logs], {
      encoding: 'utf8',
    });
    const ids = [...stdout.matchAll(/"traceId":"(\w+)","spanId":"(\w+)"(?:,"parentSpanId":"\w*")?,"flags"/g)].map(
      ([, trace, span]) => `${trace}/${span}`,
    );
    expect(ids.length > 10, `replay gives spans, not ${ids.length}`);
    await until(
      () => ids.every((id) => this.#backend.taken.has(id)),
      () => `all ${ids.length} spans, not ${this.#backend.taken.size}`,
    );
    expect(this.#backend.taken.size === ids.length, `${ids.length} spans and no others, not ${this.#backend.taken.size}`);
  }

  /** A sidecar that tells everything and stops. */
  async life() {
    const sidecar = this.run();
    await sidecar.says('following logs');
    await this.told();
    // What was told is remembered with the next checkpoint; stopping writes one.
    const { code, said } = await sidecar.stop();
    expect(code === 0, `exit 0, not ${code}: ${said}`);
    expect(existsSync(this.checkpoint), 'a checkpoint');
  }

  run() {
    const child = spawn(process.execPath, [MAIN, 'tail', '--config', this.#config], { stdio: ['ignore', 'ignore', 'pipe'] });
    this.#running.add(child);
    let said = '';
    child.stderr.setEncoding('utf8').on('data', (text) => {
      said += text;
    });
    const exit = new Promise((resolve) =>
      child.once('close', (code) => {
        this.#running.delete(child);
        resolve({ code, said });
      }),
    );
    return {
      says: (text) =>
        until(
          () => said.includes(text),
          () => `that it says "${text}", not: ${said}`,
        ),
      count: (text) => said.split(text).length - 1,
      kill: () => child.kill('SIGKILL'),
      ended: () => exit,
      stop() {
        child.kill('SIGTERM');
        return exit;
      },
    };
  }

  async close() {
    for (const child of this.#running) child.kill('SIGKILL');
    await this.#backend?.close();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** The same lines ten minutes later, about other instances, ports and requests. */
const another = (text) =>
  text
    .replaceAll(/([0-9a-f]{8})(-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})/g, (_, head, rest) => turned(head) + rest)
    .replaceAll(/tap([0-9a-f]{8})/g, (_, head) => `tap${turned(head)}`)
    .replaceAll(/fa:16:3e:([0-9a-f]{2})/g, (_, byte) => `fa:16:3e:${turned(byte)}`)
    .replaceAll(/^(\d{4}-\d\d-\d\d[ T])01:(\d\d:\d\d)/gm, '$102:$2');

const turned = (digits) => digits.replaceAll(/[0-9a-f]/g, (digit) => (15 - Number.parseInt(digit, 16)).toString(16));

async function until(holds, what) {
  for (const began = Date.now(); !holds(); await delay(20))
    if (Date.now() - began > PATIENCE) throw new Error(`expected within ${PATIENCE / 1000} s: ${what()}`);
}

/** @returns how many scenarios failed, passed and were skipped; each is told */
export async function disk() {
  const counts = { passed: 0, failed: 0, skipped: 0 };
  for (const [title, scenario] of Object.entries(SCENARIOS)) {
    const box = new Box();
    try {
      await box.open();
      const skipped = await scenario(box);
      counts[skipped === undefined ? 'passed' : 'skipped']++;
      console.log(`disk: ${title}: ${skipped === undefined ? 'as it should be' : `skipped, ${skipped}`}`);
    } catch (error) {
      counts.failed++;
      console.log(`disk: ${title}: ${error.stack ?? error}`);
    } finally {
      await box.close();
    }
  }
  return counts;
}
