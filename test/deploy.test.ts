import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, normalize } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { commands } from '../src/cli/commands.js';
import { duration } from '../src/config/duration.js';
import { standardVariables, variables } from '../src/config/environment.js';
import { loadConfig } from '../src/config/load.js';
import { configSchema } from '../src/config/schema.js';
import { parseListen } from '../src/model/listen.js';

const ROOT = new URL('../', import.meta.url).pathname;
const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');
const yaml = (path: string) => parse(read(path));

const deployed = (readdirSync(join(ROOT, 'deploy'), { recursive: true }) as string[]).map((path) => `deploy/${path}`);
const configurations = deployed.filter((path) => path.endsWith('/novaspan.yaml'));
const configured = (path: string) => loadConfig({ file: join(ROOT, path), env: {}, flags: {}, paths: [] });
const drained = loadConfig({ env: {}, flags: {}, paths: ['/x'] }).drainTimeout;

const compose = yaml('docker-compose.yaml');
interface Service {
  readonly image: string;
  readonly volumes?: readonly string[];
  readonly ports?: readonly string[];
}
const services: [string, Service][] = Object.entries(compose.services);
const daemonSet = yaml('deploy/kubernetes/daemonset.yaml').spec.template.spec;
const [pod] = daemonSet.containers;
const unit = read('deploy/systemd/novaspan.service');
/** Of a unit or a quadlet; the last one wins. */
const settings = (text: string): Map<string, string> =>
  new Map([...text.matchAll(/^(\w+)=(.*)$/gm)].map(([, key, value]) => [key!, value!]));
const play = yaml('deploy/kolla/novaspan.ansible.yaml')[0].tasks.at(-1)['community.docker.docker_container'];
const quadlet = settings(read('deploy/kolla/novaspan.container'));

describe('every file of deploy', () => {
  // A chart's templates are none before Helm has filled them in.
  it.each(deployed.filter((path) => /\.ya?ml$/.test(path) && !path.includes('/templates/')))('%s is YAML without faults', (path) => {
    expect(parseAllDocuments(read(path)).flatMap(({ errors, warnings }) => [...errors, ...warnings])).toEqual([]);
  });

  it.each(configurations)('%s is a configuration that holds', (path) => {
    expect(configured(path).logs.length).toBeGreaterThan(0);
  });

  it.skipIf(spawnSync('promtool', ['--version']).status !== 0)(
    'has a configuration to copy that Prometheus takes, with the rules as they are',
    () => {
      const folder = mkdtempSync(join(tmpdir(), 'prometheus-'));
      copyFileSync(join(ROOT, 'deploy/prometheus/prometheus.yaml'), join(folder, 'prometheus.yaml'));
      copyFileSync(join(ROOT, 'grafana/alerts/novaspan.rules.yaml'), join(folder, 'novaspan.rules.yaml'));
      const { status, stderr } = spawnSync('promtool', ['check', 'config', join(folder, 'prometheus.yaml')], { encoding: 'utf8' });
      rmSync(folder, { recursive: true });
      expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    },
  );

  it('routes alerts by labels that they have, to receivers that there are', () => {
    const { route, receivers, inhibit_rules } = yaml('deploy/prometheus/alertmanager.yaml');
    const rules: { alert: string; labels: Record<string, string> }[] = yaml('grafana/alerts/novaspan.rules.yaml').groups.flatMap(
      ({ rules }: { rules: object[] }) => rules,
    );
    const matchers: string[] = [
      ...route.routes.flatMap(({ matchers }: { matchers: string[] }) => matchers),
      ...inhibit_rules.flatMap((each: { source_matchers: string[]; target_matchers: string[] }) => [
        ...each.source_matchers,
        ...each.target_matchers,
      ]),
    ];
    for (const matcher of matchers) {
      const [, label, values] = /^(\w+)=~?"([^"]+)"$/.exec(matcher)!;
      const known = rules.map(({ alert, labels }) => (label === 'alertname' ? alert : labels[label!]));
      for (const value of values!.split('|')) expect(known, matcher).toContain(value);
    }
    const named = new Set(receivers.map(({ name }: { name: string }) => name));
    for (const { receiver } of [route, ...route.routes]) expect(named).toContain(receiver);
  });

  it('has a configuration for compose, systemd, kubernetes and kolla', () => {
    expect(configurations.sort()).toEqual(['compose', 'kolla', 'kubernetes', 'systemd'].map((name) => `deploy/${name}/novaspan.yaml`));
  });
});

