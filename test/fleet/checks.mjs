// What has to hold of what came. Without a network: compare.test.ts shows that each check can fail.
import { compare, gatewaysOf, tracesIn } from './spans.mjs';

const sum = (numbers) => numbers.reduce((all, each) => all + each, 0);

/**
 * Everything that was expected came, once, and nothing else.
 *
 * @param found what came, and `expected`: what a replay gives; both as `spansOf` gives them
 * @param rows how many rows the store has, where there is one: a span can be twice there though it is read once
 */
export function resultOf({ found, expected, rows = found.spans.size }) {
  const { same, lost, extra, unlike } = compare(found.spans, expected.spans);
  const twice = Math.max(found.sent - found.spans.size, rows - found.spans.size, found.twice.length);
  const traces = tracesIn(expected.spans).size;
  return {
    isRight: same === expected.spans.size && lost.length + extra.length + unlike.length + twice === 0,
    expected: expected.spans.size,
    traces,
    same,
    lost: lost.length,
    twice,
    extra: extra.length,
    unlike: unlike.length,
    ids: { lost, extra, unlike },
    says: `spans of ${traces} traces; ${same} are as in a replay, ${lost.length} lost, ${twice} twice, ${extra.length} too many, ${unlike.length} unlike`,
  };
}

/** The gateways share the traces, and all of a trace is stored by one of them. */
export function checkGateways(requests, names) {
  const traces = [...gatewaysOf(requests).values()];
  const split = traces.filter((gateways) => gateways.size !== 1).length;
  const counts = names.map((name) => traces.filter((gateways) => gateways.size === 1 && gateways.has(name)).length);
  const each = names.map((name, n) => `${counts[n]} by ${name}`);
  return {
    isRight: split === 0 && sum(counts) === traces.length && counts.every((count) => count > 0),
    split,
    says: `gateways: traces stored ${each.join(', ')}, ${split} by both`,
  };
}

/**
 * The key of a message of Kafka is its host: each host that wrote has to be there, in one partition, and no other key.
 *
 * @param hosts by topic: who wrote
 * @param byTopic by topic and key, in which partitions its messages are
 */
export function partitionsResult(byTopic, hosts) {
  const wrong = [...byTopic].flatMap(([topic, byKey]) => [
    ...[...byKey]
      .filter(([key, own]) => own.size !== 1 || !hosts[topic].includes(key))
      .map(([key, own]) => `${key} of ${topic} is in partitions ${[...own].join()}`),
    ...hosts[topic].filter((host) => !byKey.has(host)).map((host) => `${topic} has nothing of ${host}`),
  ]);
  const each = [...byTopic].map(
    ([topic, byKey]) => `${topic}: ${byKey.size} hosts in ${new Set([...byKey.values()].flatMap((own) => [...own])).size} partitions`,
  );
  return { isRight: wrong.length === 0, says: `Kafka: ${each.join('; ')}; ${wrong.length === 0 ? 'each host in one' : wrong.join(', ')}` };
}
