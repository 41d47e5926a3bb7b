// `npm run test:packages`: the .deb in a clean Debian. It is installed, one file is edited, logs are followed as the unit does, the trace arrives in
// a Collector; an upgrade keeps the edited file, and a purge leaves nothing.
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { arch } from 'node:os';
import { join } from 'node:path';
import { inTemporaryFolder, isThere, OUT, ROOT } from '../../packaging/common.mjs';
import { CONFIG } from '../../packaging/linux/contents.mjs';
import { cachedCollector, startCollector } from '../stack/collector/collector.mjs';
import { startRecorder } from '../stack/collector/record.mjs';
import { freePorts, until } from '../stack/process.mjs';
import { differences, makeRoot, missing, reporter } from './root.mjs';

const RECORDED = join(ROOT, 'test/golden/create-succeeds-debug');
const UNIT = '/usr/lib/systemd/system/novaspan.service';
const MODES = { adm: { group: 'adm', mode: 0o750 }, root: { group: 'root', mode: 0o755 } };
const FOLDERS = { nova: MODES.adm, neutron: MODES.adm, placement: MODES.adm, glance: MODES.adm, openvswitch: MODES.root, ovn: MODES.root };
const LOGS = Object.keys(FOLDERS).map((folder) => `/var/log/${folder}`);
const { say, ok } = reporter('packages');
const nothingLeft = (before, root, what) => {
  const left = differences(before, root.files());
  ok(left.length === 0, `${what}${left.map((each) => `\n  ${each}`).join('')}`);
};

const spansOf = (documents) =>
  documents
    .flatMap(({ resourceSpans }) => resourceSpans)
    .flatMap(({ scopeSpans }) => scopeSpans)
    .flatMap(({ spans }) => spans)
    .map(({ traceId, spanId, name, startTimeUnixNano, endTimeUnixNano }) =>
      [traceId, spanId, name, startTimeUnixNano, endTimeUnixNano].join(' '),
    )
    .sort();

const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
const file = join(OUT, `novaspan_${version}_${{ x64: 'amd64', arm64: 'arm64' }[arch()]}.deb`);
const why = missing() ?? (existsSync(file) ? undefined : `there is no ${file} (npm run packages, which needs dpkg-deb)`);
if (why !== undefined) {
  say(`skipped: ${why}`);
} else {
  await inTemporaryFolder('packages', async (work) => {
    bare(makeRoot(join(work, 'bare'), [], say));
    await whole(makeRoot(join(work, 'whole'), ['systemd', 'acl', 'libatomic1'], say), work);
  });
  say('passed: all that was asked holds');
}

function install(root, from, ...options) {
  copyFileSync(from, root.at('tmp/novaspan.deb'));
  return root.run('apt-get', 'install', '--yes', '--quiet=2', ...options, '/tmp/novaspan.deb');
}

function purge(root) {
  return root.run('apt-get', 'purge', '--yes', '--quiet=2', 'novaspan');
}

/** A Debian without systemd and acl, as containers have it; what it depends on comes from Debian's archive. */
function bare(root) {
  root.run('apt-get', 'update', '--quiet=2', '--option', 'APT::Update::Error-Mode=any');
  const before = root.files();
  install(root, file, '--no-install-recommends');
  ok(
    /^novaspan \d/.test(root.run('runuser', '-u', 'novaspan', '--', 'novaspan', '--version')),
    'minbase: the user novaspan runs `novaspan`',
  );
  ok(root.run('id', 'novaspan').includes('(adm)'), 'minbase: novaspan is in the group adm');
  purge(root);
  // What it depends on and a minbase has not: libatomic1.
  root.run('apt-get', 'autoremove', '--purge', '--yes', '--quiet=2');
  nothingLeft(before, root, 'minbase: apt-get purge leaves nothing');
}

/** Completion as the shells themselves read it, where they are. */
function completion(root) {
  for (const [shell, option, file] of [
    ['bash', '-n', 'bash-completion/completions/novaspan'],
    ['zsh', '-n', 'zsh/vendor-completions/_novaspan'],
    ['fish', '--no-execute', 'fish/vendor_completions.d/novaspan.fish'],
  ]) {
    if (!isThere(shell)) say(`completion of ${shell} is left out: there is no ${shell} here`);
    else ok(spawnSync(shell, [option, root.at(`usr/share/${file}`)]).status === 0, `${shell} reads its completion`);
  }
}

