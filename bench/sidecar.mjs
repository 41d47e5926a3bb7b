// What does `novaspan tail` cost a host? The processor's time while a thousand lines are written every second, beside mtail, which counts and
// measures but joins nothing, and tail with grep, which only finds lines; the memory while a thousand actions are under way; and both
// while nothing is written, with 12 to 1,000 files.
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { copy, linesIn, recordings, recordsOf, template } from './generate.mjs';
import { cpuOf, family, memoryOf, onPath, table, wakeUpsOf } from './measure.mjs';
import { PEERS, startBackend, startPeer, startSidecar, write } from './tail.mjs';

/** A boot at DEBUG with nearly every line kept, of which the first half is written again and again. */
const BOOT = new URL('../test/golden/create-succeeds-debug/', import.meta.url).pathname;
const BOOT_BEGINS = Date.parse('2026-11-21T01:50:29.000Z');
const BOOT_HALF_WAY = Date.parse('2026-11-21T01:50:35.500Z');
/** So many boots begin every second. */
const BOOTS_A_SECOND = 20;
const LINES_A_SECOND = 1000;
/** Logs of a second host: the recording has ten files. */
const SECOND_HOST = ['nova-compute', 'ovn-controller'];

/** What its own log says it left open when it stopped. */
function leftOpen(said) {
  const open = /"actions":(\d+)[^\n]*still open/.exec(said)?.[1];
  if (open === undefined) throw new Error('the log of the sidecar does not say how many actions were still open');
  return Number(open);
}