/** Where novaspan is started, with which arguments and variables. */
const started: [string, { args: readonly string[]; env: Readonly<Record<string, string>> }][] = [
  ['docker-compose.yaml', { args: compose.services.novaspan.command, env: compose.services.novaspan.environment ?? {} }],
  ['deploy/kubernetes', { args: pod.args, env: Object.fromEntries(pod.env.map(({ name }: { name: string }) => [name, 'a'])) }],
  ['deploy/systemd', { args: settings(unit).get('ExecStart')!.split(' ').slice(2), env: {} }],
  ['deploy/kolla, docker', { args: play.command, env: play.env }],
  ['deploy/kolla, podman', { args: quadlet.get('Exec')!.split(' '), env: Object.fromEntries([quadlet.get('Environment')!.split('=')]) }],
];
const known = [...variables.map(({ name }) => name), ...standardVariables.flatMap(({ names }) => names)];

describe.each(started)('novaspan as %s starts it', (_, { args, env }) => {
  it('gets a command, options and variables that there are', async () => {
    const [name, ...options] = args;
    const command = await commands.find((each) => each.name === name)!.load();
    expect(options.filter((option) => option.startsWith('-')).filter((option) => !Object.hasOwn(command.options, option.slice(2)))).toEqual(
      [],
    );
    expect(Object.keys(env).filter((variable) => !known.includes(variable))).toEqual([]);
  });
});

describe('variables that are only mentioned', () => {
  const texts = [...deployed.filter((path) => /\.\w+$/.test(path)), 'Dockerfile', 'docker-compose.yaml', 'docs/deploy.md'];
  it.each(texts)('in %s are all ours, or those of the standard', (path) => {
    const ours = read(path).match(/\bNOVASPAN_[A-Z_]+/g) ?? [];
    const ofOthers = ['NOVASPAN_DASHBOARDS', 'NOVASPAN_TRACES', 'NOVASPAN_CACHE', 'NOVASPAN_JOURNALCTL'];
    expect(ours.filter((name) => !known.includes(name) && !ofOthers.includes(name))).toEqual([]);
  });
});

