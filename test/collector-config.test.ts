import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { actions } from '../src/lifecycle/name.js';
import { keys } from '../src/model/attributes.js';
import { PHASE_BUCKETS } from '../src/telemetry/histograms.js';

// What can be known of collector-config/ without the Collector. What the files do is asked of the real one: test/stack/collector.

const text = (path: string) => readFileSync(fileURLToPath(new URL(`../${path}`, import.meta.url)), 'utf8');
const config = (name: string) => parse(text(`collector-config/${name}.yaml`)) as Config;
const README = text('collector-config/README.md');
const NAMES = ['agent', 'gateway', 'logs-in'] as const;
const FLEET = ['agent', 'gateway', 'logs-from-kafka'] as const;
const fleet = (name: string) => parse(text(`deploy/fleet/${name}.yaml`)) as Config;
const TLS = ['tls/agent', 'tls/gateway'] as const;

type Components = Record<string, Record<string, unknown> | null>;
interface Config {
  receivers: Components;
  processors: Components;
  exporters: Components;
  connectors?: Components;
  extensions?: Components;
  service: { extensions?: string[]; pipelines: Record<string, { receivers: string[]; processors?: string[]; exporters: string[] }> };
}

interface Queued {
  sending_queue: { enabled: boolean };
}

/** The builder's modules, and what their components are called in a configuration. */
const TYPES: Record<string, string> = {
  healthcheckextension: 'health_check',
  filestorage: 'file_storage',
  otlpreceiver: 'otlp',
  filelogreceiver: 'file_log',
  kafkareceiver: 'kafka',
  memorylimiterprocessor: 'memory_limiter',
  resourcedetectionprocessor: 'resource_detection',
  tailsamplingprocessor: 'tail_sampling',
  transformprocessor: 'transform',
  forwardconnector: 'forward',
  spanmetricsconnector: 'span_metrics',
  otlpexporter: 'otlp_grpc',
  otlphttpexporter: 'otlp_http',
  kafkaexporter: 'kafka',
  loadbalancingexporter: 'load_balancing',
  prometheusexporter: 'prometheus',
};

const declared = ({ receivers, processors, exporters, connectors = {}, extensions = {} }: Config) =>
  [receivers, processors, exporters, connectors, extensions].flatMap((each) => Object.keys(each));
const used = ({ service }: Config) => [
  ...(service.extensions ?? []),
  ...Object.values(service.pipelines).flatMap(({ receivers, processors = [], exporters }) => [...receivers, ...processors, ...exporters]),
];