/** Runs with a folder of its own, and leaves nothing behind. */
async function inFolder(run) {
  const folder = mkdtempSync(join(tmpdir(), 'novaspan-bench-'));
  try {
    return await run(folder, join(folder, 'logs'));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Twelve empty logs: the recording's ten, and a second host's. */
function makeLogs(folder) {
  mkdirSync(folder, { recursive: true });
  const names = recordings().map(([name]) => name);
  for (const name of [...names, ...SECOND_HOST.map((service) => `${service}@vm2.log`)]) writeFileSync(join(folder, name), '');
}

/** Growth with boots that began and have not ended. */
export async function memory(options) {
  const rows = [];
  for (const count of options.actions) rows.push(await memoryOfOpen(options, count));
  console.log('\nGrowth with actions under way, of a sidecar, nothing written any more');
  table(
    ['under way', 'RSS MB', 'kB an action, more than the row before', 'CPU ms a second'],
    rows.map(({ count, openMb, idle }, n) => {
      const before = rows[n - 1];
      const more = before === undefined ? '' : (((openMb - before.openMb) * 1000) / (count - before.count)).toFixed(0);
      return [count.toLocaleString('en'), openMb.toFixed(1), more, (idle * 1000).toFixed(1)];
    }),
  );
  return rows;
}

const memoryOfOpen = (options, count) =>
  inFolder(async (folder, logs) => {
    const records = readdirSync(BOOT)
      .filter((name) => name.endsWith('.log'))
      .flatMap((file) =>
        recordsOf(readFileSync(join(BOOT, file), 'utf8'))
          .filter(({ at }) => at >= BOOT_BEGINS && at < BOOT_HALF_WAY)
          .map(({ at, text }) => ({ file, at, parts: template(text), lines: linesIn(text) })),
      );
    makeLogs(logs);
    const backend = await startBackend();
    const sidecar = startSidecar(options, folder, logs, backend);
    await delay(5000);
    const began = Date.now();
    const schedule = [];
    for (let boot = 1; boot <= count; boot++) {
      const from = (boot / BOOTS_A_SECOND) * 1000;
      for (const { file, at, parts } of records) {
        const after = from + at - BOOT_BEGINS;
        schedule.push({ at: after, file, text: () => copy(parts, boot, began + after - at) });
      }
    }
    schedule.sort((a, b) => a.at - b.at);
    await write(schedule, logs, () => sidecar.child.exitCode !== null);
    const busy = memoryOf(sidecar.pid, 'VmRSS');
    const spentBefore = cpuOf(sidecar.pid);
    await delay(options.seconds * 1000);
    const spent = cpuOf(sidecar.pid) - spentBefore;
    const settled = memoryOf(sidecar.pid, 'VmRSS');
    const peak = memoryOf(sidecar.pid, 'VmHWM');
    const { traces } = backend;
    await sidecar.stop();
    backend.close();
    const lines = records.reduce((sum, record) => sum + record.lines, 0);
    console.log(
      `\nSidecar, memory: ${count} boots begun, ${lines} lines of each, ${BOOTS_A_SECOND} boots a second; ${leftOpen(sidecar.said)} actions under way at the end, ${traces} traces sent`,
    );
    table(
      ['', 'RSS MB'],
      [
        ['when the last line is written', busy.toFixed(1)],
        [`${options.seconds} s later, in which nothing was written and ${spent.toFixed(2)} CPU s were spent`, settled.toFixed(1)],
        ['peak', peak.toFixed(1)],
      ],
    );
    return { count, openMb: settled, idle: spent / options.seconds };
  });

/**
 * A thousand lines a second as a large installation has them: the recording is read at its own pace, by many readers at once, each
 * from another minute on and with ids of its own. So actions last as long as they did.
 */
function busyMix(seconds, seed = 1) {
  const all = recordings().flatMap(([file, text]) => recordsOf(text).map((record) => ({ ...record, file })));
  all.sort((a, b) => a.at - b.at);
  const from = all[0].at;
  const length = all.at(-1).at - from;
  const perSecond = all.reduce((sum, { text }) => sum + linesIn(text), 0) / (length / 1000);
  const readers = Math.round(LINES_A_SECOND / perSecond);
  const parts = all.map(({ text }) => template(text));
  const schedule = [];
  for (let n = 1; n <= readers; n++) {
    const offset = Math.floor((length * ((n + seed * 0.37) % readers)) / readers);
    const toHost2 = n % 4 === 0;
    for (const [index, { at, file }] of all.entries()) {
      const after = (at - from - offset + length) % length;
      if (after >= seconds * 1000) continue;
      const isTheirs = toHost2 && SECOND_HOST.some((service) => file.startsWith(`${service}@`));
      schedule.push({ after, at, file: isTheirs ? file.replace('@vm.', '@vm2.') : file, parts: parts[index], n });
    }
  }
  return { schedule: schedule.sort((a, b) => a.after - b.after), readers };
}

/** A thousand lines a second, beside the peers at the same time. */
export const processor = (options) =>
  inFolder(async (folder, logs) => {
    const { schedule: mix, readers } = busyMix(options.warmUp + options.seconds + 2);
    makeLogs(logs);
    const backend = await startBackend();
    const sidecar = startSidecar(options, folder, logs, backend);
    const peers = PEERS.filter(({ needs, name }) => {
      const isThere = needs === undefined || onPath(needs);
      if (!isThere) console.log(`${name}: skipped, ${needs} is not installed (apt-get install ${needs})`);
      return isThere;
    }).map((peer) => startPeer(peer, logs));
    await delay(3000);

    const began = Date.now();
    const written = { lines: 0, bytes: 0 };
    const schedule = mix.map(({ after, at, file, parts, n }) => ({
      at: after,
      file,
      text() {
        const text = copy(parts, n, began + after - at);
        written.lines += linesIn(text);
        written.bytes += text.length;
        return text;
      },
    }));
    let isOver = false;
    const writing = write(schedule, logs, () => isOver);
    await delay(options.warmUp * 1000);
    const cpu = ({ child }) => family(child.pid).reduce((sum, pid) => sum + cpuOf(pid), 0);
    const tools = [{ name: 'novaspan tail', child: sidecar.child }, ...peers];
    const before = tools.map(cpu);
    const start = { ...written, at: Date.now(), traces: backend.traces };
    await delay(options.seconds * 1000);
    const spent = tools.map((tool, i) => cpu(tool) - before[i]);
    const seconds = (Date.now() - start.at) / 1000;
    const rss = tools.map(({ child }) => family(child.pid).reduce((sum, pid) => sum + memoryOf(pid, 'VmRSS'), 0));
    const [lines, bytes, traces] = [written.lines - start.lines, written.bytes - start.bytes, backend.traces - start.traces];
    isOver = true;
    await writing;
    for (const { child } of peers) process.kill(-child.pid);
    await sidecar.stop();
    backend.close();

    console.log(
      `\nSidecar, processor: ${readdirSync(logs).length} files, ${(lines / seconds).toFixed(0)} lines/s, ${(bytes / seconds / 1000).toFixed(0)} kB/s at DEBUG for ${seconds.toFixed(0)} s, ${readers} readers of the recording; ${traces} traces sent`,
    );
    table(
      ['tool', 'CPU s', 'of a core', 'RSS MB', 'novaspan takes'],
      tools.map(({ name }, i) => [
        name,
        spent[i].toFixed(2),
        `${((100 * spent[i]) / seconds).toFixed(2)} %`,
        rss[i].toFixed(0),
        `${(spent[0] / Math.max(spent[i], 0.01)).toFixed(1)} x`,
      ]),
    );
    const mtail = tools.findIndex(({ name }) => name === 'mtail');
    return { ofMtail: mtail === -1 ? undefined : spent[0] / spent[mtail], busyMb: rss[0] };
  });

/** So many logs: those of the recorded services, of one host after another, each with its first lines. */
function makeManyLogs(folder, count) {
  mkdirSync(folder, { recursive: true });
  const recorded = recordings().map(([file, text]) => [file.replace(/@.*/, ''), text.slice(0, 20_000)]);
  for (let n = 0; n < count; n++) {
    const [service, text] = recorded[n % recorded.length];
    writeFileSync(join(folder, `${service}@host${Math.floor(n / recorded.length)}.log`), text.slice(0, text.lastIndexOf('\n') + 1));
  }
}

/** Nothing is written: what does it cost to look, by the number of files? */
export async function files(options) {
  const rows = [];
  for (const count of options.fileCounts) {
    rows.push(
      await inFolder(async (folder, logs) => {
        makeManyLogs(logs, count);
        const backend = await startBackend();
        const sidecar = startSidecar(options, folder, logs, backend);
        await delay(options.warmUp * 1000);
        const before = { cpu: cpuOf(sidecar.pid), wakeUps: wakeUpsOf(sidecar.pid) };
        await delay(options.seconds * 1000);
        const cpu = (cpuOf(sidecar.pid) - before.cpu) / options.seconds;
        const wakeUps = wakeUpsOf(sidecar.pid);
        const rssMb = memoryOf(sidecar.pid, 'VmRSS');
        await sidecar.stop();
        backend.close();
        return {
          count,
          cpu,
          rssMb,
          all: (wakeUps.all - before.wakeUps.all) / options.seconds,
          main: (wakeUps.main - before.wakeUps.main) / options.seconds,
        };
      }),
    );
  }
  console.log(`\nGrowth with files: the sidecar for ${options.seconds} s in which nothing is written`);
  table(
    ['files', 'RSS MB', 'of a core', 'wake-ups a second, main thread', 'all threads'],
    rows.map(({ count, cpu, rssMb, main, all }) => [
      count,
      rssMb.toFixed(0),
      `${(100 * cpu).toFixed(2)} %`,
      main.toFixed(1),
      all.toFixed(1),
    ]),
  );
  return rows;
}
