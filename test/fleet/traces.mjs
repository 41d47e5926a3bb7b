// Traces in the store, made of what each sidecar saw of its own host, against one replay of the logs of all hosts.

const byTrace = (spans) => {
  const traces = new Map();
  for (const [id, text] of spans) {
    const [trace, span] = id.split(' ');
    traces.set(trace, [...(traces.get(trace) ?? []), { id: span, ...JSON.parse(text) }]);
  }
  return traces;
};

const rootOf = (spans) => {
  const root = spans.find(({ parent }) => parent === '');
  return (
    root && {
      id: root.id,
      outcome: root.attributes['openstack.outcome'],
      failed: root.failed,
      name: root.name,
      start: root.start,
      end: root.end,
    }
  );
};

/** Instances that were on two computes: a move, or a build that was tried again elsewhere. */
function movedOf(traces) {
  const hosts = new Map();
  for (const spans of traces.values()) {
    const instance = spans.find(({ attributes }) => attributes['openstack.instance.id'] !== undefined)?.attributes['openstack.instance.id'];
    for (const { resource } of spans)
      if (resource['service.name'] === 'nova-compute' && instance !== undefined)
        hosts.set(instance, (hosts.get(instance) ?? new Set()).add(resource['host.name']));
  }
  return new Set([...hosts].filter(([, own]) => own.size > 1).map(([instance]) => instance));
}

const ALWAYS = ['id', 'outcome', 'failed'];
/** What the lines of the other host decide where an instance was on two: its sidecar alone cannot know it. */
const OF_ONE_HOST = ['name', 'start', 'end'];

/**
 * Every trace has to be there, with the same root and outcome; and with the same name, start and end where its instance was on one compute.
 *
 * @param found spans of the store, as `spansOf` gives them
 * @param expected spans of one replay of all logs
 */
export function checkTraces({ found, expected }) {
  const [store, whole] = [byTrace(found.spans), byTrace(expected.spans)];
  const moved = movedOf(whole);
  const extra = [...store.keys()].filter((id) => !whole.has(id));
  const lost = [...whole.keys()].filter((id) => !store.has(id));
  const other = [];
  const unlike = [];
  for (const [id, spans] of whole) {
    if (!store.has(id)) continue;
    const [is, should] = [rootOf(store.get(id)), rootOf(spans)];
    const differs = (keys) => keys.some((key) => is?.[key] !== should?.[key]);
    const isMoved = spans.some(({ attributes }) => moved.has(attributes['openstack.instance.id']));
    if (differs(ALWAYS) || (differs(OF_ONE_HOST) && !isMoved))
      unlike.push(`${id}: ${JSON.stringify(is)}, by replay ${JSON.stringify(should)}`);
    else if (differs(OF_ONE_HOST)) other.push(should.name.replace(/^instance /, ''));
  }
  const same = whole.size - lost.length - other.length - unlike.length;
  return {
    isRight: lost.length + extra.length + unlike.length === 0,
    wrong: [...unlike, ...lost.map((id) => `${id} is lost`), ...extra.map((id) => `${id} is too many`)],
    traces: whole.size,
    same,
    other: other.toSorted(),
    lost: lost.length,
    extra: extra.length,
    unlike: unlike.length,
    says: `traces: ${same} of ${whole.size} have the root, outcome and times of one replay of all logs; ${other.length} of instances on two hosts have other times or names; ${lost.length} lost, ${extra.length} too many, ${unlike.length} unlike`,
  };
}
