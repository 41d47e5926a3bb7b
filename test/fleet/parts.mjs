// What the fleet needs besides Node, got by name and version from package registries, once: kept in $NOVASPAN_CACHE.
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { setPriority } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { buildCollector } from '../stack/collector/collector.mjs';
import { CACHE, lastLine, skip } from '../stack/go.mjs';
import { buildJaeger } from '../stack/jaeger.mjs';
import { findEach } from '../stack/parts.mjs';

const VERSIONS = { kafka: '4.1.0', cassandra: '5.0.5', driver: '4.10.0' };
/** Of all jars, those that they need included: Maven resolves the same for ever, and what it got is compared. */
const SHA256 = {
  kafka: '82a3231384edc4fadb16579cd6073b830d56c29ba3c0ad63eeeed30ce013786f',
  cassandra: 'b0e9d980fec64fc695cac3aa05aea0df473335de97a0a1b1283167d0d78ee052',
};

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

/** The SHA-256 of a list as `sha256sum *.jar` prints it. */
function digestOf(folder) {
  const sha256 = (data) => createHash('sha256').update(data).digest('hex');
  const lines = readdirSync(folder)
    .sort()
    .map((name) => `${sha256(readFileSync(join(folder, name)))}  ${name}\n`);
  return sha256(lines.join(''));
}

/** @returns a folder of jars: the modules named, and what they need to run */
const jars = (name, modules) => (say) =>
  cached(`${name}-${VERSIONS[name]}`, say, async (dir) => {
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
    const copy = ['dependency:copy-dependencies', '-DincludeScope=runtime', '-DoutputDirectory=lib'];
    await quietly('mvn', ['-B', '-q', '--strict-checksums', ...copy], dir);
    const digest = digestOf(join(dir, 'lib'));
    if (digest !== SHA256[name])
      throw new Error(`the jars of ${name} ${VERSIONS[name]} are other ones than were tested: ${digest}, not ${SHA256[name]}`);
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
  kafka: jars('kafka', [`org.apache.kafka:kafka_2.13:${VERSIONS.kafka}`, `org.apache.kafka:kafka-tools:${VERSIONS.kafka}`]),
  cassandra: jars('cassandra', [`org.apache.cassandra:cassandra-all:${VERSIONS.cassandra}`]),
  driver: findDriver,
  jaeger: buildJaeger,
  collector: buildCollector,
};

export const findParts = (say) => findEach(PARTS, say);