describe.each(NAMES)('%s.yaml', (name) => {
  const it_ = config(name);

  it('uses all that it declares, and declares all that it uses', () => {
    expect(new Set(used(it_))).toEqual(new Set(declared(it_)));
  });

  it('refuses what is too much before anything is done with it, and acknowledges nothing that is only in memory', () => {
    const ways = Object.values(it_.service.pipelines);
    for (const { receivers, processors } of ways) {
      if (receivers.some((each) => /^(otlp|file_log)/.test(each))) expect(processors?.[0]).toMatch(/^memory_limiter/);
    }
    expect(used(it_).filter((each) => each.startsWith('batch'))).toEqual([]);
  });

  it('keeps what it sends on on disk, and tries without end', () => {
    const senders = Object.entries(it_.exporters).filter(([each]) => !each.startsWith('prometheus'));
    expect(senders.length).toBeGreaterThan(0);
    for (const [, sender] of senders) {
      expect(sender).toMatchObject({
        sending_queue: { enabled: true, storage: expect.stringMatching(/^file_storage\//) },
        retry_on_failure: { enabled: true, max_elapsed_time: 0 },
      });
    }
  });
});

describe('the gateway', () => {
  const { processors, connectors } = config('gateway');
  const policies = JSON.stringify(processors['tail_sampling']);

  it('asks for attributes and actions that novaspan writes', () => {
    const asked = [...policies.matchAll(/attributes\[\\"([^\\]+)\\"\]/g)].map(([, key]) => key);
    expect(asked.length).toBeGreaterThan(0);
    for (const key of asked) expect(Object.values(keys)).toContain(key);
    const frequent = /COLLECTOR_FREQUENT_ACTIONS:-([^}]+)/.exec(policies)?.[1]?.split('|') ?? [];
    expect(frequent.length).toBeGreaterThan(0);
    for (const action of frequent) expect(actions.map(({ name }) => name)).toContain(action);
  });

  it('asks for phases that there are', () => {
    const phases = /IsMatch\(span\.name, \\"\^\(([^)]+)\)/.exec(policies)?.[1]?.split('|') ?? [];
    expect(phases.length).toBeGreaterThan(0);
    const known = text('docs/actions.md') + text('docs/tracing-model.md');
    for (const phase of phases) expect(known).toContain(`\`${phase}\``);
  });

  it("has the buckets of novaspan's own metrics", () => {
    const { histogram, dimensions } = connectors!['span_metrics'] as {
      histogram: { explicit: { buckets: string[] } };
      dimensions: { name: string }[];
    };
    const seconds = (each: string) => (each.endsWith('ms') ? Number(each.slice(0, -2)) / 1000 : Number(each.slice(0, -1)));
    expect(histogram.explicit.buckets.map(seconds)).toEqual([...PHASE_BUCKETS, 60, 120, 300]);
    expect(dimensions.map(({ name }) => name)).toEqual([keys.action, keys.outcome]);
  });
});

describe('the README', () => {
  /** By variable: which files use it, and with which defaults. */
  const variables = new Map<string, Map<string, string>>();
  for (const file of [...NAMES, ...TLS]) {
    for (const [, variable, standard] of text(`collector-config/${file}.yaml`)
      .replace(/\n\s+/g, ' ')
      .matchAll(/\$\{env:(\w+):-(.*?)\}/g)) {
      const files = variables.get(variable!) ?? new Map<string, string>();
      variables.set(variable!, files.set(file.replace(/\/.*/, ''), standard!));
    }
  }
  const rows = [...README.matchAll(/^\| `(COLLECTOR_\w+)` \| ([^|]+) \| ((?:\\\||[^|])+) \|/gm)];

  it('has every variable, with the files that use it', () => {
    const told = Object.fromEntries(rows.map(([, variable, files]) => [variable, files === 'all' ? [...NAMES] : files!.split(', ')]));
    expect(told).toEqual(Object.fromEntries([...variables].map(([variable, files]) => [variable, [...files.keys()]])));
  });

  it('tells their defaults', () => {
    for (const [, variable, , told] of rows) {
      if (variable === 'COLLECTOR_LOGS') continue;
      const plain = told!.replaceAll('`', '').replaceAll('\\|', '|');
      for (const [file, standard] of variables.get(variable!)!) {
        const of = new RegExp(`${file} (\\d+)`).exec(plain)?.[1] ?? plain.replace(/, gateway .*/, '');
        expect(`${variable} ${file} ${of}`).toBe(`${variable} ${file} ${standard}`);
      }
    }
  });

  it('names the version that is built, and every policy', () => {
    const version = /^ {2}version: (.*)$/m.exec(text('test/stack/collector/manifest.yaml'))?.[1];
    const versions = new Set([...README.matchAll(/contrib:(\d[\d.]*\d)|version (\d[\d.]*\d)/g)].map(([, image, built]) => image ?? built));
    expect(versions).toEqual(new Set([version]));
    const { policies } = config('gateway').processors['tail_sampling'] as { policies: { name: string }[] };
    for (const { name } of policies) expect(README).toContain(`\`${name}\``);
  });
});

it.each(FLEET)('deploy/fleet/%s.yaml uses all that it declares, and declares all that it uses', (name) => {
  expect(new Set(used(fleet(name)))).toEqual(new Set(declared(fleet(name))));
});

it.each(['agent', 'gateway'])('deploy/fleet/%s.yaml acknowledges nothing that it only has in memory', (name) => {
  for (const [exporter, settings] of Object.entries(fleet(name).exporters)) {
    const { sending_queue } =
      exporter === 'load_balancing' ? (settings!['protocol'] as { otlp: Queued }).otlp : (settings as unknown as Queued);
    expect(sending_queue.enabled, exporter).toBe(false);
  }
});

it.each(['gateway', 'logs-from-kafka'])('deploy/fleet/%s.yaml waits longer and longer, without end, for what is away', (name) => {
  const { error_backoff } = fleet(name).receivers['kafka'] as { error_backoff: Record<string, unknown> };
  // The receiver's own multiplier is 0: all tries but the first would follow at once.
  expect(error_backoff).toMatchObject({ enabled: true, multiplier: 2, max_elapsed_time: '0s' });
});

it('the Collector of the stack test is made of what the configurations use, and of nothing else', () => {
  const manifest = parse(text('test/stack/collector/manifest.yaml')) as Record<string, { gomod: string }[]> & { dist: { version: string } };
  const built = ['extensions', 'receivers', 'processors', 'connectors', 'exporters'].flatMap((kind) => manifest[kind]!);
  expect(built.map(({ gomod }) => gomod.split(' ')[1])).toEqual(built.map(() => `v${manifest.dist.version}`));
  const types = built.map(({ gomod }) => TYPES[gomod.split(' ')[0]!.split('/').at(-1)!]);
  const needed = [...NAMES.map(config), ...FLEET.map(fleet)].flatMap(declared).map((each) => each.split('/')[0]);
  expect(new Set(types)).toEqual(new Set(needed));
});