/** A host as Debian's packages of nova, OVS and OVN leave it, with the sidecar on it. */
async function whole(root, work) {
  makeLogs(root);
  const before = root.files();
  const said = install(root, file);
  ok(/check --config/.test(said), 'installed; it says what to edit and to run');
  const { mode, gid } = statSync(root.at(CONFIG));
  const group = Number(root.run('id', '--group', 'novaspan'));
  ok((mode & 0o777) === 0o640 && gid === group, `${CONFIG} is root:novaspan 0640`);
  root.run('systemd-analyze', 'verify', '--man=no', UNIT);
  say('ok: systemd-analyze verify has nothing to say of the unit');

  completion(root);

  const recorder = await startRecorder();
  const collector = await startBackend(recorder, work);
  try {
    const [port] = await freePorts(1);
    edit(root, collector.endpoint, port);
    await follows(root, recorder);
  } finally {
    await collector.stop();
    await recorder.stop();
  }

  const edited = readFileSync(root.at(CONFIG), 'utf8');
  install(root, newer(work));
  ok(/~test$/.test(root.output('dpkg-query', '--show', '--showformat=${Version}', 'novaspan')), 'a newer version is installed over it');
  ok(readFileSync(root.at(CONFIG), 'utf8') === edited, 'the edited file is kept, without a question');
  ok(existsSync(root.at('var/lib/novaspan/checkpoint')), 'and the checkpoint');
  purge(root);
  nothingLeft(before, root, 'apt-get purge leaves nothing: no file, no user, no group, no ACL');
}

/** The folders and modes of Debian's packages: OVS' and OVN's logs are root's alone, so that only the ACLs of the package make them readable. */
function makeLogs(root) {
  for (const [folder, { group, mode }] of Object.entries(FOLDERS)) {
    mkdirSync(root.at(`var/log/${folder}`));
    for (const [from, to] of logsOf(folder)) {
      writeFileSync(root.at(to), '');
      chmodSync(root.at(to), 0o640);
      assert.ok(existsSync(from));
    }
    chmodSync(root.at(`var/log/${folder}`), mode);
    root.run('chgrp', '-R', group, `/var/log/${folder}`);
  }
}

/** [recorded, of the host] */
function logsOf(folder) {
  const mine = { openvswitch: /^ovs-/, ovn: /^ovn-/ }[folder] ?? new RegExp(`^${folder}-`);
  return readdirSync(RECORDED)
    .filter((each) => each.endsWith('@vm.log') && mine.test(each))
    .map((each) => [join(RECORDED, each), `/var/log/${folder}/${each.replace('@vm', '')}`]);
}

/** The recording with the times of now: a sidecar that starts without a checkpoint leaves out what ended before. Its zone is UTC. */
function linesOfNow() {
  const STAMP = /\b(\d{4}-\d\d-\d\d)([ T])(\d\d:\d\d:\d\d)\b/g;
  const texts = new Map(
    Object.keys(FOLDERS)
      .flatMap(logsOf)
      .map(([from]) => [from, readFileSync(from, 'utf8')]),
  );
  const times = [...texts.values()].flatMap((text) => [...text.matchAll(STAMP)].map(([, day, , time]) => Date.parse(`${day}T${time}Z`)));
  const shift = Math.ceil(Date.now() / 1000) * 1000 - Math.min(...times);
  const moved = (_, day, between, time) => new Date(Date.parse(`${day}T${time}Z`) + shift).toISOString().slice(0, 19).replace('T', between);
  return (from) => texts.get(from).replace(STAMP, moved);
}

/** The real Collector where its build is at hand. It sends on to a recorder, as it has no exporter that can be read. */
async function startBackend(recorder, work) {
  const endpoint = `http://127.0.0.1:${recorder.port}`;
  const binary = cachedCollector();
  if (!existsSync(binary)) {
    say('there is no build of the Collector here (npm run test:stack makes one): a receiver of the test stands in');
    return { endpoint, stop: () => {}, name: 'an OTLP receiver of the test' };
  }
  const config = join(work, 'collector.yaml');
  writeFileSync(
    config,
    JSON.stringify({
      receivers: { otlp: { protocols: { http: { endpoint: '${env:COLLECTOR_OTLP_HTTP}' } } } },
      exporters: { otlp_http: { endpoint, encoding: 'json', compression: 'none' } },
      extensions: { health_check: { endpoint: '${env:COLLECTOR_HEALTH}' } },
      service: {
        extensions: ['health_check'],
        pipelines: { traces: { receivers: ['otlp'], exporters: ['otlp_http'] } },
        telemetry: {
          metrics: {
            readers: [{ pull: { exporter: { prometheus: { host: '127.0.0.1', port: '${env:COLLECTOR_METRICS_PORT}' } } } }],
          },
        },
      },
    }),
  );
  say('traces go to the real Collector');
  return startCollector(binary, { configs: [config], env: {} });
}

