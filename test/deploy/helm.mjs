#!/usr/bin/env node
// `npm run test:helm`: the chart in deploy/helm, with Helm itself. It gives what deploy/kubernetes gives, takes the values
// that it has, and refuses wrong ones. What it gives, and deploy/kubernetes, is what Kubernetes takes, by the schemas of its
// API, which PyPI's kubernetes-validate holds. Helm is built from the Go module proxy once, and kept in $NOVASPAN_CACHE.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, parseAllDocuments } from 'yaml';
import { cachedProgram, lastLine, skip } from '../stack/go.mjs';
import { Skip } from '../stack/skip.mjs';
import { virtualEnvironment } from './venv.mjs';

const ROOT = new URL('../..', import.meta.url).pathname;
const CHART = join(ROOT, 'deploy/helm/novaspan');
const HELM = 'helm.sh/helm/v3';
const VERSION = 'v3.19.4';
/** Of kubernetes-validate, which has the version of the newest Kubernetes whose schemas it holds. */
const SCHEMAS = '1.37.0';
const RELEASES = ['1.25', '1.37'];
const NAMESPACE = 'openstack';

const read = (path) => readFileSync(join(ROOT, path), 'utf8');
const yaml = (path) => parse(read(path));
const ok = (what) => console.log(`ok: ${what}`);

const buildHelm = () =>
  cachedProgram({
    key: `helm-${VERSION}`,
    name: 'helm',
    say: console.log,
    async build(_, go) {
      await go('mod', 'init', 'novaspan.test/helm');
      await go('get', '-tool', `${HELM}/cmd/helm@${VERSION}`).catch((error) =>
        skip(`the Go module proxy gives no ${HELM}@${VERSION}: ${lastLine(error)}`),
      );
      await go('build', '-trimpath', '-ldflags=-s -w', '-o', 'helm', `${HELM}/cmd/helm`);
    },
  });

function checkChart(helm) {
  const run = (...args) => spawnSync(helm, args, { encoding: 'utf8' });
  const rendered = (...set) => {
    const { status, stdout, stderr } = run(
      'template',
      'novaspan',
      CHART,
      '--namespace',
      NAMESPACE,
      ...set.flatMap((each) => ['--set', each]),
    );
    assert.equal(status, 0, stderr);
    const all = parseAllDocuments(stdout).map((document) => document.toJS());
    return Object.fromEntries(all.filter(Boolean).map((each) => [each.kind, each]));
  };
  const refused = (...set) => {
    const { status, stderr } = run('template', 'novaspan', CHART, ...set.flatMap((each) => ['--set', each]));
    assert.notEqual(status, 0, `${set} was taken`);
    return stderr;
  };

  const lint = run('lint', '--strict', CHART);
  assert.equal(lint.status, 0, lint.stdout + lint.stderr);
  ok(`helm ${VERSION} finds no fault in the chart (lint --strict)`);

  const plain = rendered();
  assert.deepEqual(Object.keys(plain).sort(), ['ConfigMap', 'DaemonSet', 'ServiceAccount']);
  sameAsKustomize(plain.DaemonSet);
  ok('its DaemonSet is that of deploy/kubernetes, but for labels and names');
  assert.deepEqual(parse(plain.ConfigMap.data['novaspan.yaml']), yaml('deploy/kubernetes/novaspan.yaml'));
  ok('its configuration is that of deploy/kubernetes');
  for (const { metadata } of Object.values(plain)) assert.equal(metadata.namespace, NAMESPACE);
  assert.equal(plain.DaemonSet.spec.template.spec.serviceAccountName, plain.ServiceAccount.metadata.name);
  assert.equal(plain.ServiceAccount.automountServiceAccountToken, false);
  const { matchLabels } = plain.DaemonSet.spec.selector;
  const podLabels = plain.DaemonSet.spec.template.metadata.labels;
  for (const [key, value] of Object.entries(matchLabels)) assert.equal(podLabels[key], value);

  const monitored = rendered('podMonitor.enabled=true', 'networkPolicy.enabled=true');
  assert.deepEqual(monitored.PodMonitor.spec.podMetricsEndpoints, yaml('deploy/kubernetes/podmonitor.yaml').spec.podMetricsEndpoints);
  assert.deepEqual(monitored.PodMonitor.spec.selector.matchLabels, matchLabels);
  assert.deepEqual(monitored.NetworkPolicy.spec, { podSelector: { matchLabels }, policyTypes: ['Ingress'], ingress: [] });
  const peer = 'networkPolicy.from[0].namespaceSelector.matchLabels.name=monitoring';
  assert.deepEqual(rendered('networkPolicy.enabled=true', peer).NetworkPolicy.spec.ingress, [
    { from: [{ namespaceSelector: { matchLabels: { name: 'monitoring' } } }], ports: [{ protocol: 'TCP', port: 'metrics' }] },
  ]);
  ok('PodMonitor and NetworkPolicy are there where they are asked for; without peers nobody may ask');

  const changed = rendered('config.telemetry.listen=0.0.0.0:9999', 'config.otlp.endpoint=http://gateway:4318');
  const annotationsOf = ({ DaemonSet }) => DaemonSet.spec.template.metadata.annotations;
  assert.notEqual(annotationsOf(changed)['checksum/config'], annotationsOf(plain)['checksum/config']);
  assert.equal(annotationsOf(changed)['prometheus.io/port'], '9999');
  assert.equal(changed.DaemonSet.spec.template.spec.containers[0].ports[0].containerPort, 9999);
  assert.equal(parse(changed.ConfigMap.data['novaspan.yaml']).otlp.endpoint, 'http://gateway:4318');
  ok('a change of the configuration rolls the pods, and its port is the one that is asked');

  const other = rendered(
    'image.repository=example.org/n',
    'image.tag=v1',
    'envFrom[0].secretRef.name=otlp',
    'podSecurityContext.runAsUser=0',
    'serviceAccount.create=false',
    'hostPaths.state=/srv/novaspan',
  );
  const { initContainers, containers, volumes, serviceAccountName } = other.DaemonSet.spec.template.spec;
  assert.deepEqual([initContainers[0].image, containers[0].image], Array(2).fill('example.org/n:v1'));
  assert.deepEqual(initContainers[0].command.slice(2, 6), ['-o', '0', '-g', '65532']);
  assert.deepEqual(containers[0].envFrom, [{ secretRef: { name: 'otlp' } }]);
  assert.equal(volumes.at(-1).hostPath.path, '/srv/novaspan');
  assert.deepEqual([serviceAccountName, other.ServiceAccount], ['default', undefined]);
  ok('values get where they belong');

  assert.match(refused('imag.tag=1'), /imag/);
  assert.match(refused('config.telemetry.listen=127.0.0.1:9464'), /listen/);
  assert.match(refused('config.otlp.endpoint=gateway:4317'), /endpoint/);
  assert.match(refused('config.logs=null'), /logs/);
  ok('wrong values are refused: a name that is not known, a loopback address, an endpoint that is no URL, no logs');
}