describe('docker-compose.yaml', () => {
  const mounts = services.flatMap(([name, { volumes = [] }]) => volumes.map((text) => ({ name, parts: text.split(':') })));

  it('mounts what is in the repository, and volumes that it declares', () => {
    const missing = mounts
      .map(({ parts: [from] }) => from!)
      .filter((from) => (from.startsWith('.') ? !existsSync(join(ROOT, from)) : !Object.hasOwn(compose.volumes, from)));
    expect(missing).toEqual([]);
  });

  it('mounts nothing of the repository that could be written', () => {
    expect(mounts.filter(({ parts: [from, , mode] }) => from!.startsWith('.') && mode !== 'ro')).toEqual([]);
  });

  it('gives every port to loopback only', () => {
    const ports = services.flatMap(([, service]) => service.ports ?? []);
    expect(ports.filter((port) => !port.startsWith('127.0.0.1:'))).toEqual([]);
    expect(ports.length).toBeGreaterThan(0);
  });

  it('pins every image to a version', () => {
    const images = services.map(([, { image }]) => image).filter((image) => !image.startsWith('novaspan:'));
    expect(images.filter((image) => !/:v?\d+\.\d+\.\d+$/.test(image))).toEqual([]);
  });

  it('has the version of the Collector that the stack test builds', () => {
    const { version } = yaml('test/stack/collector/manifest.yaml').dist;
    expect(compose.services.collector.image).toBe(`otel/opentelemetry-collector-contrib:${version}`);
  });

  it('names every image in docs/deploy.md', () => {
    const docs = read('docs/deploy.md');
    expect(services.map(([, { image }]) => image).filter((image) => !docs.includes(image))).toEqual([]);
  });

  it('sends traces where the Collector listens, and scrapes what listens', () => {
    const { otlp, telemetry } = configured('deploy/compose/novaspan.yaml');
    const { collector, grafana, tempo } = compose.services;
    expect(otlp.endpoint).toBe(`http://collector:${collector.environment.COLLECTOR_OTLP_HTTP.split(':')[1]}`);
    const jobs: { static_configs: { targets: string[] }[] }[] = yaml('deploy/compose/prometheus.yaml').scrape_configs;
    const targets = jobs.flatMap(({ static_configs }) => static_configs.flatMap((each) => each.targets));
    const ports = [
      `novaspan:${parseListen(telemetry.listen)!.port}`,
      `collector:${collector.environment.COLLECTOR_SPAN_METRICS.split(':')[1]}`,
      'collector:8888',
      `tempo:${yaml('deploy/compose/tempo.yaml').server.http_listen_port}`,
    ];
    expect(targets.sort()).toEqual(ports.sort());
    expect(grafana.environment.TEMPO_URL).toBe(`http://tempo:${yaml('deploy/compose/tempo.yaml').server.http_listen_port}`);
    expect(collector.environment.COLLECTOR_TRACES).toBe(
      `tempo:${yaml('deploy/compose/tempo.yaml').distributor.receivers.otlp.protocols.grpc.endpoint.split(':')[1]}`,
    );
    expect(tempo.command).toEqual([`-config.file=${mounts.find(({ name }) => name === 'tempo')!.parts[1]}`]);
  });

  it('tells the Collector and Grafana only what their configurations ask for', () => {
    const asked = (paths: readonly string[]) => paths.map(read).join('\n');
    const ofCollector = asked(['collector-config/gateway.yaml']);
    expect(Object.keys(compose.services.collector.environment).filter((name) => !ofCollector.includes(`env:${name}:-`))).toEqual([]);
    const provisioned = asked([
      ...['datasources/prometheus', 'datasources/tempo', 'dashboards/novaspan'].map((name) => `grafana/provisioning/${name}.yaml`),
    ]);
    const needed = [...new Set([...provisioned.matchAll(/\$\{([A-Z_]+)\}/g)].map(([, name]) => name!))];
    expect(needed.filter((name) => !Object.hasOwn(compose.services.grafana.environment, name))).toEqual([]);
  });

  it('shows a dashboard first that is there', () => {
    const { GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH: home, NOVASPAN_DASHBOARDS: folder } = compose.services.grafana.environment;
    const from = mounts.find(({ name, parts: [, to] }) => name === 'grafana' && to === folder)!.parts[0]!;
    expect(existsSync(join(ROOT, from, home.slice(folder.length)))).toBe(true);
  });

  it('feeds scenarios that there are, into the folder that is followed', () => {
    const { feeder } = compose.services;
    expect(existsSync(join(ROOT, feeder.entrypoint[1]))).toBe(true);
    const [written] = mounts.filter(({ name, parts: [, to] }) => name === 'feeder' && to === feeder.entrypoint[2]);
    const followed = mounts.find(({ name, parts: [from] }) => name === 'novaspan' && from === written!.parts[0])!.parts;
    expect(configured('deploy/compose/novaspan.yaml').logs.map(({ path }) => path)).toEqual([followed[1]]);
    expect(followed[2]).toBe('ro');
  });
});

describe('stopping', () => {
  const seconds = (text: string | number): number => (typeof text === 'number' ? text * 1000 : duration.parse(text));
  it.each([
    ['docker-compose.yaml', compose.services.novaspan.stop_grace_period],
    ['deploy/systemd', Number(settings(unit).get('TimeoutStopSec'))],
    ['deploy/kubernetes', daemonSet.terminationGracePeriodSeconds],
    ['deploy/kolla, docker', play.stop_timeout],
    ['deploy/kolla, podman', Number(quadlet.get('TimeoutStopSec'))],
  ])('is waited for longer by %s than novaspan takes at most', (_, patience) => {
    expect(seconds(patience)).toBeGreaterThan(drained);
  });
});

