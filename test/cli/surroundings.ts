import { PassThrough, Readable } from 'node:stream';
import type { Io } from '../../src/cli/command.js';
import { commands } from '../../src/cli/commands.js';
import { dispatch } from '../../src/cli/dispatch.js';
import type { Engine } from '../../src/cli/engine.js';
import { toJson } from '../../src/export/json.js';
import { toOtlpJson } from '../../src/export/otlp-json.js';
import type { FinishedTrace } from '../../src/model/span.js';
import type { ReplayOptions } from '../../src/pipeline/replay.js';
import type { TailOptions } from '../../src/pipeline/tail.js';

export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  /** what the engine was asked for */
  readonly replayed: readonly ReplayOptions[];
  readonly tailed: readonly TailOptions[];
  /** what the page was given */
  readonly viewed: readonly FinishedTrace[];
}

export interface Surroundings {
  readonly traces?: readonly FinishedTrace[];
  readonly stdin?: string;
  readonly env?: Io['env'];
  readonly terminal?: boolean;
  readonly columns?: number;
  readonly engine?: Partial<Engine>;
  readonly signal?: AbortSignal;
}

/** Runs `novaspan` with these arguments, on an engine that finds these traces. */
export async function novaspan(argv: readonly string[], given: Surroundings = {}): Promise<Ran> {
  const { traces = [], stdin = '', env = { LANG: 'C.UTF-8' }, terminal = false, columns, signal = new AbortController().signal } = given;
  const replayed: ReplayOptions[] = [];
  const tailed: TailOptions[] = [];
  const viewed: FinishedTrace[] = [];
  const [stdout, outText] = collector();
  const [stderr, errText] = collector();
  // What cli-progress asks of a terminal.
  Object.assign(stderr, { isTTY: terminal, columns: 80 });
  let now = 0;
  const io: Io = {
    stdout,
    stderr,
    stdin: Readable.from([stdin]),
    env,
    clock: { now: () => (now += 1000), sleep: async () => {} },
    signal,
    isTTY: { stdin: false, stdout: terminal, stderr: terminal },
    columns,
    engine: {
      async *replay(options) {
        replayed.push(options);
        options.count('lines', 1234, 'nova-compute');
        options.count('records', 1200, 'nova-compute');
        options.onProgress?.(1_000_000, 2_000_000);
        yield* traces;
        options.onProgress?.(2_000_000, 2_000_000);
      },
      explainLine: async (line, { service = 'unknown', zone }) => ({
        understood: !line.includes('nonsense'),
        stages: [
          { name: 'service', text: service },
          { name: 'line', text: line },
          { name: 'zone', text: zone },
        ],
      }),
      explainPhase: async (text) => (text === 'spawn' ? [{ name: 'phase', text: text }] : undefined),
      async runTail(options) {
        tailed.push(options);
        return 0;
      },
      actionNames: async () => ['create', 'createImage', 'delete', 'live-migration', 'confirmResize'],
      formats: async () => ({ otlp: toOtlpJson, json: toJson }),
      catalogue: async () => ({
        messages: [],
        actions: [],
        markdown: '# The message catalogue\n',
        pages: { releases: '', actions: '', phases: '' },
      }),
      check: async () => ({
        problems: [],
        notes: [],
        sources: [],
        passedOver: [],
        releases: [],
        stalls: [],
        actions: [],
        advice: [],
        unrecognised: [],
        exitCode: 0,
      }),
      sendTest: async () => ({
        url: 'http://localhost:4318/v1/traces',
        protocol: 'http/json',
        compression: 'none',
        headers: [],
        sdk: { arrived: true, traceId: '1'.repeat(32) },
        novaspan: { arrived: true, traceId: '2'.repeat(32) },
        verdict: 'none',
        exitCode: 0,
      }),
      excerpt: async ({ zone }) => ({
        ...{ traces, zone, extent: 'own', files: 2, lines: 40, replaced: { hosts: 1, addresses: 0 }, kept: [], differences: [] },
      }),
      async *resend() {},
      openView: async () => ({ url: 'http://127.0.0.1:9465', add: (trace) => viewed.push(trace), say: () => {}, close: async () => {} }),
      htmlReport: async (those) => ['<!doctype html>', ...those.map(({ traceId }) => `<p>${traceId}</p>`)],
      ...given.engine,
    },
  };
  const code = await dispatch(argv, commands, io);
  return { code, stdout: outText(), stderr: errText(), replayed, tailed, viewed };
}

function collector(): [PassThrough, () => string] {
  const stream = new PassThrough();
  let text = '';
  stream.on('data', (chunk: Buffer) => {
    text += chunk.toString();
  });
  return [stream, () => text];
}