/** As `kubectl apply -k` would make it; the name of the ConfigMap has a hash there. */
function sameAsKustomize(daemonSet) {
  const kustomized = yaml('deploy/kubernetes/daemonset.yaml');
  const [{ newName, newTag }] = yaml('deploy/kubernetes/kustomization.yaml').images;
  const theirs = kustomized.spec.template;
  for (const each of [...theirs.spec.initContainers, ...theirs.spec.containers]) each.image = `${newName}:${newTag}`;

  const { metadata, spec } = daemonSet.spec.template;
  const { serviceAccountName: _, ...ours } = spec;
  assert.deepEqual(ours, theirs.spec);
  const { 'checksum/config': checksum, ...annotations } = metadata.annotations;
  assert.match(checksum, /^[0-9a-f]{64}$/);
  assert.deepEqual(annotations, theirs.metadata.annotations);
  assert.deepEqual(daemonSet.spec.updateStrategy, kustomized.spec.updateStrategy);
  const keysOf = (object) => Object.keys(object).sort();
  assert.deepEqual(keysOf(daemonSet.spec), keysOf(kustomized.spec));
}

/** Strict: no field that the API does not have. PodMonitor is of the Prometheus operator, of which there is no schema. */
function checkSchemas(helm) {
  const validator = join(
    virtualEnvironment(`kubernetes-validate-${SCHEMAS}`, [`kubernetes-validate==${SCHEMAS}`]),
    'bin/kubernetes-validate',
  );
  const validate = (release, text) =>
    spawnSync(validator, ['--strict', '--kubernetes-version', release, '-'], { input: text, encoding: 'utf8' });
  const chart = (...set) =>
    spawnSync(helm, ['template', 'novaspan', CHART, ...set.flatMap((each) => ['--set', each])], { encoding: 'utf8' }).stdout;
  const all = chart('networkPolicy.enabled=true', 'envFrom[0].secretRef.name=otlp', 'podSecurityContext.runAsUser=0');
  for (const release of RELEASES) {
    for (const text of [all, chart(), read('deploy/kubernetes/daemonset.yaml')]) {
      const { status, stdout, stderr } = validate(release, text);
      assert.equal(status, 0, stdout + stderr);
      assert.doesNotMatch(stdout + stderr, /Couldn't find/);
    }
    assert.notEqual(validate(release, all.replaceAll('hostPath:', 'hostPat:')).status, 0);
  }
  ok(`the chart and deploy/kubernetes are what Kubernetes ${RELEASES.join(' and ')} take (schemas of their API, strict)`);
}

try {
  const helm = await buildHelm();
  checkChart(helm);
  checkSchemas(helm);
  console.log('the Helm chart: passed');
} catch (error) {
  if (!(error instanceof Skip)) throw error;
  console.log(`the Helm chart skipped: ${error.message}`);
}
