// Certificates on both sides: collector-config/tls/.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePorts, until } from '../process.mjs';
import { configOf, startCollector } from './collector.mjs';
import { stateFolder } from './fleet.mjs';
import { partsOf, send } from './parts.mjs';
import { sum } from './scrape.mjs';

const RECEIVED = 'otelcol_receiver_accepted_spans';
const SENT = 'otelcol_loadbalancer_backend_outcome';

/** A CA of its own and one certificate of it for 127.0.0.1, in a folder; undefined where there is no openssl. */
function certificates(folder) {
  const at = (name) => join(folder, name);
  const openssl = (...args) => execFileSync('openssl', args, { cwd: folder, stdio: 'ignore' });
  try {
    openssl('version');
  } catch {
    return undefined;
  }
  const key = (name) => ['-newkey', 'rsa:2048', '-nodes', '-keyout', `${name}.key`];
  openssl('req', '-x509', ...key('ca'), '-out', 'ca.pem', '-subj', '/CN=stack test', '-days', '1');
  openssl('req', ...key('own'), '-out', 'own.csr', '-subj', '/CN=127.0.0.1');
  writeFileSync(at('own.ext'), 'subjectAltName=IP:127.0.0.1\n');
  openssl(
    'x509',
    '-req',
    '-in',
    'own.csr',
    '-CA',
    'ca.pem',
    '-CAkey',
    'ca.key',
    '-CAcreateserial',
    '-days',
    '1',
    '-extfile',
    'own.ext',
    '-out',
    'own.pem',
  );
  return { COLLECTOR_CA: at('ca.pem'), COLLECTOR_CERT: at('own.pem'), COLLECTOR_KEY: at('own.key') };
}

/** A gateway with certificates hears an agent that shows one of its CA, and no other. */
export async function checkTls(binary) {
  const state = stateFolder();
  const running = [];
  const start = async (name, configs, env) => {
    const started = await startCollector(binary, {
      name,
      configs: configs.map(configOf),
      env: { ...env, COLLECTOR_STATE: state.of(name) },
    });
    running.push(started);
    return started;
  };
  try {
    const own = certificates(state.folder);
    if (own === undefined) return 'TLS not checked: there is no openssl here';
    const [port] = await freePorts(1);
    const COLLECTOR_GATEWAYS = `[127.0.0.1:${port}]`;
    const gateway = await start('gateway', ['gateway', 'tls/gateway'], { ...own, COLLECTOR_OTLP_GRPC: `127.0.0.1:${port}` });
    const plain = await start('plain', ['agent'], { COLLECTOR_GATEWAYS });
    await send(plain.endpoint, partsOf('in plain text').compute);
    await until(async () => (await sum([plain.metrics], SENT, { success: 'false' })) > 0, {
      what: 'the agent without a certificate to be refused',
    });
    assert.equal(await sum([gateway.metrics], RECEIVED), 0);

    const agent = await start('agent', ['agent', 'tls/agent'], { ...own, COLLECTOR_GATEWAYS });
    await send(agent.endpoint, partsOf('with a certificate').compute);
    await until(async () => (await sum([gateway.metrics], RECEIVED)) === 2, { what: 'the agent with a certificate to be heard' });
    return 'TLS: the gateway hears the agent that shows a certificate, and not the one without';
  } finally {
    for (const each of running.reverse()) await each.stop();
    state.remove();
  }
}