/** What an operator sets: zone, host, backend. The logs are where the file expects them. */
function edit(root, endpoint, port) {
  const text = readFileSync(root.at(CONFIG), 'utf8');
  const set = text
    .replace('# timezone: Europe/Berlin', 'timezone: UTC\nhost: vm')
    .replace('http://127.0.0.1:4318', endpoint)
    .replace('127.0.0.1:9464', `127.0.0.1:${port}`);
  assert.equal(set.split('\n').length, text.split('\n').length + 1);
  writeFileSync(root.at(CONFIG), set);
}

async function follows(root, recorder) {
  const asUser = (...args) => root.output('runuser', '-u', 'novaspan', '--', 'novaspan', ...args);
  const unit = readFileSync(root.at(UNIT), 'utf8');
  const settingOf = (key) => new RegExp(`^${key}=(.*)$`, 'm').exec(unit)[1];
  root.run('install', '-d', '-o', 'novaspan', '-g', 'novaspan', '-m', settingOf('StateDirectoryMode'), '/var/lib/novaspan');
  const groups = ['--groups', `adm,${settingOf('SupplementaryGroups')}`];
  const as = ['setpriv', '--reuid', settingOf('User'), '--regid', settingOf('Group'), ...groups, '--bounding-set=-all', '--no-new-privs'];
  const env = ['STATE_DIRECTORY=/var/lib/novaspan', 'HOME=/var/lib/novaspan', 'USER=novaspan'];
  const tail = root.start([...as, ...settingOf('ExecStart').split(' ')], env);
  let log = '';
  for (const stream of [tail.stdout, tail.stderr]) stream.on('data', (text) => (log += text));
  const ended = new Promise((resolve) => tail.on('exit', resolve));
  try {
    const port = /listen: (\S+)/.exec(readFileSync(root.at(CONFIG), 'utf8'))[1];
    const ready = () =>
      fetch(`http://${port}/readyz`, { headers: { connection: 'close' } }).then(
        ({ ok }) => ok,
        () => false,
      );
    await until(async () => assert.equal(tail.exitCode, null) ?? ready(), { what: 'the sidecar to be ready', withinMs: 60_000 });
    const lines = linesOfNow();
    for (const folder of Object.keys(FOLDERS)) for (const [from, to] of logsOf(folder)) appendFileSync(root.at(to), lines(from));

    const expected = spansOf(
      asUser('replay', '--quiet', '--timezone', 'UTC', '--log-host', 'vm', '--format', 'otlp', ...LOGS)
        .trim()
        .split('\n')
        .map(JSON.parse),
    );
    assert.ok(expected.length > 20, `${expected.length} spans`);
    await until(() => spansOf(recorder.requests.map(({ body }) => body)).length >= expected.length, {
      what: 'the trace',
      withinMs: 60_000,
    });
    assert.deepEqual(spansOf(recorder.requests.map(({ body }) => body)), expected);
    say(`ok: the unit's command followed logs as the user novaspan; all ${expected.length} spans arrived, as \`replay\` prints them`);
    tail.kill('SIGTERM');
    ok((await ended) === 0, 'SIGTERM ends it with 0');
  } catch (error) {
    throw new Error(`${error.message}\n${log}`, { cause: error });
  } finally {
    tail.kill('SIGKILL');
  }
  const checked = asUser('check', '--config', CONFIG);
  ok(/ovs-vswitchd/.test(checked) && !/cannot be read/i.test(checked), '`novaspan check` as novaspan reads the logs of all services');
}

/** The same package with a higher version, packed without compression. */
function newer(work) {
  const folder = join(work, 'newer');
  execFileSync('dpkg-deb', ['--raw-extract', file, folder]);
  const control = join(folder, 'DEBIAN/control');
  writeFileSync(control, readFileSync(control, 'utf8').replace(/^Version: (.*)$/m, 'Version: $1.1~test'));
  const packed = join(work, 'newer.deb');
  execFileSync('dpkg-deb', ['--root-owner-group', '-Znone', '--build', folder, packed], { stdio: 'ignore' });
  return packed;
}
