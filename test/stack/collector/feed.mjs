// The whole way of logs that are sent: files -> the Collector with logs-in.yaml -> `novaspan tail` with `receive` -> traces.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { cpSync, readdirSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePorts, startProgram, until } from '../process.mjs';
import { configOf, startCollector } from './collector.mjs';
import { stateFolder } from './fleet.mjs';
import { spansOf, startRecorder } from './record.mjs';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const NOVASPAN = here('../../../dist/cli/main.js');
const SCENARIO = here('../../golden/create-succeeds-debug');

/** What a span is whatever way its lines came: all but where they lay. */
const essence = (spans) =>
  [...spans.values()]
    .map(([{ span, resource }]) => [
      span.spanId,
      span.traceId,
      span.parentSpanId,
      span.name,
      span.startTimeUnixNano,
      span.endTimeUnixNano,
      resource,
    ])
    .sort();

export async function checkFeed(binary) {
  const state = stateFolder();
  const running = [];
  const keep = (each) => {
    running.push(each);
    return each;
  };
  try {
    // Without the host in their names: in both ways it is this machine's.
    for (const file of readdirSync(SCENARIO).filter((each) => each.endsWith('.log'))) {
      cpSync(join(SCENARIO, file), join(state.of('logs'), file.replace(/@\w+/, '')));
    }
    const replay = ['replay', '--format', 'otlp', '--timezone', 'UTC', '--log-host', hostname(), state.of('logs')];
    const told = execFileSync(process.execPath, [NOVASPAN, ...replay], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
    const expected = spansOf(told.trim().split('\n'));

    const store = keep(await startRecorder());
    const [port, metricsPort] = await freePorts(2);
    const settings = {
      '--receive': `127.0.0.1:${port}`,
      '--metrics': `127.0.0.1:${metricsPort}`,
      '--state-dir': state.of('novaspan'),
      '--timezone': 'UTC',
      '--endpoint': `http://127.0.0.1:${store.port}`,
    };
    keep(
      await startProgram('novaspan', process.execPath, [NOVASPAN, 'tail', '--backfill', ...Object.entries(settings).flat()], {
        env: { NOVASPAN_RECEIVE_DELAY: '2s' },
        doors: [`http://127.0.0.1:${port}/`, `http://127.0.0.1:${metricsPort}/readyz`],
        graceMs: 20_000,
      }),
    );
    keep(
      await startCollector(binary, {
        name: 'logs-in',
        configs: [configOf('logs-in')],
        healthy: false,
        env: {
          COLLECTOR_LOGS: `[${state.of('logs')}/**/*.log]`,
          COLLECTOR_START_AT: 'beginning',
          COLLECTOR_NOVASPAN: `http://127.0.0.1:${port}`,
          COLLECTOR_STATE: state.of('logs-in'),
        },
      }),
    );
    const arrived = () => spansOf(store.requests.map(({ body }) => JSON.stringify(body)));
    await until(() => [...expected.keys()].every((id) => arrived().has(id)), { what: `${expected.size} spans`, withinMs: 60_000 });
    assert.deepEqual(essence(arrived()), essence(expected));
    return `files -> Collector -> novaspan's receive -> traces: the ${expected.size} spans that replay tells of the same files`;
  } catch (error) {
    throw new Error(`${error.message}\n${running.map((each) => each.log?.() ?? '').join('\n')}`, { cause: error });
  } finally {
    for (const each of running.reverse()) await each.stop();
    state.remove();
  }
}
