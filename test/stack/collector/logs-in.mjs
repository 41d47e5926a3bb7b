// A Collector that ships logs: every line as it stands, with the name of its log and its host, through rotation, outage and kill.
import assert from 'node:assert/strict';
import { appendFileSync, mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { freePorts, until } from '../process.mjs';
import { configOf, startCollector } from './collector.mjs';
import { stateFolder } from './fleet.mjs';
import { linesOf, startRecorder } from './record.mjs';
import { sum } from './scrape.mjs';

// As the README says: else a kill while the queue is full loses what was read and waits in memory.
const SYNCHRONOUS = 'stanza.synchronousLogEmitter';
/** Requests on disk, few enough to be filled. */
const QUEUE = 3;
const line = (n) =>
  `2026-11-21 03:00:${String(n % 60).padStart(2, '0')}.123 7 INFO nova.compute.manager [None req-${n} - - - - -] line ${n}  `;

export async function checkLogsIn(binary) {
  const state = stateFolder();
  const nova = join(state.folder, 'nova');
  const ovn = join(state.folder, 'ovn');
  for (const folder of [nova, ovn]) mkdirSync(folder);
  const log = join(nova, 'nova-compute.log');
  const ovnLog = join(ovn, 'ovn-controller.log');
  const sent = [];
  const write = (path, text, end = '\n') => {
    appendFileSync(path, text + end);
    sent.push({ host: hostname(), path, text });
  };
  let collector;
  let novaspan;
  try {
    const [port] = await freePorts(1);
    // Lines of before: they are not to come, the files are followed from their end.
    for (const path of [log, ovnLog]) writeFileSync(path, `${line(0)} of ${path}\n`);
    const start = () =>
      startCollector(binary, {
        name: 'logs-in',
        configs: [configOf('logs-in')],
        gates: [SYNCHRONOUS],
        healthy: false,
        env: {
          COLLECTOR_LOGS: `[${nova}/*.log, ${ovn}/*.log]`,
          COLLECTOR_NOVASPAN: `http://127.0.0.1:${port}`,
          COLLECTOR_STATE: state.of('logs-in'),
          COLLECTOR_QUEUE: String(QUEUE),
        },
      });
    const arrived = () => linesOf(novaspan.requests);
    const allThere = (what) => until(() => sent.every(({ text }) => arrived().some((each) => each.text === text)), { what });

    novaspan = await startRecorder(port);
    collector = await start();
    await until(async () => (await sum([collector.metrics], 'otelcol_fileconsumer_open_files')) === 2, {
      what: 'both logs to be followed',
    });

    write(log, line(1));
    write(log, '    File "/usr/lib/python3/nova/virt.py", line 2, in spawn');
    write(log, 'a byte that is no UTF-8 is in the next line');
    write(ovnLog, '2026-11-21T02:00:01.000Z|00123|binding|INFO|Claiming lport 6c0d for this chassis.');
    await allThere('the first lines');

    // A line is there when its end is, not before.
    appendFileSync(log, line(2).slice(0, 40));
    write(ovnLog, '2026-11-21T02:00:02.000Z|00124|binding|INFO|after the half line');
    await allThere('a line after half of another');
    appendFileSync(log, `${line(2).slice(40)}\n`);
    sent.push({ host: hostname(), path: log, text: line(2) });

    // Rotated right after its last line, as logrotate does.
    write(log, line(3));
    renameSync(log, `${log}.1`);
    writeFileSync(log, '');
    write(log, line(4));
    await allThere('the lines around a rotation');

    // novaspan is away until the queue is full and reading stops; then the Collector is killed, and lines are written while it is dead.
    await novaspan.stop();
    let n = 5;
    const isFull = async () => (await sum([collector.metrics], 'otelcol_exporter_queue_size')) >= QUEUE;
    await until(async () => write(log, line(n++)) ?? isFull(), { what: 'the queue to fill', everyMs: 300 });
    for (const last = n + 10; n < last; n++) write(log, line(n));
    await until(() => /sending queue is full/.test(collector.log()), { what: 'a full queue to be told' });
    await collector.kill();
    for (const last = n + 20; n < last; n++) write(log, line(n));
    collector = await start();
    const before = novaspan;
    novaspan = await startRecorder(port);
    novaspan.requests.push(...before.requests);
    await allThere('the lines of an outage');

    const got = arrived();
    const seen = new Set();
    const first = got.filter(({ path, text }) => !seen.has(path + text) && seen.add(path + text));
    for (const path of [log, ovnLog]) {
      const of = (lines) => lines.filter((each) => each.path === path);
      assert.deepEqual(of(first), of(sent));
    }
    assert.ok(novaspan.requests.every(({ url, type }) => url === '/v1/logs' && type === 'application/json'));
    return `logs in: ${sent.length} lines of two logs through a rotation, half a line, an outage with a full queue and a kill: all there, as they stand, in order, with host.name and log.file.path (${got.length - first.length} twice)`;
  } catch (error) {
    throw new Error(`${error.message}\n${collector?.log() ?? ''}`, { cause: error });
  } finally {
    await collector?.stop();
    await novaspan?.stop();
    state.remove();
  }
}
