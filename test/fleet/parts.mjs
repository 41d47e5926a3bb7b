// What the fleet needs besides Node, got by name and version from package registries, once: kept in $NOVASPAN_CACHE.
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { setPriority } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { buildCollector } from '../stack/collector/collector.mjs';
import { CACHE, lastLine, skip } from '../stack/go.mjs';
import { buildJaeger } from '../stack/jaeger.mjs';
import { findEach } from '../stack/parts.mjs';

const VERSIONS = { kafka: '4.1.0', cassandra: '5.0.5', driver: '4.10.0' };

const run = promisify(execFile);

/** A folder of the cache; `make(dir)` fills it where it is not there yet. */
async function cached(key, say, make) {
  const folder = join(CACHE, key);
  if (existsSync(folder)) return folder;
  const dir = join(CACHE, `build-${key}-${process.pid}`);
  mkdirSync(dir, { recursive: true });
  try {
    say(`getting ${key} into ${CACHE} (once)`);
    await make(dir);
    renameSync(dir, folder);
    return folder;
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

async function quietly(command, args, cwd) {
  const running = run(command, args, { cwd, maxBuffer: 64 * 1024 * 1024 });
  if (running.child.pid !== undefined) setPriority(running.child.pid, 10);
  return running.catch((error) => skip(`${command} cannot get it: ${error.code === 'ENOENT' ? 'it is not installed' : lastLine(error)}`));
}

/** @returns a folder of jars: the modules named, and what they need to run */
const jars = (key, modules) => (say) =>
  cached(key, say, async (dir) => {
    const dependency = (module) => {
      const [group, artifact, version] = module.split(':');
      return `<dependency><groupId>${group}</groupId><artifactId>${artifact}</artifactId><version>${version}</version></dependency>`;
    };
    const head = '<modelVersion>4.0.0</modelVersion><groupId>novaspan.test</groupId><artifactId>fleet</artifactId><version>1</version>';
    const dependencies = modules.map(dependency).join('');
    writeFileSync(
      join(dir, 'pom.xml'),
      `<project xmlns="http://maven.apache.org/POM/4.0.0">${head}<dependencies>${dependencies}</dependencies></project>\n`,
    );
    await quietly('mvn', ['-B', '-q', 'dependency:copy-dependencies', '-DincludeScope=runtime', '-DoutputDirectory=lib'], dir);
  });

async function findJava() {
  const { stderr } = await quietly('java', ['-version'], '/');
  const version = Number(/version "(\d+)/.exec(stderr)?.[1]);
  if (!(version >= 17)) skip(`Java 17 is needed, and here is ${stderr.split('\n')[0]}`);
}

async function findDriver(say) {
  const folder = await cached(`cassandra-driver-${VERSIONS.driver}`, say, async (dir) => {
    writeFileSync(join(dir, 'package.json'), '{ "private": true }\n');
    await quietly('npm', ['install', '--no-audit', '--no-fund', '--ignore-scripts', `cassandra-driver@${VERSIONS.driver}`], dir);
  });
  return createRequire(join(folder, 'package.json'))('cassandra-driver');
}

const PARTS = {
  java: findJava,
  kafka: jars(`kafka-${VERSIONS.kafka}`, [
    `org.apache.kafka:kafka_2.13:${VERSIONS.kafka}`,
    `org.apache.kafka:kafka-tools:${VERSIONS.kafka}`,
  ]),
  cassandra: jars(`cassandra-${VERSIONS.cassandra}`, [`org.apache.cassandra:cassandra-all:${VERSIONS.cassandra}`]),
  driver: findDriver,
  jaeger: buildJaeger,
  collector: buildCollector,
};

export const findParts = (say) => findEach(PARTS, say);
