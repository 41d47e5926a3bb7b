// How many actions ended how, and where: as Prometheus counts them, and as the traces say.

/** @returns `{ "create succeeded on compute-1": 3 }`, of series of novaspan_actions_total */
export const byAction = (series) => sorted(series.map(({ metric, value }) => [keyOf(metric), Number(value[1])]));

/** The same of OTLP JSON lines: each root of an action counts. */
export function countsOf(lines) {
  const roots = lines.flatMap((line) =>
    JSON.parse(line).resourceSpans.flatMap(({ resource, scopeSpans }) =>
      scopeSpans[0].spans
        .map((span) => ({
          action: textOf(span, 'openstack.action'),
          outcome: textOf(span, 'openstack.outcome'),
          host: textOf(resource, 'host.name'),
        }))
        .filter(({ action, outcome }) => action !== undefined && outcome !== undefined),
    ),
  );
  return sorted(roots.map((root) => [keyOf(root), 1]));
}

const keyOf = ({ action, outcome, host }) => `${action} ${outcome} on ${host}`;

const textOf = ({ attributes }, key) => attributes.find((attribute) => attribute.key === key)?.value.stringValue;

function sorted(entries) {
  const counts = new Map();
  for (const [key, count] of entries) counts.set(key, (counts.get(key) ?? 0) + count);
  return Object.fromEntries([...counts].sort(([a], [b]) => (a < b ? -1 : 1)));
}