describe('deploy/kubernetes', () => {
  it('asks where novaspan listens, from other hosts too', () => {
    const { port, host } = parseListen(configured('deploy/kubernetes/novaspan.yaml').telemetry.listen)!;
    expect(host).toBe('0.0.0.0');
    expect(pod.ports).toEqual([{ name: 'metrics', containerPort: port }]);
    const probes = [pod.startupProbe, pod.livenessProbe, pod.readinessProbe].map(({ httpGet }) => httpGet);
    expect(probes.map(({ port: name }) => name)).toEqual(['metrics', 'metrics', 'metrics']);
    expect(probes.map(({ path }) => path)).toEqual(['/healthz', '/healthz', '/readyz']);
    expect(yaml('deploy/kubernetes/podmonitor.yaml').spec.podMetricsEndpoints[0].port).toBe('metrics');
  });

  it('mounts every folder that is followed, and every volume it declares', () => {
    const mounted: string[] = pod.volumeMounts.map(({ mountPath }: { mountPath: string }) => mountPath);
    const { logs } = configured('deploy/kubernetes/novaspan.yaml');
    expect(logs.filter(({ path }) => !mounted.some((folder) => path.startsWith(`${folder}/`)))).toEqual([]);
    expect(pod.volumeMounts.map(({ name }: { name: string }) => name)).toEqual(daemonSet.volumes.map(({ name }: { name: string }) => name));
  });

  it('runs as the user of the image', () => {
    const [uid, gid] = /^USER (\d+):(\d+)$/m.exec(read('Dockerfile'))!.slice(1).map(Number);
    expect([daemonSet.securityContext.runAsUser, daemonSet.securityContext.runAsGroup]).toEqual([uid, gid]);
  });

  it('is put together of files that there are', () => {
    const { resources, configMapGenerator, images } = yaml('deploy/kubernetes/kustomization.yaml');
    const files = [...resources, ...configMapGenerator.flatMap(({ files: some }: { files: string[] }) => some)];
    expect(files.filter((file: string) => !existsSync(join(ROOT, 'deploy/kubernetes', file)))).toEqual([]);
    expect(images[0].newTag).toBe(JSON.parse(read('package.json')).version);
  });
});

/** What Helm makes of it: `npm run test:helm`. */
describe('deploy/helm', () => {
  it('is of this version', () => {
    const { version } = JSON.parse(read('package.json'));
    expect(yaml('deploy/helm/novaspan/Chart.yaml')).toMatchObject({ version, appVersion: version });
  });

  it('has a schema for every value, and no others', () => {
    const { properties } = JSON.parse(read('deploy/helm/novaspan/values.schema.json'));
    const { global: _, ...own } = properties;
    expect(Object.keys(own).sort()).toEqual(Object.keys(yaml('deploy/helm/novaspan/values.yaml')).sort());
  });

  it('has the configuration of deploy/kubernetes', () => {
    expect(yaml('deploy/helm/novaspan/values.yaml').config).toEqual(yaml('deploy/kubernetes/novaspan.yaml'));
  });
});

/** What Ansible makes of it: `npm run test:ansible`. */
describe('deploy/ansible', () => {
  const role = 'deploy/ansible/roles/novaspan';
  const defaults = yaml(`${role}/defaults/main.yml`);

  it('has the configuration of deploy/systemd', () => {
    expect(defaults.novaspan_config).toEqual(yaml('deploy/systemd/novaspan.yaml'));
  });

  it('describes every variable, and shows no secret', () => {
    const { options } = yaml(`${role}/meta/argument_specs.yml`).argument_specs.main;
    expect(Object.keys(options).sort()).toEqual(Object.keys(defaults).sort());
    expect(options.novaspan_environment.no_log).toBe(true);
  });

  it('has an example whose configuration is valid', () => {
    const [{ roles }] = yaml('deploy/ansible/novaspan.yml');
    expect(Object.keys(roles[0].vars).filter((name) => !Object.hasOwn(defaults, name))).toEqual([]);
    expect(configSchema.safeParse(roles[0].vars.novaspan_config).success).toBe(true);
  });
});

describe('the Dockerfile', () => {
  const text = read('Dockerfile');
  const copied = [...text.matchAll(/^COPY (?!--from)(.+)$/gm)].flatMap(([, paths]) => paths!.split(' ').slice(0, -1));

  it('copies what is there and what .dockerignore lets in', () => {
    const allowed = read('.dockerignore')
      .match(/^!.+$/gm)!
      .map((line) => line.slice(1));
    expect(copied.filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
    expect(copied.filter((path) => !allowed.some((each) => normalize(each).startsWith(path)))).toEqual([]);
  });

  it('lets in the goldens of the demonstration and no others', () => {
    const goldens = read('.dockerignore')
      .match(/^!(test\/golden\/.+)$/gm)!
      .map((line) => line.slice(1));
    expect(goldens.sort()).toEqual(
      yaml('demo/scenarios.json')
        .map(({ path }: { path: string }) => path)
        .sort(),
    );
  });

  it('says the version of the package', () => {
    expect(/^ARG VERSION=(.+)$/m.exec(text)![1]).toBe(JSON.parse(read('package.json')).version);
  });

  it('sets nothing that would go before a configuration', () => {
    expect(known.filter((name) => text.includes(`${name}=`))).toEqual([]);
  });
});
