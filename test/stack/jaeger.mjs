// Builds Jaeger v2 from the Go module proxy and runs it. v1.76.0 is the last tag under the module's own name; cmd/jaeger
// in it is v2.13. `go install` refuses a module that has replace directives, so a module of our own requires it and repeats
// them; its go.sum is Jaeger's own, because the public checksum database does not have all of its dependencies.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cachedProgram, lastLine, skip } from './go.mjs';
import { freePorts, startProgram } from './process.mjs';

const MODULE = 'github.com/jaegertracing/jaeger';
const VERSION = 'v1.76.0';
const CONFIG = fileURLToPath(new URL('jaeger.yaml', import.meta.url));

/** The path of the binary; builds it (about 5 minutes on two cores) when the cache has none. */
export const buildJaeger = (say) =>
  cachedProgram({
    key: `jaeger-${VERSION}`,
    name: 'jaeger',
    say,
    async build(dir, go) {
      writeFileSync(join(dir, 'go.mod'), 'module novaspan.test/stack\n');
      const source = await go('mod', 'download', '-json', `${MODULE}@${VERSION}`).catch((e) =>
        skip(`the Go module proxy gives no ${MODULE}@${VERSION}: ${lastLine(e)}`),
      );
      const { Dir } = JSON.parse(source);
      const replaces = readFileSync(join(Dir, 'go.mod'), 'utf8').match(/^replace .*$/gm) ?? [];
      writeFileSync(join(dir, 'go.mod'), ['module novaspan.test/stack', ...replaces, ''].join('\n'));
      writeFileSync(join(dir, 'go.sum'), readFileSync(join(Dir, 'go.sum')));
      await go('get', '-tool', `${MODULE}/cmd/jaeger@${VERSION}`).catch((e) =>
        skip(`the modules that Jaeger needs cannot be had: ${lastLine(e)}`),
      );
      await go('build', '-trimpath', '-ldflags=-s -w', '-o', 'jaeger', `${MODULE}/cmd/jaeger`);
    },
  });

/** Starts Jaeger and waits until both its doors are open. `stop` ends it and waits for its end. */
export async function startJaeger(binary, { otlpPort, otlpGrpcPort, queryPort, queryGrpcPort, echoPort }) {
  const grpcPort = otlpGrpcPort ?? (await freePorts(1))[0];
  return startProgram('Jaeger', binary, ['--config', CONFIG], {
    env: { OTLP_PORT: otlpPort, OTLP_GRPC_PORT: grpcPort, QUERY_PORT: queryPort, QUERY_GRPC_PORT: queryGrpcPort, ECHO_PORT: echoPort },
    graceMs: 2000,
    doors: [`http://127.0.0.1:${queryPort}/api/services`, `http://127.0.0.1:${otlpPort}/`],
  });
}
