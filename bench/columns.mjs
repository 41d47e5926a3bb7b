// How many bytes is a span in a store of packed columns, as Tempo's is? Tempo itself cannot be installed by name and version, so the
// same spans are written as Parquet: dictionaries and snappy, attributes and events as columns of their own. Tempo adds indexes.
//
//   npm run bench:columns -- LOGS...       logs in UTC. hyparquet-writer comes from npm into a temporary folder.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';
import { table } from './measure.mjs';

const WRITER = 'hyparquet-writer@0.17.0';
const NOVASPAN = new URL('../dist/cli/main.js', import.meta.url).pathname;
const MOST_BYTES = 1024 ** 3;

async function parquetWriter(folder) {
  writeFileSync(join(folder, 'package.json'), '{ "private": true }\n');
  execFileSync('npm', ['install', '--silent', '--no-audit', '--no-fund', '--ignore-scripts', WRITER], { cwd: folder });
  const { parquetWriteBuffer } = await import(pathToFileURL(createRequire(join(folder, 'package.json')).resolve('hyparquet-writer')).href);
  return parquetWriteBuffer;
}

function tracesOf(paths) {
  const argv = [NOVASPAN, 'replay', '--format', 'otlp', '--timezone', 'UTC', ...paths];
  const text = execFileSync(process.execPath, argv, { encoding: 'utf8', maxBuffer: MOST_BYTES, stdio: ['ignore', 'pipe', 'ignore'] });
  return text.split('\n').filter(Boolean);
}

const bytesOf = (hex = '') => Uint8Array.from(Buffer.from(hex, 'hex'));
const texts = (name, data) => ({ name, data, type: 'STRING' });
const ids = (name, data) => ({ name, data: data.map(bytesOf), type: 'BYTE_ARRAY' });
const numbers = (name, data) => ({ name, data: data.map(BigInt), type: 'INT64' });
const pairs = (attributes) => [
  texts(
    'key',
    attributes.map(({ key }) => key),
  ),
  texts(
    'value',
    attributes.map(({ value }) => JSON.stringify(value)),
  ),
];
const length = ({ startTimeUnixNano, endTimeUnixNano }) => BigInt(endTimeUnixNano) - BigInt(startTimeUnixNano);

/** Columns by what they are of. A trace has its id once. */
function columnsOf(resourceSpans) {
  const spans = resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap((each) => each.spans));
  const events = spans.flatMap(({ startTimeUnixNano: from, events: own = [] }) =>
    own.map((event) => ({ ...event, after: BigInt(event.timeUnixNano) - BigInt(from) })),
  );
  const column = (of) => spans.map(of);
  return {
    traces: [ids('trace', [...new Set(column(({ traceId }) => traceId))])],
    spans: [
      ids(
        'id',
        column(({ spanId }) => spanId),
      ),
      ids(
        'parent',
        column(({ parentSpanId }) => parentSpanId),
      ),
      texts(
        'name',
        column(({ name }) => name),
      ),
      texts(
        'status',
        column(({ status }) => `${status?.code ?? 0} ${status?.message ?? ''}`),
      ),
      numbers(
        'kind',
        column(({ kind }) => kind ?? 0),
      ),
      numbers(
        'start',
        column(({ startTimeUnixNano }) => startTimeUnixNano),
      ),
      numbers('length', column(length)),
    ],
    'attributes of spans': pairs(column(({ attributes }) => attributes ?? []).flat()),
    'attributes of resources': pairs(resourceSpans.flatMap(({ resource }) => resource.attributes)),
    events: [
      texts(
        'name',
        events.map(({ name }) => name),
      ),
      numbers(
        'after',
        events.map(({ after }) => after),
      ),
    ],
    'attributes of events': pairs(events.flatMap(({ attributes }) => attributes ?? [])),
  };
}

const folder = mkdtempSync(join(tmpdir(), 'novaspan-columns-'));
try {
  const traces = tracesOf(process.argv.slice(2));
  const resourceSpans = traces.flatMap((line) => JSON.parse(line).resourceSpans);
  const write = await parquetWriter(folder);
  const count = resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans)).length;
  const sizes = Object.entries(columnsOf(resourceSpans)).map(([name, columns]) => {
    const columnData = columns.map((each) => ({ ...each, nullable: false, offsetIndex: false }));
    return [name, write({ columnData, statistics: false }).byteLength];
  });
  const all = sizes.reduce((sum, [, size]) => sum + size, 0);
  const gzipped = traces.reduce((sum, line) => sum + gzipSync(line).length, 0);
  console.log(`${traces.length} traces of ${count} spans`);
  table(
    ['', 'bytes a span'],
    [
      ...sizes.map(([name, size]) => [`Parquet: ${name}`, (size / count).toFixed(1)]),
      ['Parquet, all', (all / count).toFixed(1)],
      ['OTLP JSON, gzip, a trace at a time', (gzipped / count).toFixed(1)],
    ],
  );
} finally {
  rmSync(folder, { recursive: true, force: true });
}
